"""What cumulative counters counted, reading by reading; a step that no machine can make is set aside, with why."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from makoto.analytics.counters import counted

SLACK_S = 60.0
"""A controller may count in portions: so many seconds' worth more than the time between two readings allows."""

MOST_PER_S = 100.0
"""What a counter is taken to count at most where nothing says more: 360,000 an hour."""


class Series(NamedTuple):
    """A counter of a device."""

    device: str
    counter: str


class Counted(StrEnum):
    """What became of a step."""

    COUNTED = "counted"
    FIRST = "first"
    QUARANTINED = "quarantined"
    CORRECTED = "corrected"


class Step(NamedTuple):
    """What a counter added between two readings. Quarantined, it counts as nothing and `told` is what it said."""

    since: int | None
    t: int
    series: Series
    before: int | None
    now: int
    delta: int
    told: int
    status: Counted
    event: str | None = None
    why: str = ""


Limit = Callable[[int, int], float]
"""How many a second are plausible between two moments."""


def steps(
    series: Series, readings: Iterable[tuple[int, int]], corrected: Mapping[int, int], limit: Limit
) -> list[Step]:
    """Take readings (t in ms, value) in any order, repeated ones too; `corrected` is by hand: so many at that reading.

    What the counter held before its first reading is not known, so the first counts nothing. A step in which the
    counter stood still is left out.
    """
    known = sorted(set(readings))
    valid = [each for each in known if each[1] >= 0]
    made = [_negative(series, each) for each in known if each[1] < 0]
    if valid:
        t, value = valid[0]
        first = Step(None, t, series, None, value, 0, 0, Counted.FIRST, None, "nothing came before")
        made.append(_by_hand(first, corrected))
    made += [
        _by_hand(_step(series, one, other, limit), corrected)
        for one, other in pairwise(valid)
        if one[1] != other[1] or other[0] in corrected
    ]
    return sorted(made, key=lambda each: (each.t, each.since or 0))


def _step(series: Series, one: tuple[int, int], other: tuple[int, int], limit: Limit) -> Step:
    (since, before), (t, now) = one, other
    delta, event = counted(before, now)
    most = limit(since, t) * ((t - since) / 1000 + SLACK_S)
    named = None if event is None else str(event)
    if delta <= most:
        return Step(since, t, series, before, now, delta, delta, Counted.COUNTED, named)
    why = f"{delta} in {(t - since) / 1000:g} s, where at most {most:.0f} are plausible"
    return Step(since, t, series, before, now, 0, delta, Counted.QUARANTINED, named, why)


def _negative(series: Series, reading: tuple[int, int]) -> Step:
    t, value = reading
    why = "a counter cannot be negative"
    return Step(None, t, series, None, value, 0, value, Counted.QUARANTINED, None, why)


def _by_hand(step: Step, corrected: Mapping[int, int]) -> Step:
    if step.t not in corrected:
        return step
    why = f"by hand, instead of {step.told}" + (f": {step.why}" if step.why else "")
    return step._replace(delta=corrected[step.t], status=Counted.CORRECTED, why=why)
