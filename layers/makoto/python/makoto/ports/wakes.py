"""Calls to the relay: look at this partition of this tenant, there may be facts to publish."""

from typing import Protocol


class Wakes(Protocol):
    """A call may come twice or late, never not at all; several calls for one partition are as good as one."""

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0) -> None:
        """Ask for a look, at most 900 s from now."""
        ...
