"""The relay's calls in this process."""

from dataclasses import dataclass

from makoto.settings import RuntimeSettings


@dataclass(frozen=True, slots=True)
class MemoryWake:
    """One call."""

    tenant_id: str
    partition: str
    delay_s: int = 0
    attempt: int = 0


class MemoryWakes:
    """Keeps the calls in the order in which they came."""

    def __init__(self) -> None:
        self.sent: list[MemoryWake] = []

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0, attempt: int = 0) -> None:
        self.sent.append(MemoryWake(tenant_id, partition, delay_s, attempt))


def connect(settings: RuntimeSettings) -> MemoryWakes:
    """Start with nothing called."""
    return MemoryWakes()
