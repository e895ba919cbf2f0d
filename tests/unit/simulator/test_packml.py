"""The PackML table, and that no simulated machine ever leaves it."""

from datetime import UTC, datetime

import pytest

from local.simulator.catalogue import FOOD, LINES, MACHINING, LinePlan, build_line
from local.simulator.packml import TRANSITIONS, Command, IllegalTransition, Mode, State, next_state

MONDAY_MS = int(datetime(2026, 1, 5, 0, 0, tzinfo=UTC).timestamp() * 1000)
LEGAL_STEPS = {(source, target) for (source, _), target in TRANSITIONS.items()}


@pytest.mark.parametrize(
    ("state", "command", "target"),
    [
        (State.STOPPED, Command.RESET, State.RESETTING),
        (State.IDLE, Command.START, State.STARTING),
        (State.EXECUTE, Command.HOLD, State.HOLDING),
        (State.EXECUTE, Command.SUSPEND, State.SUSPENDING),
        (State.EXECUTE, Command.COMPLETE, State.COMPLETING),
        (State.STOPPING, Command.ABORT, State.ABORTING),
        (State.CLEARING, Command.ABORT, State.ABORTING),
        (State.ABORTED, Command.CLEAR, State.CLEARING),
        (State.COMPLETE, Command.STOP, State.STOPPING),
    ],
)
def test_a_command_leads_where_the_standard_says(state: State, command: Command, target: State) -> None:
    assert next_state(state, command) is target


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (State.IDLE, Command.HOLD),
        (State.SUSPENDED, Command.HOLD),
        (State.HELD, Command.UNSUSPEND),
        (State.ABORTED, Command.STOP),
        (State.ABORTED, Command.ABORT),
        (State.STOPPED, Command.START),
        (State.CLEARING, Command.STOP),
    ],
)
def test_a_command_without_an_arrow_is_refused(state: State, command: Command) -> None:
    with pytest.raises(IllegalTransition, match=state.name):
        next_state(state, command)


def test_the_codes_are_those_of_the_standard() -> None:
    assert {state.name: state.value for state in State if state.value in (1, 3, 4, 5, 6, 9, 11, 17)} == {
        "CLEARING": 1,
        "STARTING": 3,
        "IDLE": 4,
        "SUSPENDED": 5,
        "EXECUTE": 6,
        "ABORTED": 9,
        "HELD": 11,
        "COMPLETE": 17,
    }


@pytest.mark.parametrize("plan", LINES.values(), ids=lambda plan: plan.name)
def test_three_days_of_a_line_never_leave_the_table(plan: LinePlan) -> None:
    line = build_line(plan, seed=3, start_ms=MONDAY_MS)
    last = {station.name: station.status(line.t_ms).state for station in line.stations}
    seen: set[State] = set()
    for hour in range(1, 3 * 24):
        line.advance(MONDAY_MS + hour * 3_600_000)
        for name, snapshot in line.snapshots().items():
            for status in snapshot.statuses:
                assert status.state is last[name] or (last[name], status.state) in LEGAL_STEPS
                last[name] = status.state
                seen.add(status.state)
    assert seen == set(State) - {State.UNDEFINED} - ({State.STOPPING} if plan is MACHINING else set())


def test_every_stop_carries_a_reason_and_production_none() -> None:
    line = build_line(FOOD, seed=5, start_ms=MONDAY_MS)
    line.advance(MONDAY_MS + 24 * 3_600_000)
    statuses = [status for snapshot in line.snapshots().values() for status in snapshot.statuses]
    waiting = {State.HELD, State.SUSPENDED, State.ABORTED}
    assert {status.reason is None for status in statuses if status.state in waiting} == {False}
    producing = [one for one in statuses if one.state is State.EXECUTE and one.mode is Mode.PRODUCTION]
    assert {status.reason for status in producing} == {None}
