"""The PackML controller of one machine: what it does next, given what happens to it."""

from dataclasses import dataclass

from local.simulator.packml import PASSING, TRANSITIONS, Command, Mode, State, next_state
from local.simulator.reasons import NO_SHIFT, OPERATOR_BREAK, SETUP, Reason
from local.simulator.shifts import Period
from local.simulator.stops import Cause

_PASSING_S = {State.STARTING: 10.0, State.RESETTING: 8.0, State.CLEARING: 10.0, State.COMPLETING: 8.0}
_SHORT_PASSING_S = 5.0
_WARMING = frozenset({State.STARTING, State.UNHOLDING})


@dataclass(frozen=True, slots=True)
class Conditions:
    """`hold` is an internal cause, `external` the neighbours'; `ready` is false while the machine still warms up."""

    period: Period
    breakdown: Cause | None = None
    hold: Reason | None = None
    external: Reason | None = None
    finished: bool = False
    ready: bool = True

    @property
    def fault(self) -> Reason | None:
        return self.breakdown.reason if self.breakdown and self.breakdown.aborts else None

    @property
    def hold_reason(self) -> Reason | None:
        if self.breakdown and not self.breakdown.aborts:
            return self.breakdown.reason
        return self.hold or (OPERATOR_BREAK if self.period is Period.BREAK else None)


class Controller:
    def __init__(self) -> None:
        self.state = State.STOPPED
        self.mode = Mode.PRODUCTION
        self.reason: Reason | None = NO_SHIFT
        self._in_state_s = 0.0

    def step(self, dt_s: float, conditions: Conditions) -> bool:
        """Make at most one transition; return whether state or reason changed."""
        self._in_state_s += dt_s
        before = (self.state, self.reason)
        command = self._passed(conditions) or decide(self.state, conditions)
        if command is not None:
            self.state = next_state(self.state, command)
            self._in_state_s = 0.0
        self.reason = explain(self.state, self.mode, conditions, self.reason)
        return (self.state, self.reason) != before

    def _passed(self, conditions: Conditions) -> Command | None:
        waits = self.state in _WARMING and not conditions.ready
        aborts = conditions.fault is not None and (self.state, Command.ABORT) in TRANSITIONS
        if aborts or waits or self.state not in PASSING:
            return None
        passed = self._in_state_s >= _PASSING_S.get(self.state, _SHORT_PASSING_S)
        return Command.STATE_COMPLETE if passed else None


def decide(state: State, conditions: Conditions) -> Command | None:
    """The command the machine's surroundings give in this state, None to stay."""
    if conditions.fault:
        return Command.ABORT if (state, Command.ABORT) in TRANSITIONS else None
    if conditions.period is Period.OFF and (state, Command.STOP) in TRANSITIONS:
        return Command.STOP
    match state:
        case State.ABORTED:
            return Command.CLEAR
        case State.STOPPED | State.COMPLETE:
            return Command.RESET if conditions.period is Period.WORKING else None
        case State.IDLE:
            return Command.START if conditions.period is Period.WORKING else None
        case State.EXECUTE:
            return _leave_execute(conditions)
        case State.HELD:
            return Command.UNHOLD if conditions.hold_reason is None else None
        case State.SUSPENDED:
            return Command.UNSUSPEND if conditions.hold_reason or not conditions.external else None
        case _:
            return None


def _leave_execute(conditions: Conditions) -> Command | None:
    if conditions.hold_reason:
        return Command.HOLD
    if conditions.finished:
        return Command.COMPLETE
    return Command.SUSPEND if conditions.external else None


def explain(state: State, mode: Mode, conditions: Conditions, previous: Reason | None) -> Reason | None:
    """The reason that goes with the state; the previous one stays while a stop is being left."""
    match state:
        case State.ABORTING | State.ABORTED:
            return conditions.fault or previous
        case State.HOLDING | State.HELD:
            return conditions.hold_reason or previous
        case State.SUSPENDING | State.SUSPENDED:
            return conditions.external or previous
        case State.STOPPING | State.STOPPED if conditions.period is Period.OFF:
            return NO_SHIFT
        case State.EXECUTE:
            return SETUP if mode is Mode.SETUP else None
        case State.RESETTING | State.IDLE | State.COMPLETING | State.COMPLETE:
            return None
        case _:
            return previous
