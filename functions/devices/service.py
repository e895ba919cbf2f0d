"""Use cases of devices: register, list, read, disable, enable, rotate."""

from functions.devices import certificates, model, registry
from functions.devices.certificates import DevicesPorts
from functions.devices.model import Device, DeviceStatus, ListDevices, RegisterDevice, RotateDevice
from functions.devices.registry import Held
from functions.devices.views import Credentials, DeviceDetail, DeviceView, RegisteredDevice, detail, view
from makoto.domain import Page
from makoto.events.devices import (
    DeviceCertificateRetired,
    DeviceCredentialsRotated,
    DeviceDisabled,
    DeviceEnabled,
    DeviceRegistered,
)
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfAbsent
from makoto.ports.fleet import IssuedCertificate

__all__ = [
    "DevicesPorts",
    "follow_tenant",
    "list_devices",
    "read_device",
    "register_device",
    "retire_certificate",
    "rotate_device",
    "set_device_status",
]

follow_tenant = certificates.follow_tenant


def register_device(
    command: RegisterDevice, tenant: TenantContext, ports: DevicesPorts, *, idempotency_key: str | None = None
) -> RegisteredDevice:
    """Claim the id, make the thing and its certificate, and complete the document last.

    A crash at any step is repaired by registering again: the claim ends after `model.LEASE`, and what it left at the
    thing is discarded before anything is issued, so that one who wakes up late harms only itself. The same request
    again (same Idempotency-Key and body, within 24 hours, the device untouched) gets new credentials in place of those
    that the lost answer carried; nobody kept their key.
    """
    model.require_short_topic(tenant.tenant_id, command.path)
    claim = _claim_registration(command, model.request_digest(idempotency_key, command), tenant)
    thing = model.thing_name(tenant.tenant_id, command.device_id)
    with certificates.withdrawn_on_failure(claim, tenant, ports):
        ports.fleet.create_thing(thing, model.thing_attributes(tenant.tenant_id, claim.device))
        certificates.discard_unnamed(claim.device, tenant, ports)
        issued = ports.fleet.issue_certificate(thing)
        device = model.registered(claim.device, issued.certificate_id, registry.change("registered", tenant))
        with certificates.discarded_on_failure(issued, thing, ports):
            certificates.switch_named(device, tenant, ports)
            answer = _with_credentials(device, issued, tenant, ports)
            told = DeviceRegistered(tenant_id=tenant.tenant_id, device_id=device.device_id, path=device.path)
            registry.save_and_tell(device, claim.when_unchanged, told, tenant)
    return answer


def list_devices(command: ListDevices, tenant: TenantContext) -> Page[DeviceView]:
    """List in the order of the device ids."""
    page = registry.search(command, tenant)
    items = tuple(view(tenant.tenant_id, device) for device in page.items)
    return Page[DeviceView](items=items, next_cursor=page.next_cursor)


def read_device(device_id: str, tenant: TenantContext) -> DeviceDetail:
    """Show one device and what happened to it."""
    return detail(tenant.tenant_id, registry.load(device_id, tenant).device)


def set_device_status(device_id: str, status: DeviceStatus, tenant: TenantContext, ports: DevicesPorts) -> DeviceView:
    """Disable or enable; asking again completes what a failure left half done."""
    held = registry.load(device_id, tenant)
    device = model.with_status(held.device, status, registry.change(status, tenant))
    if device is not held.device:
        told = DeviceDisabled if status is DeviceStatus.DISABLED else DeviceEnabled
        event = told(tenant_id=tenant.tenant_id, device_id=device_id)
        registry.save_and_tell(device, held.when_unchanged, event, tenant)
    return view(tenant.tenant_id, certificates.settle(device_id, tenant, ports))


def rotate_device(
    device_id: str, command: RotateDevice, tenant: TenantContext, ports: DevicesPorts
) -> RegisteredDevice:
    """Issue new credentials, make the document name them, then end what it no longer names.

    The document is written before the certificates change, so a failure leaves the device one that works; rotating
    again repairs the rest.
    """
    held = registry.load(device_id, tenant)
    claim = registry.save(model.begin_rotation(held.device, tenant.clock.now()), held.when_unchanged, tenant)
    thing = model.thing_name(tenant.tenant_id, device_id)
    with certificates.released_on_failure(claim, tenant):
        issued = ports.fleet.issue_certificate(thing)
        change = registry.change("rotated", tenant)
        device = model.rotated(claim.device, issued.certificate_id, change, keep_previous=command.keep_previous)
        with certificates.discarded_on_failure(issued, thing, ports):
            answer = _with_credentials(device, issued, tenant, ports)
            told = DeviceCredentialsRotated(
                tenant_id=tenant.tenant_id, device_id=device_id, is_previous_kept=command.keep_previous
            )
            registry.save_and_tell(device, claim.when_unchanged, told, tenant)
    certificates.settle(device_id, tenant, ports)
    return answer


def retire_certificate(device_id: str, certificate_id: str, tenant: TenantContext, ports: DevicesPorts) -> DeviceView:
    """End one of a device's certificates after a change-over; the last one stays."""
    held = registry.load(device_id, tenant)
    device = model.retired(held.device, certificate_id, registry.change("certificate retired", tenant))
    told = DeviceCertificateRetired(tenant_id=tenant.tenant_id, device_id=device_id, certificate_id=certificate_id)
    registry.save_and_tell(device, held.when_unchanged, told, tenant)
    return view(tenant.tenant_id, certificates.settle(device_id, tenant, ports))


def _claim_registration(command: RegisterDevice, digest: str | None, tenant: TenantContext) -> Held:
    held = registry.find(command.device_id, tenant)
    claim = model.begin_registration(held.device if held else None, command, digest, tenant.clock.now())
    try:
        return registry.save(claim, held.when_unchanged if held else IfAbsent(), tenant)
    except ConditionFailed as taken:
        raise model.CertificateBeingIssued(f"device {command.device_id} is being registered by another") from taken


def _with_credentials(
    device: Device, issued: IssuedCertificate, tenant: TenantContext, ports: DevicesPorts
) -> RegisteredDevice:
    endpoint = ports.fleet.endpoint()
    credentials = Credentials(
        certificate_pem=issued.certificate_pem,
        private_key_pem=issued.private_key_pem.get_secret_value(),
        endpoint=endpoint.host,
        port=endpoint.port,
        client_id=model.thing_name(tenant.tenant_id, device.device_id),
        topic=model.topic_prefix(tenant.tenant_id, device.path),
        ca_pem=endpoint.ca_pem,
    )
    return RegisteredDevice(device=view(tenant.tenant_id, device), credentials=credentials)
