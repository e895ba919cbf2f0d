"""Identifiers and randomness as a use case may ask for them."""

from typing import Protocol


class Ids(Protocol):
    """Make what nobody made before; the only source of randomness."""

    def ulid(self) -> str:
        """Return a new ULID: 26 characters that sort by the time they were made."""
        ...

    def random(self, n: int) -> bytes:
        """Return `n` bytes that nobody can foretell."""
        ...
