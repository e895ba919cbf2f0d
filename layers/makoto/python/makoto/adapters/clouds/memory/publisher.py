"""A bus in this process that remembers what it was given."""

from collections.abc import Sequence

from makoto.events import Envelope
from makoto.settings import RuntimeSettings


class MemoryPublisher:
    """Keeps the envelopes in the order in which they came."""

    def __init__(self) -> None:
        self.published: list[Envelope] = []

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        self.published += envelopes


def connect(settings: RuntimeSettings) -> MemoryPublisher:
    """Start empty."""
    return MemoryPublisher()
