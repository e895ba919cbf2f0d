"""How a decided change is kept: saved with its audit and event, then shown to the hot path and told to the bus."""

from collections.abc import Mapping
from contextlib import suppress

from functions.tenants.ports import Act, TenantsPorts
from makoto.errors import Throttled, Unavailable
from makoto.events import Envelope, Event
from makoto.ports.configuration import StaleTenant
from makoto.ports.tenant_entry import AuditEntry, TenantEntry


def commit(
    entry: TenantEntry,
    act: Act,
    ports: TenantsPorts,
    *,
    event: Event | None = None,
    detail: Mapping[str, str] | None = None,
) -> TenantEntry:
    """Save the next version with its audit and event in one transaction, or nothing."""
    now = ports.clock.now()
    envelope = None
    if event is not None:
        envelope = Envelope.around(
            event,
            tenant_id=entry.tenant_id,
            aggregate=f"tenant/{entry.tenant_id}",
            version=entry.record.version,
            occurred_at=now,
            correlation_id=act.correlation_id,
        )
    changed = entry.model_copy(update={"updated_at": now})
    return ports.tenancy.save(changed, audit_entry(entry, act, ports, detail), envelope)


def audit_entry(
    entry: TenantEntry, act: Act, ports: TenantsPorts, detail: Mapping[str, str] | None = None
) -> AuditEntry:
    """Write down who did what."""
    return AuditEntry(
        tenant_id=entry.tenant_id,
        action=act.action,
        actor=act.actor,
        detail={"version": str(entry.record.version), **(detail or {})},
        correlation_id=act.correlation_id,
        occurred_at=ports.clock.now(),
    )


def project(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Show this version to the hot path. A newer one that is there already is as good."""
    with suppress(StaleTenant):
        ports.configuration.save_tenant(entry.record)
    ports.tenancy.mark_projected(entry.tenant_id, entry.record.version, ports.clock.now())


def publish(ports: TenantsPorts) -> int:
    """Give what is unpublished to the bus; what it does not take now, the schedule gives it within a minute."""
    with suppress(Unavailable, Throttled):
        return ports.tenancy.relay(ports.publisher.publish, ports.clock.now())
    return 0


def announce(entry: TenantEntry, ports: TenantsPorts) -> None:
    """Show and tell a change that may take a minute to be known; the schedule does what fails here."""
    with suppress(Unavailable, Throttled):
        project(entry, ports)
    publish(ports)
