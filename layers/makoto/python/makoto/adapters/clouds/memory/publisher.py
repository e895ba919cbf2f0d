"""A bus in this process that remembers what it was given."""

from collections.abc import Sequence

from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.ports.publisher import Refusal
from makoto.settings import RuntimeSettings


class MemoryPublisher:
    """Keeps the envelopes in the order in which they came, but those of an aggregate in `refusing`.

    Each such refusal is final or not, as it is said there; a bus that `is_down` takes nothing.
    """

    def __init__(self) -> None:
        self.published: list[Envelope] = []
        self.refusing: dict[str, bool] = {}
        self.is_down = False

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        self.published += envelopes

    def deliver(self, envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        if self.is_down:
            raise Unavailable("the bus does not answer")
        self.published += [envelope for envelope in envelopes if envelope.aggregate not in self.refusing]
        refused = [envelope for envelope in envelopes if envelope.aggregate in self.refusing]
        return [Refusal(each.id, "MalformedDetail", self.refusing[each.aggregate]) for each in refused]


def connect(settings: RuntimeSettings) -> MemoryPublisher:
    """Start empty."""
    return MemoryPublisher()
