"""Messages that belong to nobody the platform knows: kept for people to look at."""

from dataclasses import dataclass
from typing import Protocol

from makoto.domain import Value

MAX_BYTES = 200_000
"""Below the 256 KB of an SQS message; a longer payload is cut."""


class DeadLetter(Value):
    """A message as it came and why nobody could be given it."""

    reason: str
    detail: str
    message_id: str
    body: str


class DeadLettersDriver(Protocol):
    """A queue that nothing reads but people."""

    def send(self, body: str) -> None:
        """Keep one; Unavailable when the queue did not take it."""
        ...


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The queue of what could not be delivered to any tenant."""

    driver: DeadLettersDriver

    def keep(self, letter: DeadLetter) -> None:
        """Keep a message with its reason."""
        shortened = letter.model_copy(update={"body": letter.body[: MAX_BYTES // 4]})
        self.driver.send(shortened.model_dump_json())
