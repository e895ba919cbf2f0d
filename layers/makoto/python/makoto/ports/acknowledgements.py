"""What the platform tells a device: up to where its messages are stored."""

from dataclasses import dataclass
from typing import Protocol

from makoto.domain import DeviceId, TenantId, Value


class Acknowledgement(Value):
    """All of `session` up to `seq` is stored (-1: nothing yet); with `rebirth` a message before it is missing."""

    session: str
    seq: int
    rebirth: bool = False

    def to_json(self) -> bytes:
        """Write the message; `rebirth` only where it is asked for."""
        return self.model_dump_json(exclude_defaults=True).encode()


class AcknowledgementsDriver(Protocol):
    """A broker that devices listen to."""

    def send(self, topic: str, body: bytes) -> None:
        """Publish at least once; Unavailable when the broker did not take it."""
        ...


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """Acknowledgements to the devices of every tenant."""

    driver: AcknowledgementsDriver

    def acknowledge(self, tenant_id: TenantId, device: DeviceId, acknowledgement: Acknowledgement) -> None:
        """Tell a device on its own topic."""
        self.driver.send(f"ack/{tenant_id}/{device}", acknowledgement.to_json())
