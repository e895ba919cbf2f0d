"""Advances a move piece by piece for as long as one call may last, and decides what a failure leads to."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from functions.moves import copying, model, switching
from functions.moves.clearing import clear, ended
from functions.moves.model import Turn
from functions.moves.ports import Desk, MovesPorts
from functions.moves.standing import entered
from makoto.domain import MovePhase
from makoto.errors import MakotoError
from makoto.ports.move_entry import Direction, Move, MoveStep
from makoto.ports.move_store import MoveChanged

BUDGET = timedelta(minutes=10)
"""For beginning pieces: the last one, at most one large object, still ends within the function's 15 minutes."""

MOST_IN_CLEARING = 2
LONGEST_CAUSE = 500

STEPS: dict[MoveStep, Callable[[Move, Desk], Move]] = {
    MoveStep.PREPARE: switching.prepare,
    MoveStep.BEGIN: switching.begin,
    MoveStep.MEASURE: copying.measure,
    MoveStep.COPY_DOCUMENTS: copying.copy_documents,
    MoveStep.COPY_OBJECTS: copying.copy_objects,
    MoveStep.COPY_SECRETS: copying.copy_secrets,
    MoveStep.CATCH_UP: copying.catch_up,
    MoveStep.PAUSE: switching.pause,
    MoveStep.DRAIN: switching.drain,
    MoveStep.VERIFY: switching.compare,
    MoveStep.SWITCH: switching.switch,
    MoveStep.LATE_UPLOADS: switching.late_uploads,
    MoveStep.GRACE: switching.grace,
    MoveStep.FINISH: switching.finish,
    MoveStep.ROLL_BACK: switching.roll_back,
    MoveStep.CLEAR: clear,
}
"""By name, in the order of a move that goes well. What a piece writes comes before what it says of the move, so that
a crash in between, at whatever point, repeats the piece."""

ALWAYS_TRIED_AGAIN = frozenset({MoveStep.LATE_UPLOADS, MoveStep.GRACE, MoveStep.FINISH, MoveStep.ROLL_BACK})
"""Steps from which there is nothing to go back to: the tenant works, and what fails in them is tried again."""


class Task(NamedTuple):
    """What a task of the state machine is called with; of two executions of one move the later attempt counts."""

    tenant_id: str
    move_id: str
    attempt: int
    correlation_id: str


def advance(task: Task, ports: MovesPorts, budget: timedelta = BUDGET) -> Turn:
    """Do pieces of the move until it rests, ends or the budget is used up."""
    deadline = ports.clock.now() + budget
    while True:
        move, now = ports.moves.move(task.tenant_id, task.move_id), ports.clock.now()
        if not _is_current(move, task):
            return Turn(next="done")
        if wait_s := model.wait_until(move.not_before, now):
            return Turn(next="wait", wait_s=wait_s)
        with suppress(MoveChanged):  # turned round in between: look again
            ports.moves.save(_moved_on(move, task, ports), now)
        if ports.clock.now() >= deadline:
            return Turn(next="again")


def interrupt(task: Task, error: str, ports: MovesPorts) -> Turn:
    """After a piece failed for good: let writers go on, and go on later, go back or give up."""
    move = ports.moves.move(task.tenant_id, task.move_id)
    if not _is_current(move, task):
        return Turn(next="done")
    failed = move.model_copy(update={"failures": move.failures + 1, "cause": move.cause or f"{move.step}: {error}"})
    with suppress(MoveChanged):
        ports.moves.save(_turned(failed, _desk(task, ports), error), ports.clock.now())
    return Turn(next="again")


def _is_current(move: Move, task: Task) -> bool:
    return move.is_running and move.attempt == task.attempt


def _moved_on(move: Move, task: Task, ports: MovesPorts) -> Move:
    try:
        return STEPS[move.step](move, _desk(task, ports))
    except MakotoError as error:
        cause = f"{move.step}: {error.problem}: {error.detail}"[:LONGEST_CAUSE]
        with suppress(MakotoError):  # the first failure is the one to tell
            ports.moves.save(move.model_copy(update={"cause": cause}), ports.clock.now())
        raise


def _turned(move: Move, desk: Desk, error: str) -> Move:
    may_pass = model.is_passing(error) and move.failures < model.MOST_FAILURES
    if move.step is MoveStep.CLEAR:
        is_stuck = not may_pass or move.failures >= MOST_IN_CLEARING
        return ended(move, desk, residue=move.cause) if is_stuck else _rested(move, desk)
    if move.step in ALWAYS_TRIED_AGAIN:
        return _rested(move, desk)
    if _is_paused(move, desk):
        return _out_of_pause(move, desk, may_pass=may_pass)
    return _rested(move, desk) if may_pass else _given_up(move, desk)


def _out_of_pause(move: Move, desk: Desk, *, may_pass: bool) -> Move:
    """Let writers go on first; a pause that broke counts as one that found a difference."""
    switching.resume_writers(move, desk)
    broken = move.model_copy(update={"differences": move.differences + 1})
    if may_pass and broken.differences < model.MOST_DIFFERENCES:
        return _rested(entered(broken, MoveStep.COPY_DOCUMENTS, desk), desk)
    return _given_up(broken, desk)


def _given_up(move: Move, desk: Desk) -> Move:
    """Before the switch go back; a way back that is barred leaves the tenant at the target, where it works."""
    if move.direction is Direction.TO_TARGET:
        return entered(move, MoveStep.ROLL_BACK, desk)
    stays = move.model_copy(update={"direction": Direction.TO_TARGET})
    return entered(stays, MoveStep.GRACE, desk, until=move.grace_until)


def _rested(move: Move, desk: Desk) -> Move:
    return move.model_copy(update={"not_before": desk.ports.clock.now() + model.rest(move.failures)})


def _is_paused(move: Move, desk: Desk) -> bool:
    here = desk.record.move
    return here is not None and here.move_id == move.move_id and here.phase is MovePhase.SWITCHING


def _desk(task: Task, ports: MovesPorts) -> Desk:
    return Desk(ports.tenancy.tenant(task.tenant_id).record, task.correlation_id, ports)
