"""Dictionaries have no schema."""

from makoto.settings import RuntimeSettings


class MemorySchema:
    """Always up to date."""

    def migrate(self) -> tuple[str, ...]:
        return ()


def connect(settings: RuntimeSettings) -> MemorySchema:
    """There is nothing to connect to."""
    return MemorySchema()
