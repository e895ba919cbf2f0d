"""What a caller sees of a device."""

from pydantic import Field

from functions.devices.model import Change, Device, DeviceCertificate, DeviceStatus, thing_name, topic_prefix
from makoto.domain import EquipmentPath, Instant, Value


class DeviceView(Value):
    """A device as the API shows it."""

    device_id: str
    path: EquipmentPath
    description: str
    status: DeviceStatus
    client_id: str
    topic: str = Field(
        description="Its kinds lie below it: t telemetry, b birth, d death, s state, c counters, a alarms"
    )
    certificates: tuple[DeviceCertificate, ...]
    registered_at: Instant


class DeviceDetail(DeviceView):
    """A device with what happened to it, oldest first."""

    history: tuple[Change, ...]


class Credentials(Value):
    """What a device needs to connect. The private key is shown this once and kept nowhere."""

    certificate_pem: str
    private_key_pem: str = Field(repr=False)
    endpoint: str
    port: int
    client_id: str
    topic: str
    ca_pem: str


class RegisteredDevice(Value):
    """A device and its credentials."""

    device: DeviceView
    credentials: Credentials


def view(tenant_id: str, device: Device) -> DeviceView:
    """Show a device."""
    return DeviceView(**_shown(tenant_id, device))


def detail(tenant_id: str, device: Device) -> DeviceDetail:
    """Show a device with its history."""
    return DeviceDetail(**_shown(tenant_id, device), history=device.history)


def _shown(tenant_id: str, device: Device) -> dict[str, object]:
    return {
        **device.model_dump(include={"device_id", "path", "description", "status", "registered_at"}),
        "certificates": device.certificates,
        "client_id": thing_name(tenant_id, device.device_id),
        "topic": topic_prefix(tenant_id, device.path),
    }
