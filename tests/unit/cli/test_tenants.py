"""`makoto tenants …` through the real handlers, a state machine running beside them."""

import json

import pytest

from cli.commands import onboarding
from tests.unit.cli.conftest import ADMIN, OPERATOR, StateMachine, Terminal, World

CREATE = (
    *("tenants", "create", "--name", "みなと食品株式会社", "--organization", "minato-foods"),
    *("--admin-email", "minato@example.com"),
)


@pytest.fixture
def operator(makoto: Terminal) -> Terminal:
    makoto.sign_in(OPERATOR)
    return makoto


def test_a_tenant_is_onboarded_step_by_step_before_the_eyes(operator: Terminal, state_machine: StateMachine) -> None:
    said = operator(*CREATE)

    assert said.code == 0
    assert [line.strip() for line in said.err.splitlines()[1:]] == [
        "register the tenant: done",
        "reach its cloud: done",
        "create group and administrator: done",
        "provision its cloud: done",
        "write its configuration: done",
        "verify every store: done",
        "activate: done",
    ]
    assert "みなと食品株式会社" in said.out
    assert "minato@example.com" in said.out


def test_for_a_program_the_result_alone_is_on_stdout(operator: Terminal, state_machine: StateMachine) -> None:
    tenant = json.loads(operator(*CREATE, "--json").out)

    assert (tenant["status"], tenant["organization"], len(tenant["steps"])) == ("active", "minato-foods", 7)


def test_the_same_command_again_shows_the_same_tenant(operator: Terminal, state_machine: StateMachine) -> None:
    first, second = (json.loads(operator(*CREATE, "--json").out)["tenant_id"] for _ in range(2))

    assert first == second
    assert len(json.loads(operator("tenants", "list", "--json").out)) == 1


def test_a_failed_onboarding_says_where_and_why_and_how_to_go_on(
    operator: Terminal, world: World, state_machine: StateMachine
) -> None:
    def fail_at_once(method: str, path: str) -> None:
        if method == "GET":
            state_machine.fail("Unavailable")

    world.gateway.before = fail_at_once
    said = operator(*CREATE)

    assert said.code == 1
    assert "failed at" in said.err
    assert "new --idempotency-key" in said.err
    world.gateway.before = state_machine.advance
    assert operator(*CREATE, "--idempotency-key", "second").code == 0


def test_an_onboarding_that_takes_long_is_left_with_a_word(
    operator: Terminal, state_machine: StateMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_machine.is_running = False
    monkeypatch.setattr(onboarding, "PATIENCE_S", -1)

    said = operator(*CREATE)

    assert said.code == 1
    assert "makoto tenants show t" in said.err


def test_a_tenant_is_shown_suspended_resumed_and_deleted(operator: Terminal, state_machine: StateMachine) -> None:
    tenant_id = json.loads(operator(*CREATE, "--json").out)["tenant_id"]

    shown = operator("tenants", "show", tenant_id)
    assert "verify_stores" in shown.out
    suspended = json.loads(operator("tenants", "suspend", tenant_id, "--json", typed="invoice\n").out.split("\n", 1)[1])
    assert (suspended["status"], suspended["suspension_reason"]) == ("suspended", "invoice")
    again = operator("tenants", "suspend", tenant_id, "--reason", "twice")
    assert (again.code, again.err[:3]) == (1, "409")
    assert json.loads(operator("tenants", "resume", tenant_id, "--json").out)["status"] == "active"
    assert operator("tenants", "delete", tenant_id, typed="n\n").code == 1
    assert json.loads(operator("tenants", "show", tenant_id, "--json").out)["status"] == "active"
    assert tenant_id in operator("tenants", "delete", tenant_id, "--yes").out
    assert operator(*CREATE).code == 1


def test_tenants_are_listed_by_status_and_the_rest_is_announced(
    operator: Terminal, state_machine: StateMachine
) -> None:
    for name in ("one", "two", "three"):
        created = operator(
            *("tenants", "create", "--name", name, "--organization", name, "--admin-email", f"{name}@example.com")
        )
        assert created.code == 0

    listed = operator("tenants", "list", "--limit", "2", "--json")
    assert len(json.loads(listed.out)) == 2
    assert listed.err == "The first 2; there are more (--limit).\n"
    everyone = operator("tenants", "list", "--limit", "3")
    assert all(name in everyone.out for name in ("one", "two", "three"))
    assert everyone.err == ""
    assert operator("tenants", "list", "--status", "suspended").err == "Nothing to show.\n"
    assert json.loads(operator("tenants", "list", "--status", "suspended", "--json").out) == []


def test_a_tenant_in_its_own_account_is_onboarded_by_its_role(operator: Terminal, state_machine: StateMachine) -> None:
    role = "arn:aws:iam::123456789012:role/makoto-tenant-access"

    said = operator(*CREATE, "--role-arn", role, "--external-id", "k3Vt9xQpLm2ZrWbY", "--feature", "chat", "--json")

    tenant = json.loads(said.out)
    assert (tenant["account_id"], tenant["features"]) == ("123456789012", ["chat"])


@pytest.mark.parametrize(
    "more",
    [
        ("--role-arn", "not an arn"),
        ("--role-arn", "arn:aws:iam::123456789012:role/makoto-tenant-access"),
        ("--idempotency-key", "鍵"),
        ("--idempotency-key", "two words"),
        ("--time-zone", "Mars/Olympus"),
        ("--locale", "xx"),
        ("--feature", "Not A Feature"),
        ("--admin-name", "\x1b[31m"),
    ],
)
def test_input_that_breaks_a_rule_is_exit_code_2(operator: Terminal, more: tuple[str, ...]) -> None:
    said = operator(*CREATE, *more)

    assert (said.code, said.out) == (2, "")
    assert said.err


def test_a_tenants_own_administrator_does_not_govern_tenants(makoto: Terminal) -> None:
    makoto.sign_in(ADMIN)

    said = makoto("tenants", "list")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("403 Not allowed")
