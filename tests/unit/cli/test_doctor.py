"""`makoto doctor` through the real handlers."""

import json
from types import SimpleNamespace

import pytest

from functions.doctor import schedule
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.errors import Forbidden
from tests.builders import OTHER_TENANT, TENANT
from tests.unit.cli.conftest import ADMIN, OPERATOR, VIEWER, Terminal, World


def tick(seconds: float) -> None:
    """The schedule runs while the command waits."""
    context = SimpleNamespace(aws_request_id="tick-1", get_remaining_time_in_millis=lambda: 300_000)
    schedule.handler({}, context)  # type: ignore[arg-type]  # what the handler reads of it


@pytest.mark.parametrize(("who", "named"), [(ADMIN, ()), (OPERATOR, ("--tenant", TENANT))])
def test_sound_stores_are_said_to_be_sound(makoto: Terminal, who: str, named: tuple[str, ...]) -> None:
    makoto.sign_in(who)

    said = makoto("doctor", *named)

    assert said.code == 0
    assert "permission atomic" in said.out
    assert "0 failed" in said.err


def test_what_failed_is_said_with_what_helps_and_the_command_fails(
    makoto: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object, *_: object) -> None:
        raise Forbidden("refused")

    monkeypatch.setattr(MemoryDocuments, "write_all", refused)
    makoto.sign_in(ADMIN)

    said = makoto("doctor")
    assert said.code == 1
    assert "Grant the platform" in said.out

    makoto.environment["MAKOTO_LANG"] = "ja"
    assert "権限を付与" in makoto("doctor").out


def test_the_contract_is_waited_for(makoto: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.doctor.time.sleep", tick)
    makoto.sign_in(ADMIN)

    said = makoto("doctor", "--contract", "--json")

    report = json.loads(said.out)
    assert (said.code, report["suite"], report["status"], len(report["findings"])) == (0, "contract", "ok", 47)


def test_the_operator_says_whose_stores(makoto: Terminal) -> None:
    makoto.sign_in(OPERATOR)

    assert makoto("doctor").code == 1


@pytest.mark.parametrize("tenant", [TENANT, OTHER_TENANT])
def test_who_may_not_look_is_told_so(makoto: Terminal, world: World, tenant: str) -> None:
    makoto.sign_in(VIEWER)

    said = makoto("doctor", "--tenant", tenant)

    assert said.code == 1
    assert "Not allowed" in said.err
