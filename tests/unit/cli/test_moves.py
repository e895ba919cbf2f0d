"""`makoto tenants move …` through the real handlers, a state machine running beside them."""

import json
from pathlib import Path

import pytest

from cli.commands import moving
from functions.moves import tasks
from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.ports.documents import Key
from makoto.ports.tenant_entry import Admission, AuditEntry, FirstAdministrator, TenantEntry
from tests.accounts import AZURE
from tests.builders import TENANT, lambda_context, tenant_record
from tests.unit.cli.conftest import OPERATOR, Terminal, World

MACHINE = "move-tenant"


@pytest.fixture(autouse=True)
def _served(world: World) -> None:
    """A tenant in the register, whose moves are advanced whenever somebody looks at them."""
    platform = world.platform
    object.__setattr__(platform, "settings", platform.settings.model_copy(update={"reaches_other_regions": True}))
    record = tenant_record(residency=("ap-northeast-1", AZURE.region))
    now = platform.clock.now()
    administrator = FirstAdministrator(email="hanako@example.com", name="山田 花子")
    entry = TenantEntry(record=record, administrator=administrator, created_at=now, updated_at=now)
    audit = AuditEntry(tenant_id=TENANT, action="tenant.onboard", actor="o", correlation_id="r", occurred_at=now)
    platform.adapter("tenancy").admit(entry, Admission("onboarding", "fingerprint"), audit)
    platform.stores(record).documents.put(Key("line-1", "part-1"), {"n": 1})

    def advance(method: str, path: str) -> None:
        if method == "GET" and path.rsplit("/", 2)[-2] == "moves":
            _advance(world)

    world.gateway.before = advance


@pytest.fixture
def operator(makoto: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(moving, "POLL_S", 0)
    makoto.sign_in(OPERATOR)
    return makoto


@pytest.fixture
def target(tmp_path: Path) -> tuple[str, ...]:
    """The words that say where to."""
    config = tmp_path / "azure.json"
    config.write_text(AZURE.model_dump_json(), encoding="utf-8")
    return ("tenants", "move", TENANT, "--to", "azure", "--config", str(config))


def _advance(world: World) -> None:
    for (machine, _), command in list(world.platform.adapter("workflows").started.items()):
        if machine == MACHINE:
            turn = tasks.handler({"task": "advance", "input": dict(command)}, lambda_context())
            clock = world.platform.clock
            assert isinstance(clock, FixedClock)
            if turn["wait_s"] < 1000:
                clock.advance(turn["wait_s"])


def test_a_move_is_followed_until_the_tenant_works_there(operator: Terminal, target: tuple[str, ...]) -> None:
    said = operator(*target, "--watch")

    assert said.code == 0, said.err
    assert "writes will wait about 70 s" in said.err
    assert "switched; can be taken back until" in said.err
    assert "documents" in said.err
    assert "grace" in said.out


def test_for_a_program_the_move_alone_is_on_stdout(operator: Terminal, target: tuple[str, ...]) -> None:
    move = json.loads(operator(*target, "--watch", "--json").out)

    assert (move["phase"], move["is_equal"], move["target"]["provider"]) == ("grace", True, "azure")
    assert move["progress"]["documents"] == move["progress"]["documents_total"] == 1


def test_the_same_command_again_is_the_same_move(operator: Terminal, target: tuple[str, ...]) -> None:
    first, second = (json.loads(operator(*target, "--json").out)["move_id"] for _ in range(2))

    assert first == second
    listed = json.loads(operator("tenants", "moves", TENANT, "--json").out)
    assert [each["move_id"] for each in listed] == [first]


def test_a_move_is_taken_back_and_the_same_command_begins_another(operator: Terminal, target: tuple[str, ...]) -> None:
    first = json.loads(operator(*target, "--json").out)["move_id"]
    assert operator("tenants", "move-roll-back", TENANT).code == 0

    said = operator("tenants", "moves", TENANT, "--watch")

    assert said.code == 1
    assert "The tenant works where it worked before" in said.err
    assert json.loads(operator(*target, "--json").out)["move_id"] != first


def test_the_grace_period_is_ended(operator: Terminal, target: tuple[str, ...]) -> None:
    operator(*target, "--watch")

    said = operator("tenants", "move-finish", TENANT, "--watch", "--json")

    assert said.code == 0, said.err
    assert json.loads(said.out)["status"] == "finished"


def test_keys_are_never_printed(operator: Terminal, target: tuple[str, ...], tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"client_secret": "hunter2"}', encoding="utf-8")

    said = operator(*target, "--keys", str(keys))

    assert said.code == 2  # federation needs none, and what is refused is not repeated
    assert "hunter2" not in said.out + said.err


def test_a_tenant_that_was_never_moved_is_said_to_be_so(operator: Terminal) -> None:
    said = operator("tenants", "move-roll-back", TENANT)

    assert said.code == 1
    assert "was never moved" in said.err


@pytest.mark.parametrize("content", ["[]", "{"])
def test_a_file_that_is_no_object_is_named(operator: Terminal, tmp_path: Path, content: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(content, encoding="utf-8")

    said = operator("tenants", "move", TENANT, "--to", "azure", "--config", str(config))

    assert said.code == 1
    assert "config.json" in said.err


def test_a_target_without_a_description_is_asked_for(operator: Terminal) -> None:
    said = operator("tenants", "move", TENANT, "--to", "azure")

    assert said.code == 2
    assert "--config" in said.err
