"""The steps of an onboarding and its roll-back, each recorded; the state machine says which comes when."""

from collections.abc import Sequence
from typing import NamedTuple

from functions.tenants import model
from functions.tenants.changes import announce, commit
from functions.tenants.ports import Act, TenantsPorts
from functions.tenants.resources import RESOURCES, forget_keys
from makoto.domain import TenantStatus
from makoto.errors import MakotoError
from makoto.events.tenants import TenantOnboarded, TenantOnboardingFailed
from makoto.ports.tenant_entry import OnboardingFailure, OnboardingStep, StepStatus, TenantEntry

ACTOR = "onboard-tenant"
ACTIVATE = "activate"
LONGEST_CAUSE = 500
UNMADE_IN_ORDER = ("write_configuration", "provision_stores", "create_identity")


class Task(NamedTuple):
    """What a task of the state machine is called with."""

    tenant_id: str
    correlation_id: str


def run_step(name: str, task: Task, ports: TenantsPorts) -> None:
    """Make one part of the tenant, again if need be; an onboarding that has ended well is left as it is."""
    entry = ports.tenancy.tenant(task.tenant_id)
    if entry.record.status is not TenantStatus.ACTIVE:
        model.require_onboarding(entry.record)
    elif name != ACTIVATE:
        return
    step = _begin(name, entry, ports)
    if name == ACTIVATE:  # written first: nobody may see an active tenant whose last step still runs
        _end(step, entry, StepStatus.DONE, ports)
    try:
        _make(name, entry, task, ports)
    except MakotoError as error:
        _end(step, entry, StepStatus.FAILED, ports, cause=f"{error.problem}: {error.detail}")
        raise
    if name != ACTIVATE:
        _end(step, entry, StepStatus.DONE, ports)


def begin_roll_back(task: Task, error: str, ports: TenantsPorts) -> bool:
    """Write down where and why the onboarding stopped; False when it has ended and nothing is to be rolled back."""
    entry = ports.tenancy.tenant(task.tenant_id)
    if entry.record.status is not TenantStatus.ONBOARDING:
        return False
    if entry.failure is None:
        failure = _failure(ports.tenancy.steps(task.tenant_id), error)
        revised = entry.model_copy(update={"record": model.revise(entry.record), "failure": failure})
        act = Act("tenant.roll-back", ACTOR, task.correlation_id)
        announce(commit(revised, act, ports, detail={"step": failure.step, "cause": failure.cause}), ports)
    return True


def undo_step(name: str, task: Task, ports: TenantsPorts) -> None:
    """Unmake what a step made or half made; a step that never began is left alone."""
    entry = ports.tenancy.tenant(task.tenant_id)
    model.require_onboarding(entry.record)
    try:
        unmake(name, entry, ports)
    except MakotoError as error:
        _note_residue(name, entry, f"roll-back: {error.problem}: {error.detail}", ports)
        raise


def unmake(name: str, entry: TenantEntry, ports: TenantsPorts) -> None:
    """Unmake one part and record it; the cause of the step's own failure stays readable."""
    step = _found(ports.tenancy.steps(entry.tenant_id), name)
    if step is None or step.status is StepStatus.ROLLED_BACK:
        return
    RESOURCES[name].unmake(entry, ports)
    _end(step, entry, StepStatus.ROLLED_BACK, ports, cause=step.cause)


def finish_roll_back(task: Task, ports: TenantsPorts) -> None:
    """Close the onboarding as failed, naming what could not be removed."""
    entry = ports.tenancy.tenant(task.tenant_id)
    if entry.record.status is not TenantStatus.ONBOARDING or entry.failure is None:
        return
    left = residue(ports.tenancy.steps(task.tenant_id))
    if not left:
        forget_keys(entry, ports)
    failure = entry.failure.model_copy(update={"residue": ", ".join(left) or None})
    failed = entry.model_copy(update={"record": model.fail(entry.record), "failure": failure})
    event = TenantOnboardingFailed(tenant_id=task.tenant_id, step=failure.step, cause=failure.cause)
    announce(commit(failed, Act("tenant.fail", ACTOR, task.correlation_id), ports, event=event), ports)


def residue(steps: Sequence[OnboardingStep]) -> tuple[str, ...]:
    """Name the steps whose work still stands although it can be unmade."""
    made = {step.step for step in steps if step.status is not StepStatus.ROLLED_BACK}
    return tuple(name for name in UNMADE_IN_ORDER if name in made)


def _make(name: str, entry: TenantEntry, task: Task, ports: TenantsPorts) -> None:
    if name != ACTIVATE:
        RESOURCES[name].make(entry, ports)
    elif entry.record.status is not TenantStatus.ACTIVE:
        _activate(entry, task, ports)


def _activate(entry: TenantEntry, task: Task, ports: TenantsPorts) -> None:
    active = entry.model_copy(update={"record": model.activate(entry.record)})
    event = TenantOnboarded(tenant_id=entry.tenant_id, organization=entry.record.organization)
    announce(commit(active, Act("tenant.activate", ACTOR, task.correlation_id), ports, event=event), ports)


def _begin(name: str, entry: TenantEntry, ports: TenantsPorts) -> OnboardingStep:
    earlier = _found(ports.tenancy.steps(entry.tenant_id), name)
    now = ports.clock.now()
    step = OnboardingStep(step=name, status=StepStatus.RUNNING, attempts=1, started_at=now)
    if earlier is not None:
        step = step.model_copy(update={"attempts": earlier.attempts + 1, "started_at": earlier.started_at})
    ports.tenancy.save_step(entry.tenant_id, step)
    return step


def _end(
    step: OnboardingStep, entry: TenantEntry, status: StepStatus, ports: TenantsPorts, cause: str | None = None
) -> None:
    ended = {"status": status, "finished_at": ports.clock.now(), "cause": cause and cause[:LONGEST_CAUSE]}
    ports.tenancy.save_step(entry.tenant_id, step.model_copy(update=ended))


def _note_residue(name: str, entry: TenantEntry, cause: str, ports: TenantsPorts) -> None:
    step = _found(ports.tenancy.steps(entry.tenant_id), name)
    if step is not None:
        _end(step, entry, StepStatus.FAILED, ports, cause=cause)


def _found(steps: Sequence[OnboardingStep], name: str) -> OnboardingStep | None:
    return next((step for step in steps if step.step == name), None)


def _failure(steps: Sequence[OnboardingStep], error: str) -> OnboardingFailure:
    """The first step that is not done is the one that stopped; a crash leaves no cause but the error's name."""
    done = {step.step for step in steps if step.status is StepStatus.DONE}
    name = next((each for each in model.STEPS if each not in done), ACTIVATE)
    step = _found(steps, name)
    told = step.cause if step is not None else None
    return OnboardingFailure(step=name, cause=told or f"the step did not come to its end ({error})")
