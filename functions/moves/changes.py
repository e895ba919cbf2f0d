"""How a change of the tenant's record is kept: saved with its audit and event, then shown to every writer."""

from collections.abc import Callable
from contextlib import suppress

from functions.moves.ports import Act, MovesPorts
from makoto.domain import TenantRecord
from makoto.errors import Throttled, Unavailable
from makoto.events import Envelope, Event
from makoto.ports.configuration import StaleTenant
from makoto.ports.tenancy import TenantChanged
from makoto.ports.tenant_entry import AuditEntry, TenantEntry

MOST_TRIES = 5

Alter = Callable[[TenantRecord], TenantRecord | None]


def change(tenant_id: str, alter: Alter, act: Act, ports: MovesPorts, event: Event | None = None) -> TenantRecord:
    """Save what `alter` makes of the record, unless it says None: it is so already. When this returns it is shown.

    Somebody else's change in between is no reason to give up: the record is read and altered again.
    """
    for left in reversed(range(MOST_TRIES)):
        entry = ports.tenancy.tenant(tenant_id)
        altered = alter(entry.record)
        try:
            if altered is not None:
                entry = _commit(entry, altered, act, ports, event)
        except TenantChanged:
            if left == 0:
                raise
        else:
            _show(entry, ports)
            return entry.record
    raise AssertionError("the last try returns or raises")


def _commit(entry: TenantEntry, altered: TenantRecord, act: Act, ports: MovesPorts, event: Event | None) -> TenantEntry:
    record, now = altered.model_copy(update={"version": entry.record.version + 1}), ports.clock.now()
    audit = AuditEntry(
        tenant_id=entry.tenant_id,
        action=act.action,
        actor=act.actor,
        detail={"version": str(record.version)},
        correlation_id=act.correlation_id,
        occurred_at=now,
    )
    changed = entry.model_copy(update={"record": record, "updated_at": now})
    return ports.tenancy.save(changed, audit, None if event is None else _envelope(record, event, act, ports))


def _envelope(record: TenantRecord, event: Event, act: Act, ports: MovesPorts) -> Envelope:
    return Envelope.around(
        event,
        tenant_id=record.tenant_id,
        aggregate=f"tenant/{record.tenant_id}",
        version=record.version,
        occurred_at=ports.clock.now(),
        correlation_id=act.correlation_id,
    )


def _show(entry: TenantEntry, ports: MovesPorts) -> None:
    """Show this version to every writer, and tell the bus: what it does not take now, the schedule gives it."""
    if entry.projected_version < entry.record.version:
        with suppress(StaleTenant):
            ports.configuration.save_tenant(entry.record)
        ports.tenancy.mark_projected(entry.tenant_id, entry.record.version, ports.clock.now())
    with suppress(Unavailable, Throttled):
        ports.tenancy.relay(ports.publisher.publish, ports.clock.now())
