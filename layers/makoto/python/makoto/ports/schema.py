"""The shape of the register of tenants."""

from typing import Protocol


class Schema(Protocol):
    """What a deployment brings forward."""

    def migrate(self) -> tuple[str, ...]:
        """Apply the migrations that are missing and return their names; harmless to repeat and to run twice at once."""
        ...
