"""A broker in this process that remembers what devices were told."""

from makoto.ports.acknowledgements import Acknowledgements
from makoto.settings import RuntimeSettings


class MemoryAcknowledgements:
    """Keeps topics and bodies in the order in which they were sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def send(self, topic: str, body: bytes) -> None:
        self.sent.append((topic, body))


def connect(settings: RuntimeSettings) -> Acknowledgements:
    """Start with nothing sent."""
    return Acknowledgements(MemoryAcknowledgements())
