"""Long-running work that survives this process."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

ONBOARD_TENANT = "onboard-tenant"
MOVE_TENANT = "move-tenant"


class ExecutionStatus(StrEnum):
    """How an execution stands."""

    ABSENT = "absent"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Workflows(Protocol):
    """Start and look at executions; an execution's name is its identity."""

    def start(self, workflow: str, execution: str, command: Mapping[str, str]) -> None:
        """Start an execution; started already is started."""
        ...

    def status(self, workflow: str, execution: str) -> ExecutionStatus:
        """Say how an execution stands."""
        ...
