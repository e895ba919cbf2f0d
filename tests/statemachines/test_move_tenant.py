"""The definition at work: whatever fails or dies, the tenant works in one cloud with all its data."""

import pytest

from functions.moves.commands import StartMove
from functions.moves.ports import Act
from functions.moves.service import read_move, roll_back_move, start_move
from functions.moves.views import MoveDetail
from functions.moves.wiring import ports
from makoto.adapters.clouds.memory import FixedClock
from makoto.ports.documents import Key
from makoto.ports.move_entry import Move, MoveStatus, MoveStep
from makoto.runtime.composition import Platform
from tests.accounts import AZURE
from tests.builders import TENANT
from tests.entry.moves.conftest import AZURE_PLACE, clock, served
from tests.statemachines.conftest import Lambda, Run

__all__ = ["clock", "served"]

ACT = Act("tenant.move", "operator", "request-1")
PART = Key("line-1", "part-1")


@pytest.fixture
def move(platform: Platform, served: str) -> Move:
    """A move that was asked for."""
    platform.stores(platform.configuration.tenant(TENANT)).documents.put(PART, {"n": 1})
    command = StartMove.model_validate({"cloud": AZURE_PLACE, "grace_hours": 2})
    return ports().moves.move(TENANT, start_move(TENANT, command, "key-1", ACT, ports()).move_id)


def _given(move: Move, attempt: int = 1) -> dict[str, str]:
    told = {"tenant_id": TENANT, "move_id": move.move_id, "attempt": str(attempt)}
    return {**told, "correlation_id": "request-1"}


def _shown(move: Move) -> MoveDetail:
    return read_move(TENANT, move.move_id, ports())


def test_a_move_runs_to_its_end(run_move: Run, function: Lambda, move: Move, clock: FixedClock) -> None:
    assert run_move(clock, **_given(move)) == "SUCCEEDED"

    assert set(function.asked) == {"advance"}
    assert _shown(move).status is MoveStatus.FINISHED
    moved = ports().configuration.tenant(TENANT)
    assert (moved.cloud, moved.move) == (AZURE, None)
    assert ports().stores(moved).documents.get(PART).data == {"n": 1}


@pytest.mark.parametrize("error", ["Unavailable", "Throttled", "Lambda.ServiceException", "Sandbox.Timedout"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_piece_that_is_tried_again_succeeds(
    run_move: Run, function: Lambda, move: Move, clock: FixedClock, error: str, call: int
) -> None:
    function.fails = lambda task, attempt: error if attempt == call else None

    assert run_move(clock, **_given(move)) == "SUCCEEDED"

    assert "interrupt" not in function.asked
    assert _shown(move).status is MoveStatus.FINISHED


@pytest.mark.parametrize("error", ["Conflict", "Invalid", "KeyError"])
def test_a_piece_that_fails_for_good_leads_back(
    run_move: Run, function: Lambda, move: Move, clock: FixedClock, error: str
) -> None:
    function.fails = lambda task, attempt: error if (task, attempt) == ("advance", 2) else None

    assert run_move(clock, **_given(move)) == "SUCCEEDED"

    shown = _shown(move)
    assert shown.status is MoveStatus.ROLLED_BACK
    assert error in (shown.cause or "")
    assert "hunter2" not in (shown.cause or "")
    assert ports().configuration.tenant(TENANT).move is None


def test_a_part_that_does_not_answer_for_long_is_waited_for(
    run_move: Run, function: Lambda, move: Move, clock: FixedClock
) -> None:
    function.fails = lambda task, attempt: "Unavailable" if task == "advance" and 2 <= attempt <= 20 else None

    assert run_move(clock, **_given(move)) == "SUCCEEDED"

    assert "interrupt" in function.asked
    assert _shown(move).status is MoveStatus.FINISHED


def test_a_move_that_cannot_be_interrupted_is_taken_up_by_the_next_execution(
    run_move: Run, function: Lambda, move: Move, clock: FixedClock
) -> None:
    function.fails = lambda task, attempt: "Unavailable" if len(function.asked) > 3 else None
    assert run_move(clock, **_given(move)) == "MoveInterrupted"
    function.fails = lambda task, attempt: None
    left = ports().moves.move(TENANT, move.move_id)
    ports().moves.save(left.model_copy(update={"attempt": 2}), clock.now())

    assert run_move(clock, **_given(move, attempt=2)) == "SUCCEEDED"

    assert _shown(move).status is MoveStatus.FINISHED


def test_a_roll_back_overtakes_the_execution_that_rests(
    run_move: Run, function: Lambda, move: Move, clock: FixedClock
) -> None:
    def fails(task: str, attempt: int) -> str | None:
        if _shown(move).step is MoveStep.GRACE and _shown(move).attempt == 1:
            roll_back_move(TENANT, move.move_id, ACT, ports())
        return None

    function.fails = fails
    assert run_move(clock, **_given(move)) == "SUCCEEDED"
    assert _shown(move).step is MoveStep.ROLL_BACK

    assert run_move(clock, **_given(move, attempt=2)) == "SUCCEEDED"

    assert _shown(move).status is MoveStatus.ROLLED_BACK
    assert ports().configuration.tenant(TENANT).cloud.provider == "aws"
