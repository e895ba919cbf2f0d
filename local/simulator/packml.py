"""PackML as the machines live it: the kernel's states, modes and transitions, and what the standard forbids."""

from makoto.domain.factory.packml import TRANSITIONS
from makoto.domain.factory.packml import PackmlCommand as Command
from makoto.domain.factory.packml import PackmlMode as Mode
from makoto.domain.factory.packml import PackmlState as State

__all__ = ["PASSING", "TRANSITIONS", "Command", "IllegalTransition", "Mode", "State", "next_state"]

PASSING = frozenset(state for state, command in TRANSITIONS if command is Command.STATE_COMPLETE) - {State.EXECUTE}
"""States that a machine leaves by itself."""


class IllegalTransition(ValueError):
    """The state does not accept the command."""


def next_state(state: State, command: Command) -> State:
    """Raise IllegalTransition where the standard has no arrow."""
    try:
        return TRANSITIONS[state, command]
    except KeyError:
        raise IllegalTransition(f"{state.name} does not accept {command.value}") from None
