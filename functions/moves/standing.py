"""How a move stands after a piece of work: the same step further on, or the next one."""

from datetime import datetime, timedelta

from functions.moves.ports import Act, Desk
from makoto.ports.move_entry import Checkpoint, Move, MoveStep, Progress


def entered(move: Move, step: MoveStep, desk: Desk, *, after_s: float = 0, until: datetime | None = None) -> Move:
    """Begin a step, at once or at an instant."""
    now = desk.ports.clock.now()
    not_before = until or (now + timedelta(seconds=after_s) if after_s else None)
    fresh = {"step": step, "checkpoint": Checkpoint(), "not_before": not_before, "failures": 0}
    return move.model_copy(update={**fresh, "step_began_at": not_before or now})


def onward(move: Move, cursor: str | None, *, stage: str, then: str = "", progress: Progress | None = None) -> Move:
    """Go on behind the cursor; at the end of a stage begin the next."""
    checkpoint = Checkpoint(stage=stage, cursor=cursor) if cursor is not None else Checkpoint(stage=then)
    return move.model_copy(update={"progress": progress or move.progress, "checkpoint": checkpoint, "failures": 0})


def counted(move: Move, **counts: int) -> Move:
    """Show how far it is."""
    return move.model_copy(update={"progress": move.progress.model_copy(update=counts)})


def act_of(action: str, move: Move, desk: Desk) -> Act:
    """What is done for whoever asked for it, for the audit."""
    return Act(action, move.requested_by, desk.correlation_id)


def facts_of(move: Move) -> dict[str, str]:
    """What every event about a move says."""
    return {
        "tenant_id": move.tenant_id,
        "move_id": move.move_id,
        "from_provider": move.source.provider,
        "from_region": move.source.region,
        "to_provider": move.target.provider,
        "to_region": move.target.region,
    }
