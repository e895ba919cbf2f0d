"""A device, where it stands in the factory, and the decisions about its certificates."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import Field, StringConstraints

from makoto.domain import DeviceId, EquipmentPath, Instant, Slug, TenantStatus, Value, ms_from_instant
from makoto.errors import Conflict, FieldError, Invalid, NotFound

LEASE = timedelta(seconds=60)
"""How long one request may be issuing a certificate: twice what API Gateway lets a request live."""

REPEATABLE = timedelta(hours=24)
"""How long a registration may be repeated under its own Idempotency-Key."""

MAX_TOPIC_BYTES = 256  # AWS IoT Core message broker quotas, topic size
MAX_CERTIFICATES = 2  # the one in use and the one being rolled out
MAX_HISTORY = 50
LONGEST_KIND = "/t"

Description = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
IdempotencyKey = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
CertificateId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class DeviceNotFound(NotFound):
    """The tenant has no such device."""


class CertificateNotFound(NotFound):
    """The device has no such certificate."""


class AlreadyRegistered(Conflict):
    """The device id is taken; who needs new credentials rotates them."""


class CertificateBeingIssued(Conflict):
    """Another request is issuing a certificate for this device at this moment."""


class DeviceIsDisabled(Conflict):
    """A disabled device gets no new certificate."""


class LastCertificate(Conflict):
    """The only certificate cannot be retired; the device can be disabled."""


class DeviceStatus(StrEnum):
    """What the tenant wants the device to be; `registering` until its first certificate works."""

    REGISTERING = "registering"
    ACTIVE = "active"
    DISABLED = "disabled"


class RegisterDevice(Value):
    """Make a device known at its place in the equipment hierarchy."""

    device_id: DeviceId
    site: Slug
    area: Slug
    line: Slug
    cell: Slug
    description: Description = ""

    @property
    def path(self) -> EquipmentPath:
        return EquipmentPath(site=self.site, area=self.area, line=self.line, cell=self.cell)


class RotateDevice(Value):
    """Issue new credentials; the previous certificate ends at once unless it is kept for the change-over."""

    keep_previous: bool = False


class DeviceCertificate(Value):
    """A certificate as the device's document names it."""

    certificate_id: CertificateId
    issued_at: Instant


class Change(Value):
    """One line of the device's history."""

    at: Instant
    by: str
    what: str


class Device(Value):
    """The device's document. The newest certificate is the last one.

    `revision` grows with every write and is the version of the facts about the device.
    """

    device_id: DeviceId
    path: EquipmentPath
    description: str = ""
    status: DeviceStatus
    certificates: tuple[DeviceCertificate, ...] = ()
    registered_at: Instant
    issuing_since: Instant | None = None
    request_digest: str | None = None
    history: tuple[Change, ...] = ()
    revision: int = 0

    @property
    def certificate_ids(self) -> tuple[str, ...]:
        return tuple(each.certificate_id for each in self.certificates)

    def changed(self, change: Change, **update: object) -> "Device":
        """Apply an update and write it into the history, which ends every claim on the device."""
        history = (*self.history, change)[-MAX_HISTORY:]
        return self.model_copy(update={"history": history, "issuing_since": None, **update})


def thing_name(tenant_id: str, device_id: str) -> str:
    """The name at the broker, which is the MQTT client id too."""
    return f"{tenant_id}_{device_id}"


def topic_prefix(tenant_id: str, path: EquipmentPath) -> str:
    """The topic above the kinds of message (`/t`, `/b`, `/d`, `/s`, `/c`, `/a`)."""
    return f"dt/{tenant_id}/{path}"


def thing_attributes(tenant_id: str, device: Device) -> dict[str, str]:
    """What the broker's policy reads to tie a certificate to its topics."""
    return {"tenant": tenant_id, **device.path.model_dump(), "device": device.device_id}


def request_digest(key: str | None, command: RegisterDevice) -> str | None:
    """Fingerprint a registration that names an Idempotency-Key; the same key with another body is another request."""
    return None if key is None else sha256(f"{key}\n{command.model_dump_json()}".encode()).hexdigest()


