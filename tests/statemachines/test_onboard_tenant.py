"""The definition at work: whichever step fails or dies, the tenant ends active or nothing of it is left."""

import pytest

from functions.tenants.commands import OnboardTenant
from functions.tenants.model import STEPS
from functions.tenants.ports import Act
from functions.tenants.service import onboard_tenant, read_tenant
from functions.tenants.wiring import ports
from makoto.adapters.clouds.memory.provisioning import provisioner_of
from makoto.domain import TenantStatus
from makoto.runtime.composition import Platform
from makoto.runtime.composition import platform as this_platform
from tests.statemachines.conftest import Lambda, Run

UNDOING = ["undo_write_configuration", "undo_provision_stores", "undo_create_identity"]
RETRIED = [
    "Unavailable",
    "Throttled",
    "Lambda.ServiceException",
    "Lambda.ClientExecutionTimeoutException",
    "Runtime.OutOfMemory",
    "Sandbox.Timedout",
]
FATAL = ["Conflict", "Invalid", "KeyError"]


@pytest.fixture
def tenant_id(platform: Platform) -> str:
    """A tenant whose onboarding has not begun."""
    command = OnboardTenant.model_validate(
        {
            "name": "東都精機株式会社",
            "organization": "toto-seiki",
            "administrator": {"email": "hanako@example.com", "name": "山田 花子"},
            "cloud": {"mode": "hosted"},
        }
    )
    return onboard_tenant(command, "key-1", Act("tenant.onboard", "operator", "request-1"), ports()).tenant_id


def _status(tenant_id: str) -> TenantStatus:
    return read_tenant(tenant_id, ports()).status


def _nothing_is_left(tenant_id: str) -> bool:
    here = ports()
    return not (
        here.identity.users_of(tenant_id)
        or here.tenancy.members(tenant_id)
        or tenant_id in provisioner_of(this_platform().clouds).provisioned
    )


def test_an_onboarding_runs_its_steps_in_order(run: Run, function: Lambda, tenant_id: str) -> None:
    assert run(tenant_id) == "SUCCEEDED"

    assert function.asked == list(STEPS)
    assert _status(tenant_id) is TenantStatus.ACTIVE


@pytest.mark.parametrize("error", RETRIED)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_tried_again_succeeds(run: Run, function: Lambda, tenant_id: str, step: str, error: str) -> None:
    function.fails = lambda task, attempt: error if (task, attempt) in ((step, 1), (step, 2)) else None

    assert run(tenant_id) == "SUCCEEDED"

    assert _status(tenant_id) is TenantStatus.ACTIVE


@pytest.mark.parametrize("error", [*RETRIED[:1], *FATAL])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_for_good_is_rolled_back(
    run: Run, function: Lambda, tenant_id: str, step: str, error: str
) -> None:
    function.fails = lambda task, attempt: error if task == step else None

    assert run(tenant_id) == "OnboardingFailed"

    shown = read_tenant(tenant_id, ports())
    assert shown.status is TenantStatus.FAILED
    assert shown.failure is not None
    assert (shown.failure.step, shown.failure.residue) == (step, None)
    assert error in shown.failure.cause
    assert "hunter2" not in shown.failure.cause
    assert _nothing_is_left(tenant_id)


@pytest.mark.parametrize("undo", UNDOING)
def test_an_undoing_that_fails_holds_up_no_other_and_is_named(
    run: Run, function: Lambda, tenant_id: str, undo: str
) -> None:
    function.fails = lambda task, attempt: "Conflict" if task in ("verify_stores", undo) else None

    assert run(tenant_id) == "OnboardingFailed"

    shown = read_tenant(tenant_id, ports())
    assert shown.status is TenantStatus.FAILED
    assert shown.failure is not None
    assert shown.failure.residue == undo.removeprefix("undo_")
    assert [task for task in function.asked if task in UNDOING] == UNDOING


def test_an_activation_whose_answer_was_lost_is_not_rolled_back(run: Run, function: Lambda, tenant_id: str) -> None:
    invoke = function.invoke

    def fails(task: str, attempt: int) -> str | None:
        if task == "activate" and attempt == 1:
            function.fails = lambda task, attempt: None
            invoke(
                {"Payload": f'{{"task": "activate", "input": {{"tenant_id": "{tenant_id}", "correlation_id": "r"}}}}'}
            )
            return "KeyError"
        return None

    function.fails = fails

    assert run(tenant_id) == "SUCCEEDED"

    assert "begin_roll_back" in function.asked
    assert _status(tenant_id) is TenantStatus.ACTIVE
    assert not _nothing_is_left(tenant_id)


@pytest.mark.parametrize("died_at", STEPS)
def test_an_execution_that_died_is_resumed_by_the_next(
    run: Run, function: Lambda, tenant_id: str, died_at: str
) -> None:
    """The whole execution is lost after a step: the next one begins at the beginning and ends well."""
    for step in STEPS[: STEPS.index(died_at) + 1]:
        payload = f'{{"task": "{step}", "input": {{"tenant_id": "{tenant_id}", "correlation_id": "r"}}}}'
        function.invoke({"Payload": payload})

    assert run(tenant_id) == "SUCCEEDED"

    assert _status(tenant_id) is TenantStatus.ACTIVE
    assert len(ports().identity.users_of(tenant_id)) == 1


@pytest.mark.parametrize("lost", ["begin_roll_back", "finish_roll_back"])
def test_a_roll_back_that_could_not_be_recorded_is_ended_by_the_next_execution(
    run: Run, function: Lambda, tenant_id: str, lost: str
) -> None:
    function.fails = lambda task, attempt: "Unavailable" if task in ("verify_stores", lost) else None
    assert run(tenant_id) == "OnboardingInterrupted"
    assert _status(tenant_id) is TenantStatus.ONBOARDING
    function.fails = lambda task, attempt: None

    assert run(tenant_id, mode="roll_back") == "OnboardingFailed"

    assert _status(tenant_id) is TenantStatus.FAILED
    assert _nothing_is_left(tenant_id)


def test_an_execution_after_a_failure_changes_nothing(run: Run, function: Lambda, tenant_id: str) -> None:
    function.fails = lambda task, attempt: "Conflict" if task == "verify_stores" else None
    run(tenant_id)
    function.fails = lambda task, attempt: None
    before = read_tenant(tenant_id, ports())

    run(tenant_id)

    assert read_tenant(tenant_id, ports()) == before
    assert _nothing_is_left(tenant_id)
