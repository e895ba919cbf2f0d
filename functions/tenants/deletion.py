"""The end of a tenant: out of service at once, removed by the schedule when no door serves it any more."""

from contextlib import suppress

from functions.tenants import model
from functions.tenants.changes import announce, commit, project
from functions.tenants.onboarding import UNMADE_IN_ORDER, unmake
from functions.tenants.ports import Act, TenantsPorts
from functions.tenants.resources import forget_keys, require_empty
from makoto.domain import TenantStatus
from makoto.errors import Throttled, Unavailable
from makoto.events.tenants import TenantDeleted, TenantSuspended
from makoto.ports.tenant_entry import StepStatus, TenantEntry

SERVED = frozenset({TenantStatus.ACTIVE, TenantStatus.SUSPENDED})


def take_out_of_service(entry: TenantEntry, act: Act, ports: TenantsPorts) -> None:
    """Let no door serve an empty tenant any more; TenantNotEmpty, StillOnboarding."""
    deleting = entry.model_copy(update={"record": model.begin_deletion(entry.record)})
    if entry.record.status in SERVED:
        require_empty(entry, ports)
    committed = commit(deleting, act, ports)
    with suppress(Unavailable, Throttled):  # the schedule shows what is not shown
        project(committed, ports)


def remove_tenant(entry: TenantEntry, act: Act, ports: TenantsPorts) -> bool:
    """Remove everything that belongs to a tenant out of service, then say that it is deleted.

    False when something came in before the last door closed: nothing is removed and the deletion is called off.
    """
    if _is_whole(entry, ports):
        try:
            require_empty(entry, ports)
        except model.TenantNotEmpty as found:
            _call_off(entry, found.detail, act, ports)
            return False
    for name in UNMADE_IN_ORDER:
        unmake(name, entry, ports)
    forget_keys(entry, ports)
    deleted = entry.model_copy(update={"record": model.finish_deletion(entry.record)})
    announce(commit(deleted, act, ports, event=TenantDeleted(tenant_id=entry.tenant_id)), ports)
    return True


def _is_whole(entry: TenantEntry, ports: TenantsPorts) -> bool:
    """Tell whether the tenant has all its stores: it was served once, and no removal has begun."""
    first = UNMADE_IN_ORDER[0]
    gone = {step.step for step in ports.tenancy.steps(entry.tenant_id) if step.status is StepStatus.ROLLED_BACK}
    return entry.failure is None and first not in gone


def _call_off(entry: TenantEntry, found: str, act: Act, ports: TenantsPorts) -> None:
    """Suspend the tenant, for the operator to look at what came in and to resume it or to delete it again."""
    reason = f"deletion called off: {found}"
    changed = {"record": model.call_off_deletion(entry.record), "suspension_reason": reason}
    event = TenantSuspended(tenant_id=entry.tenant_id, reason=reason)
    announce(commit(entry.model_copy(update=changed), act, ports, event=event, detail={"reason": reason}), ports)
