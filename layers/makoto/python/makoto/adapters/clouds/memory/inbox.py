"""The inbox in memory."""

from makoto.settings import RuntimeSettings


class MemoryInbox:
    """Remembers for as long as the process lives."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def has_seen(self, consumer: str, event_id: str) -> bool:
        return (consumer, event_id) in self._seen

    def remember(self, consumer: str, event_id: str) -> None:
        self._seen.add((consumer, event_id))


def connect(settings: RuntimeSettings) -> MemoryInbox:
    return MemoryInbox()
