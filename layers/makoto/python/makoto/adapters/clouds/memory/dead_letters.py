"""A queue in this process for what belongs to nobody."""

from makoto.ports.dead_letters import DeadLetters
from makoto.settings import RuntimeSettings


class MemoryDeadLetters:
    """Keeps the letters in the order in which they came."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def send(self, body: str) -> None:
        self.kept.append(body)


def connect(settings: RuntimeSettings) -> DeadLetters:
    """Start with an empty queue."""
    return DeadLetters(MemoryDeadLetters())
