"""Devices as documents of their tenant: one a device, under its id."""

from dataclasses import dataclass

from functions.devices.model import Change, Device, DeviceNotFound, ListDevices
from makoto.domain import Page
from makoto.events import Event
from makoto.ports.context import TenantContext
from makoto.ports.documents import (
    And,
    Condition,
    Document,
    DocumentNotFound,
    IfVersion,
    Key,
    Leaf,
    MaybeApplied,
    Put,
    Query,
)
from makoto.ports.outbox import Fact

PARTITION = "device"


@dataclass(frozen=True)
class Held:
    """A device as it is stored."""

    device: Device
    version: str

    @property
    def when_unchanged(self) -> IfVersion:
        """The condition of a write that must not overwrite another's."""
        return IfVersion(self.version)


def find(device_id: str, tenant: TenantContext) -> Held | None:
    """Read a device that may be absent."""
    document = tenant.documents.find(Key(PARTITION, device_id))
    return None if document is None else _held(document)


def load(device_id: str, tenant: TenantContext) -> Held:
    """Read a device."""
    try:
        return _held(tenant.documents.get(Key(PARTITION, device_id)))
    except DocumentNotFound as missing:
        raise DeviceNotFound(f"there is no device {device_id}") from missing


def save(device: Device, when: Condition, tenant: TenantContext) -> Held:
    """Store a device; where the answer was lost, what is stored tells whether it was."""
    put = _put(device, when)
    try:
        return _held(tenant.documents.put(put.key, put.data, when=when))
    except MaybeApplied:
        held = find(device.device_id, tenant)
        if held is None or held.device.model_dump(mode="json") != put.data:
            raise
        return held


def save_and_tell(device: Device, when: Condition, event: Event, tenant: TenantContext) -> None:
    """Store a device together with the fact about it; where the answer was lost, what is stored tells."""
    put = _put(device, when)
    try:
        tenant.commit([put], [Fact(event, f"device/{device.device_id}", device.revision + 1)])
    except MaybeApplied:
        held = find(device.device_id, tenant)
        if held is None or held.device.model_dump(mode="json") != put.data:
            raise


def forget(held: Held, tenant: TenantContext) -> None:
    """Remove a device that nobody changed since it was read."""
    tenant.documents.delete(Key(PARTITION, held.device.device_id), when=held.when_unchanged)


def search(command: ListDevices, tenant: TenantContext) -> Page[Device]:
    """List in the order of the device ids."""
    wanted = {"path.site": command.site, "path.line": command.line, "status": command.status}
    leaves = tuple(Leaf(path, "eq", str(value)) for path, value in wanted.items() if value is not None)
    query = Query(PARTITION, where=And(leaves) if leaves else None, limit=command.limit, cursor=command.cursor)
    page = tenant.documents.query(query)
    return Page[Device](items=tuple(_held(each).device for each in page.items), next_cursor=page.next_cursor)


def change(what: str, tenant: TenantContext) -> Change:
    """Write down who changes what, now."""
    by = tenant.principal.username if tenant.principal else "platform"
    return Change(at=tenant.clock.now(), by=by, what=what)


def _put(device: Device, when: Condition) -> Put:
    """The next revision of a device."""
    data = device.model_copy(update={"revision": device.revision + 1}).model_dump(mode="json")
    return Put(Key(PARTITION, device.device_id), data, when)


def _held(document: Document) -> Held:
    return Held(Device.model_validate(document.data), document.version)
