"""A device's message as a door hands it over: whose it is has been proven."""

from dataclasses import dataclass

from makoto.codecs.telemetry.kinds import Kind
from makoto.domain import DeviceId, EquipmentPath


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """The bytes a device sent, with the device and its place from the registry, never from the payload.

    Without a `kind` (over HTTP, where no topic says it) any kind will do.
    """

    message_id: str
    device: DeviceId
    path: EquipmentPath
    received_at_ms: int
    body: bytes
    kind: Kind | None = None
    topic: str = ""
