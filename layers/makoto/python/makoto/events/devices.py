"""Facts about a device's life."""

from typing import ClassVar

from makoto.domain import DeviceId, EquipmentPath, TenantId
from makoto.events.event import Event


class _DeviceEvent(Event):
    """What every fact about a device says."""

    source: ClassVar[str] = "makoto.devices"

    tenant_id: TenantId
    device_id: DeviceId


class DeviceRegistered(_DeviceEvent):
    """The device stands at its place and has its first certificate."""

    name: ClassVar[str] = "device.registered"

    path: EquipmentPath


class DeviceDisabled(_DeviceEvent):
    """Nothing of the device is taken until it is enabled."""

    name: ClassVar[str] = "device.disabled"


class DeviceEnabled(_DeviceEvent):
    """The device is taken again."""

    name: ClassVar[str] = "device.enabled"


class DeviceCredentialsRotated(_DeviceEvent):
    """The device has a new certificate; the one before it ends at once unless it is kept for the change-over."""

    name: ClassVar[str] = "device.credentials_rotated"

    is_previous_kept: bool


class DeviceCertificateRetired(_DeviceEvent):
    """One of the device's certificates ended after a change-over."""

    name: ClassVar[str] = "device.certificate_retired"

    certificate_id: str
