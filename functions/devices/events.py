"""Reactions of devices to a tenant's life: the broker refuses the devices of a tenant that is not active."""

from functions.devices import service
from makoto.events import Envelope
from makoto.events.tenants import TenantDeleted, TenantResumed, TenantSuspended
from makoto.runtime.composition import platform
from makoto.runtime.events import EventDoor

door = EventDoor("devices")
handler = door.handler


def ports() -> service.DevicesPorts:
    """What devices ask of the platform."""
    return service.DevicesPorts(fleet=platform().adapter("fleet"), configuration=platform().configuration)


@door.on(TenantSuspended)
def refuse_devices(event: TenantSuspended, envelope: Envelope) -> None:
    service.follow_tenant(event.tenant_id, ports(), platform().inbox, envelope.id)


@door.on(TenantResumed)
def accept_devices(event: TenantResumed, envelope: Envelope) -> None:
    service.follow_tenant(event.tenant_id, ports(), platform().inbox, envelope.id)


@door.on(TenantDeleted)
def remove_devices(event: TenantDeleted, envelope: Envelope) -> None:
    service.follow_tenant(event.tenant_id, ports(), platform().inbox, envelope.id)