def require_short_topic(tenant_id: str, path: EquipmentPath) -> None:
    """Refuse a place whose topic the broker would not take."""
    size = len(topic_prefix(tenant_id, path) + LONGEST_KIND)
    if size > MAX_TOPIC_BYTES:
        rule = FieldError("/body", "topic_size", f"site, area, line and cell are {size - MAX_TOPIC_BYTES} too long")
        raise Invalid(f"the device's topic would have {size} of at most {MAX_TOPIC_BYTES} bytes", errors=[rule])


def begin_registration(existing: Device | None, command: RegisterDevice, digest: str | None, now: datetime) -> Device:
    """Claim a device id: a free one, one whose registration died, or the same request's own again."""
    if existing is not None:
        _require_unclaimed(existing, now)
        if existing.status is not DeviceStatus.REGISTERING and not _is_same_request(existing, digest, now):
            raise AlreadyRegistered(f"device {existing.device_id} is registered; rotate it to get new credentials")
    return Device(
        device_id=command.device_id,
        path=command.path,
        description=command.description,
        status=DeviceStatus.REGISTERING,
        registered_at=now,
        issuing_since=now,
        request_digest=digest,
        # begins with the time, so that an id that is given up and taken again repeats no version
        revision=existing.revision if existing else ms_from_instant(now),
    )


def begin_rotation(device: Device, now: datetime) -> Device:
    """Claim an active device for a new certificate."""
    _require_registered(device)
    _require_unclaimed(device, now)
    if device.status is DeviceStatus.DISABLED:
        raise DeviceIsDisabled(f"device {device.device_id} is disabled; enable it first")
    return device.model_copy(update={"issuing_since": now})


def registered(device: Device, certificate_id: str, change: Change) -> Device:
    """The registration is complete with its first certificate."""
    first = DeviceCertificate(certificate_id=certificate_id, issued_at=change.at)
    return device.changed(change, status=DeviceStatus.ACTIVE, certificates=(first,))


def rotated(device: Device, certificate_id: str, change: Change, *, keep_previous: bool) -> Device:
    """The new certificate counts; of the previous ones the newest stays if it is kept for the change-over."""
    newest = DeviceCertificate(certificate_id=certificate_id, issued_at=change.at)
    kept = device.certificates[-(MAX_CERTIFICATES - 1) :] if keep_previous else ()
    return device.changed(change, certificates=(*kept, newest))


def retired(device: Device, certificate_id: str, change: Change) -> Device:
    """End one certificate after a change-over."""
    if certificate_id not in device.certificate_ids:
        raise CertificateNotFound(f"device {device.device_id} has no such certificate")
    left = tuple(each for each in device.certificates if each.certificate_id != certificate_id)
    if not left:
        raise LastCertificate(f"device {device.device_id} has this certificate only; disable the device instead")
    return device.changed(change, certificates=left)


def with_status(device: Device, status: DeviceStatus, change: Change) -> Device:
    """Enable or disable a registered device; asking for what is so changes nothing."""
    _require_registered(device)
    return device if device.status is status else device.changed(change, status=status)


def certificate_works(status: DeviceStatus | str, tenant: TenantStatus) -> bool:
    """Whether the broker accepts a certificate: neither its device disabled nor its tenant suspended."""
    return status != DeviceStatus.DISABLED and tenant is TenantStatus.ACTIVE


def is_claimed(device: Device, now: datetime) -> bool:
    """Whether a request is issuing a certificate that the document does not name yet."""
    return device.issuing_since is not None and now < device.issuing_since + LEASE


def _require_registered(device: Device) -> None:
    if device.status is DeviceStatus.REGISTERING:
        raise CertificateBeingIssued(f"device {device.device_id} is not registered yet; register it again")


def _require_unclaimed(device: Device, now: datetime) -> None:
    if is_claimed(device, now):
        raise CertificateBeingIssued(f"device {device.device_id} is being given a certificate; ask again in a minute")


def _is_same_request(device: Device, digest: str | None, now: datetime) -> bool:
    """Whether this is the registration sent again before anything else happened to the device."""
    is_untouched = len(device.history) <= 1 and now < device.registered_at + REPEATABLE
    return digest is not None and digest == device.request_digest and is_untouched


class ListDevices(Value):
    """Which devices to list."""

    site: Slug | None = None
    line: Slug | None = None
    status: DeviceStatus | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None
