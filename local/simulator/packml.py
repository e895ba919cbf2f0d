"""PackML states, commands and legal transitions (ANSI/ISA-TR88.00.02-2015; codes as Beckhoff E_PMLState)."""

from enum import Enum, IntEnum


class State(IntEnum):
    UNDEFINED = 0
    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


class Mode(IntEnum):
    """1-3 are the standard's; setup is a user mode, so that execution in it counts as setup time."""

    PRODUCTION = 1
    MAINTENANCE = 2
    MANUAL = 3
    SETUP = 4


class Command(Enum):
    RESET = "reset"
    START = "start"
    HOLD = "hold"
    UNHOLD = "unhold"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    COMPLETE = "complete"
    STOP = "stop"
    ABORT = "abort"
    CLEAR = "clear"
    STATE_COMPLETE = "state complete"


class IllegalTransition(ValueError):
    """The state does not accept the command."""


_S, _C = State, Command
_COMPLETIONS = {
    _S.RESETTING: _S.IDLE,
    _S.STARTING: _S.EXECUTE,
    _S.HOLDING: _S.HELD,
    _S.UNHOLDING: _S.EXECUTE,
    _S.SUSPENDING: _S.SUSPENDED,
    _S.UNSUSPENDING: _S.EXECUTE,
    _S.EXECUTE: _S.COMPLETING,
    _S.COMPLETING: _S.COMPLETE,
    _S.STOPPING: _S.STOPPED,
    _S.ABORTING: _S.ABORTED,
    _S.CLEARING: _S.STOPPED,
}
_NOT_STOPPABLE = {_S.UNDEFINED, _S.STOPPING, _S.STOPPED, _S.ABORTING, _S.ABORTED, _S.CLEARING}
_NOT_ABORTABLE = {_S.UNDEFINED, _S.ABORTING, _S.ABORTED}

TRANSITIONS: dict[tuple[State, Command], State] = {
    (_S.STOPPED, _C.RESET): _S.RESETTING,
    (_S.COMPLETE, _C.RESET): _S.RESETTING,
    (_S.IDLE, _C.START): _S.STARTING,
    (_S.EXECUTE, _C.HOLD): _S.HOLDING,
    (_S.HELD, _C.UNHOLD): _S.UNHOLDING,
    (_S.EXECUTE, _C.SUSPEND): _S.SUSPENDING,
    (_S.SUSPENDED, _C.UNSUSPEND): _S.UNSUSPENDING,
    (_S.EXECUTE, _C.COMPLETE): _S.COMPLETING,
    (_S.ABORTED, _C.CLEAR): _S.CLEARING,
    **{(state, _C.STATE_COMPLETE): target for state, target in _COMPLETIONS.items()},
    **{(state, _C.STOP): _S.STOPPING for state in State if state not in _NOT_STOPPABLE},
    **{(state, _C.ABORT): _S.ABORTING for state in State if state not in _NOT_ABORTABLE},
}

PASSING = frozenset(_COMPLETIONS) - {_S.EXECUTE}


def next_state(state: State, command: Command) -> State:
    """Raise IllegalTransition where the standard has no arrow."""
    try:
        return TRANSITIONS[state, command]
    except KeyError:
        raise IllegalTransition(f"{state.name} does not accept {command.value}") from None
