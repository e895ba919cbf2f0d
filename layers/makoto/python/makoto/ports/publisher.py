"""The bus on which facts leave."""

from collections.abc import Sequence
from typing import Protocol

from makoto.events import Envelope


class EventPublisher(Protocol):
    """Give facts to the bus."""

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Publish all in order; Unavailable when the bus did not take every one, then all are published again later."""
        ...
