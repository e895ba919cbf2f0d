"""What a cumulative counter has counted between two readings, although it may have been reset or rolled over."""

from enum import StrEnum
from typing import NamedTuple

ROLLOVERS = (2**15, 2**16, 2**31, 2**32, *(10**digits for digits in range(3, 13)))
"""Where counters begin anew: signed and unsigned 16 and 32 bits, and so many decimal digits."""

_PLAUSIBLE = 100
"""A step over the end of the range is taken for a rollover if it is at most a hundredth of the range."""


class CounterEvent(StrEnum):
    """Why a counter is smaller than it was."""

    RESET = "reset"
    ROLLOVER = "rollover"


class Step(NamedTuple):
    """How much was counted, and what happened to the counter in between."""

    delta: int
    event: CounterEvent | None = None


def counted(before: int, now: int) -> Step:
    """Count what was added. After a reset it is at least what the counter shows now; what came before is unknown."""
    if now >= before:
        return Step(now - before)
    for size in sorted(ROLLOVERS):
        over = size - before + now
        if before < size and over <= size // _PLAUSIBLE:
            return Step(over, CounterEvent.ROLLOVER)
    return Step(now, CounterEvent.RESET)
