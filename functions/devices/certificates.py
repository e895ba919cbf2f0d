"""Certificates brought into line with what the device's document and the tenant's status say."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256

from functions.devices import model, registry
from functions.devices.model import Device, DeviceStatus
from functions.devices.registry import Held
from makoto.domain import TenantStatus
from makoto.errors import Conflict, MakotoError, NotFound
from makoto.ports.configuration import CertificateRecord, Configuration
from makoto.ports.context import TenantContext
from makoto.ports.fleet import Fleet, IssuedCertificate
from makoto.ports.inbox import Inbox

SETTLE_ROUNDS = 3
PORTION = 100
FOLLOWING = "devices-following"


@dataclass(frozen=True)
class DevicesPorts:
    """What devices need beside the tenant's own stores."""

    fleet: Fleet
    configuration: Configuration


class DeviceChanging(Conflict):
    """The device is changed by others faster than its certificates can follow."""


def settle(device_id: str, tenant: TenantContext, ports: DevicesPorts) -> Device:
    """Make the certificates follow the stored document, again when it changed meanwhile: the last writer wins."""
    for _ in range(SETTLE_ROUNDS):
        held = registry.load(device_id, tenant)
        apply(held.device, tenant, ports)
        if registry.load(device_id, tenant).version == held.version:
            return held.device
    raise DeviceChanging(f"device {device_id} is being changed by others; ask again")


def apply(device: Device, tenant: TenantContext, ports: DevicesPorts) -> None:
    """Switch the certificates that the device names and discard those of its thing that nobody is waiting for."""
    switch_named(device, tenant, ports)
    if not model.is_claimed(device, tenant.clock.now()):
        discard_unnamed(device, tenant, ports)


def switch_named(device: Device, tenant: TenantContext, ports: DevicesPorts) -> None:
    """Record the certificates that the device names and let the broker accept or refuse them."""
    works = model.certificate_works(device.status, ports.configuration.tenant(tenant.tenant_id).status)
    for certificate_id in device.certificate_ids:
        ports.configuration.save_certificate(_record(device, certificate_id, tenant.tenant_id))
        switch(certificate_id, ports, works=works)


def discard_unnamed(device: Device, tenant: TenantContext, ports: DevicesPorts) -> None:
    """End what an earlier attempt left at the device's thing."""
    thing = model.thing_name(tenant.tenant_id, device.device_id)
    for certificate_id in ports.fleet.certificates_of(thing):
        if certificate_id not in device.certificate_ids:
            discard(certificate_id, thing, ports)


def follow_tenant(tenant_id: str, ports: DevicesPorts, inbox: Inbox, event_id: str) -> int:
    """Make every certificate of a tenant work or not as the tenant's present status says; return how many there are.

    It asks for the status instead of believing an event, so events may come twice, late or in any order; a device
    disabled by hand stays disabled. The things of a tenant that is gone are removed. IoT Core takes about ten updates
    a second, so one call may end before a large tenant does: each portion is remembered, and the event's next
    delivery goes on behind it.
    """
    records = ports.configuration.certificates_of(tenant_id)
    status = _status_of(tenant_id, ports)
    for portion in (records[at : at + PORTION] for at in range(0, len(records), PORTION)):
        step = _step(event_id, status, portion)
        if inbox.has_seen(FOLLOWING, step):
            continue
        for record in portion:
            _follow(record, status, ports)
        inbox.remember(FOLLOWING, step)
    return len(records)


def _follow(record: CertificateRecord, status: TenantStatus, ports: DevicesPorts) -> None:
    if status is TenantStatus.DELETED:
        ports.fleet.remove_thing(model.thing_name(record.tenant_id, record.device_id))
        ports.configuration.delete_certificate(record.certificate_id)
        return
    with suppress(NotFound):  # rotated away since the list was read
        switch(record.certificate_id, ports, works=model.certificate_works(record.status, status))


def _step(event_id: str, status: TenantStatus, portion: Sequence[CertificateRecord]) -> str:
    """Name what was done to whom: a portion whose members or whose tenant's status changed is another step."""
    members = ",".join(f"{each.certificate_id}:{each.status}" for each in portion)
    return f"{event_id}/{status}/{sha256(members.encode()).hexdigest()}"


def switch(certificate_id: str, ports: DevicesPorts, *, works: bool) -> None:
    """Let the broker accept the certificate or refuse it; one that is gone is refused already."""
    if works:
        ports.fleet.activate(certificate_id)
        return
    with suppress(NotFound):
        ports.fleet.deactivate(certificate_id)


def discard(certificate_id: str, thing: str, ports: DevicesPorts) -> None:
    """End a certificate: the ingest function refuses it first, then the broker."""
    ports.configuration.delete_certificate(certificate_id)
    ports.fleet.discard_certificate(thing, certificate_id)


@contextmanager
def withdrawn_on_failure(claim: Held, tenant: TenantContext, ports: DevicesPorts) -> Iterator[None]:
    """Undo a registration; where undoing fails too, the claim runs out and the next registration clears up."""
    try:
        yield
    except MakotoError:
        with suppress(MakotoError):
            _withdraw(claim, tenant, ports)
        raise


@contextmanager
def released_on_failure(claim: Held, tenant: TenantContext) -> Iterator[None]:
    """Give up the claim on a device, so that the next request need not wait for its end."""
    try:
        yield
    except MakotoError:
        with suppress(MakotoError):
            registry.save(claim.device.model_copy(update={"issuing_since": None}), claim.when_unchanged, tenant)
        raise


@contextmanager
def discarded_on_failure(issued: IssuedCertificate, thing: str, ports: DevicesPorts) -> Iterator[None]:
    """End a certificate whose device could not be made to name it."""
    try:
        yield
    except MakotoError:
        with suppress(MakotoError):
            discard(issued.certificate_id, thing, ports)
        raise


def _withdraw(claim: Held, tenant: TenantContext, ports: DevicesPorts) -> None:
    """Remove the thing while the claim is still ours, so that no other registration loses its own."""
    if registry.find(claim.device.device_id, tenant) != claim:
        return
    thing = model.thing_name(tenant.tenant_id, claim.device.device_id)
    for certificate_id in ports.fleet.certificates_of(thing):
        discard(certificate_id, thing, ports)
    ports.fleet.remove_thing(thing)
    registry.forget(claim, tenant)


def _record(device: Device, certificate_id: str, tenant_id: str) -> CertificateRecord:
    return CertificateRecord(
        certificate_id=certificate_id,
        tenant_id=tenant_id,
        device_id=device.device_id,
        status="disabled" if device.status is DeviceStatus.DISABLED else "active",
        **device.path.model_dump(),
    )


def _status_of(tenant_id: str, ports: DevicesPorts) -> TenantStatus:
    try:
        return ports.configuration.tenant(tenant_id).status
    except NotFound:
        return TenantStatus.DELETED
