"""Calls to the relay: look at this partition of this tenant, there may be facts to publish."""

from typing import Protocol

from makoto.errors import Invalid

LONGEST_DELAY_S = 900
"""The longest that SQS holds a message back."""


class Wakes(Protocol):
    """A call may come twice or late, never not at all; several calls for one partition are as good as one."""

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0, attempt: int = 0) -> None:
        """Ask for a look, at most 900 s from now; `attempt` counts the looks in vain before this one."""
        ...


class NoWakes:
    """Stands where nothing is published."""

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0, attempt: int = 0) -> None:
        raise Invalid("this process wakes no relay")
