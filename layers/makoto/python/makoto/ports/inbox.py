"""What a consumer has already handled, so that a fact delivered twice takes effect once."""

from typing import Protocol


class Inbox(Protocol):
    """Kept per consumer; an entry lives longer than any queue keeps a message (14 days)."""

    def has_seen(self, consumer: str, event_id: str) -> bool: ...

    def remember(self, consumer: str, event_id: str) -> None: ...
