"""Executions in this process: remembered when started, and run by whoever asks for them."""

from collections.abc import Mapping

from makoto.ports.workflows import ExecutionStatus
from makoto.settings import RuntimeSettings


class MemoryWorkflows:
    """Keeps every execution by workflow and name; a test sets how it stands."""

    def __init__(self) -> None:
        self.started: dict[tuple[str, str], Mapping[str, str]] = {}
        self.standing: dict[tuple[str, str], ExecutionStatus] = {}

    def start(self, workflow: str, execution: str, command: Mapping[str, str]) -> None:
        if (workflow, execution) not in self.started:
            self.started[workflow, execution] = dict(command)
            self.standing[workflow, execution] = ExecutionStatus.RUNNING

    def status(self, workflow: str, execution: str) -> ExecutionStatus:
        return self.standing.get((workflow, execution), ExecutionStatus.ABSENT)


def connect(settings: RuntimeSettings) -> MemoryWorkflows:
    """Start empty."""
    return MemoryWorkflows()
