"""What a consumer has already handled, so that a fact delivered twice takes effect once."""

from typing import Protocol

from makoto.errors import Conflict


class AlreadyHandled(Conflict):
    """The consumer's effect of this event is there; a delivery that meets it is done."""

    def __init__(self, consumer: str, event_id: str) -> None:
        super().__init__(f"{consumer} has handled the event {event_id}")


class Inbox(Protocol):
    """Kept per consumer; an entry lives longer than any queue keeps a message (14 days).

    It is for reactions that write nothing of a tenant's: those that do, mark the event in the same write.
    """

    def has_seen(self, consumer: str, event_id: str) -> bool: ...

    def remember(self, consumer: str, event_id: str) -> None: ...
