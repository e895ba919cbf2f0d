"""What the schedule makes good each minute: moves whose execution was never started, died or ran out of time."""

from datetime import timedelta

from functions.moves.ports import MovesPorts
from functions.moves.service import execution_name, start_execution
from makoto.domain import Value
from makoto.errors import MakotoError
from makoto.ports.move_entry import Move
from makoto.ports.workflows import MOVE_TENANT, ExecutionStatus

BATCH = 20
PATIENCE = timedelta(minutes=2)
"""How long a move may rest beyond its time before the schedule looks after it."""


class Upkeep(Value):
    """How many moves were taken up again, and what could not be: tenant and problem, fit for a log."""

    resumed: int = 0
    problems: tuple[str, ...] = ()


def keep_up(correlation_id: str, ports: MovesPorts) -> Upkeep:
    """Resume each move that nobody advances; one that fails holds up no other."""
    problems: list[str] = []
    overdue = ports.moves.overdue(ports.clock.now() - PATIENCE, BATCH)
    resumed = sum(_tried(move, correlation_id, ports, problems) for move in overdue)
    return Upkeep(resumed=resumed, problems=tuple(problems))


def _tried(move: Move, correlation_id: str, ports: MovesPorts, problems: list[str]) -> bool:
    try:
        return _resumed(move, correlation_id, ports)
    except MakotoError as error:
        problems.append(f"{move.tenant_id}: {error.problem}: {error.detail}")
        return False


def _resumed(move: Move, correlation_id: str, ports: MovesPorts) -> bool:
    """Start what was not started; give a new attempt to what ended without bringing the move to an end."""
    status = ports.workflows.status(MOVE_TENANT, execution_name(move))
    if status is ExecutionStatus.RUNNING:
        return False
    if status is not ExecutionStatus.ABSENT:
        move = ports.moves.save(move.model_copy(update={"attempt": move.attempt + 1}), ports.clock.now())
    start_execution(move, correlation_id, ports)
    return True
