"""PackML states, modes and the transitions between states.

ANSI/ISA-TR88.00.02-2015; code numbers as Beckhoff's `E_PMLState`, which OPC 30050 agrees with and telemetry stores.
"""

from enum import IntEnum, StrEnum
from typing import Final


class PackmlState(IntEnum):
    """What a unit is doing (PackTag `StateCurrent`)."""

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


class PackmlMode(IntEnum):
    """How a unit is run; above the standard's three, 4 is the user mode in which execution counts as setup."""

    PRODUCTION = 1
    MAINTENANCE = 2
    MANUAL = 3
    SETUP = 4


class PackmlCommand(StrEnum):
    """What makes a unit change its state; `state_complete` is its own."""

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
    STATE_COMPLETE = "state_complete"


_S, _C = PackmlState, PackmlCommand
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

TRANSITIONS: Final[dict[tuple[PackmlState, PackmlCommand], PackmlState]] = {
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
    **{(state, _C.STOP): _S.STOPPING for state in _S if state not in _NOT_STOPPABLE},
    **{(state, _C.ABORT): _S.ABORTING for state in _S if state not in _NOT_ABORTABLE},
}
"""By state and command, the state that follows; what is not here the standard has no arrow for."""


def next_state(state: PackmlState, command: PackmlCommand) -> PackmlState | None:
    """The state that a command leads to; nothing where the standard has no arrow."""
    return TRANSITIONS.get((state, command))
