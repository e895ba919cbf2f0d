"""What the schedule makes good each minute: facts not published, versions not shown, work that a crash left."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from functions.tenants.changes import project
from functions.tenants.ports import Act, TenantsPorts
from functions.tenants.service import execution_name, remove_tenant, start_onboarding
from makoto.domain import TenantStatus, Value
from makoto.errors import MakotoError
from makoto.ports.tenant_entry import TenantEntry
from makoto.ports.workflows import ONBOARD_TENANT, ExecutionStatus

ACTOR = "schedule"
BATCH = 20
PATIENCE = timedelta(minutes=1)
"""How long work may rest before the schedule looks after it."""


class Upkeep(Value):
    """How much was made good, and what could not be: tenant and problem, fit for a log."""

    published: int = 0
    projected: int = 0
    restarted: int = 0
    deleted: int = 0
    problems: tuple[str, ...] = ()


def keep_up(correlation_id: str, ports: TenantsPorts) -> Upkeep:
    """Do each kind of work for each tenant that needs it; one that fails holds up no other."""
    problems: list[str] = []

    def each(entries: Sequence[TenantEntry], make_good: Callable[[TenantEntry], bool]) -> int:
        return sum(_tried(entry, make_good, problems) for entry in entries)

    before, tenancy = ports.clock.now() - PATIENCE, ports.tenancy
    projected = each(tenancy.unprojected(BATCH), lambda entry: _show(entry, ports))
    onboarding = tenancy.unfinished(TenantStatus.ONBOARDING, before, BATCH)
    restarted = each(onboarding, lambda entry: _restart(entry, correlation_id, ports))
    deleting = tenancy.unfinished(TenantStatus.DELETING, before, BATCH)
    deleted = each(deleting, lambda entry: _remove(entry, correlation_id, ports))
    published = _published(ports, problems)
    return Upkeep(
        published=published, projected=projected, restarted=restarted, deleted=deleted, problems=tuple(problems)
    )


def _tried(entry: TenantEntry, make_good: Callable[[TenantEntry], bool], problems: list[str]) -> bool:
    try:
        return make_good(entry)
    except MakotoError as error:
        problems.append(f"{entry.tenant_id}: {error.problem}: {error.detail}")
        return False


def _show(entry: TenantEntry, ports: TenantsPorts) -> bool:
    project(entry, ports)
    return True


def _restart(entry: TenantEntry, correlation_id: str, ports: TenantsPorts) -> bool:
    """Start what was not started; give a new attempt to what ended without bringing the onboarding to an end."""
    status = ports.workflows.status(ONBOARD_TENANT, execution_name(entry))
    if status is ExecutionStatus.RUNNING:
        return False
    if status is not ExecutionStatus.ABSENT:
        attempt = entry.attempt + 1
        if not ports.tenancy.claim_attempt(entry.tenant_id, attempt, ports.clock.now()):
            return False
        entry = entry.model_copy(update={"attempt": attempt})
    start_onboarding(entry, correlation_id, ports)
    return True


def _remove(entry: TenantEntry, correlation_id: str, ports: TenantsPorts) -> bool:
    remove_tenant(entry, Act("tenant.delete", ACTOR, correlation_id), ports)
    return True


def _published(ports: TenantsPorts, problems: list[str]) -> int:
    try:
        return ports.tenancy.relay(ports.publisher.publish, ports.clock.now())
    except MakotoError as error:
        problems.append(f"outbox: {error.problem}: {error.detail}")
        return 0
