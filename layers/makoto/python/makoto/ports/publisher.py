"""The bus on which facts leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from makoto.events import Envelope


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that the bus did not take; `is_final` where it never will."""

    event_id: str
    reason: str
    is_final: bool


class EventPublisher(Protocol):
    """Give facts to the bus."""

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Publish all in order; Unavailable when the bus did not take every one, then all are published again later."""
        ...

    def deliver(self, envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        """Publish each for itself and return those that were refused.

        Throttled or Unavailable when the bus takes nothing: then each may be published or not.
        """
        ...
