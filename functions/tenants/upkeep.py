"""What the schedule makes good each minute: facts not published, versions not shown, work that a crash left."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import takewhile

from functions.tenants.changes import project
from functions.tenants.deletion import remove_tenant
from functions.tenants.ports import Act, TenantsPorts
from functions.tenants.service import execution_name, start_onboarding
from makoto.domain import TenantStatus, Value
from makoto.errors import MakotoError
from makoto.ports.tenant_entry import TenantEntry
from makoto.ports.workflows import ONBOARD_TENANT, ExecutionStatus

ACTOR = "schedule"
BATCH = 20
BUDGET = timedelta(seconds=30)
"""For beginning work in one run: what began last still ends within the function's 55 s."""

PATIENCE = timedelta(minutes=1)
"""How long work may rest before the schedule looks after it."""

LAST_DOOR_CLOSED = timedelta(seconds=90)
"""A cache may say for 30 s more that a deleting tenant is active, and what it let in works for 60 s at most."""

EVENTS_KEPT = timedelta(days=14)
MOST_PURGED = 1000


class Upkeep(Value):
    """How much was made good, and what could not be: tenant and problem, fit for a log."""

    published: int = 0
    projected: int = 0
    restarted: int = 0
    deleted: int = 0
    purged: int = 0
    problems: tuple[str, ...] = ()


def keep_up(correlation_id: str, ports: TenantsPorts) -> Upkeep:
    """Do each kind of work for each tenant that needs it, facts first; one that fails holds up no other.

    What the budget does not allow to begin is left to the next run, which finds the longest waiting first.
    """
    problems: list[str] = []
    now, tenancy = ports.clock.now(), ports.tenancy

    def each(entries: Sequence[TenantEntry], make_good: Callable[[TenantEntry], bool]) -> int:
        in_time = takewhile(lambda _: ports.clock.now() - now < BUDGET, entries)
        return sum(_tried(entry, make_good, problems) for entry in in_time)

    published = _published(ports, problems)
    projected = each(tenancy.unprojected(BATCH), lambda entry: _show(entry, ports))
    onboarding = tenancy.unfinished(TenantStatus.ONBOARDING, now - PATIENCE, BATCH)
    restarted = each(onboarding, lambda entry: _restart(entry, correlation_id, ports))
    removable = tenancy.removable(now - LAST_DOOR_CLOSED, BATCH)
    deleted = each(removable, lambda entry: _remove(entry, correlation_id, ports))
    return Upkeep(
        published=published,
        projected=projected,
        restarted=restarted,
        deleted=deleted,
        purged=tenancy.purge_published(now - EVENTS_KEPT, MOST_PURGED),
        problems=tuple(problems),
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
    """Show the tenant again before, so that one that cannot be removed yet comes after the others next time."""
    project(entry, ports)
    return remove_tenant(entry, Act("tenant.delete", ACTOR, correlation_id), ports)


def _published(ports: TenantsPorts, problems: list[str]) -> int:
    try:
        return ports.tenancy.relay(ports.publisher.publish, ports.clock.now())
    except MakotoError as error:
        problems.append(f"outbox: {error.problem}: {error.detail}")
        return 0
