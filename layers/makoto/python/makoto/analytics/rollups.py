"""Summaries of readings: additive, so in whatever order and portions readings come, the sum is the same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from math import isfinite, nan, sqrt
from typing import TypeAlias

MINUTE_MS = 60_000
Scalar: TypeAlias = float | bool | str | None


@dataclass(frozen=True, slots=True)
class Last:
    """A value and when it was said: the later `t` (ms) is the newer, then the greater `order`."""

    value: Scalar
    t: int
    order: int


@dataclass(frozen=True, slots=True)
class Rollup:
    """One metric in some time, mostly a minute.

    `count` readings of any quality, of which `good` are good; `used` numbers of good or uncertain quality with their
    `total` (absent where it is beyond the doubles), `least` and `most`; the `last` usable value, a text too.
    `uncertain` readings, `squares` (the sum of squared deviations of the numbers from their mean) and the `first`
    usable value are absent too where documents written before they were kept are part of it.
    """

    count: int
    good: int
    used: int
    total: float | None
    least: float | None
    most: float | None
    last: Last | None = None
    uncertain: int | None = None
    squares: float | None = None
    first: Last | None = None

    def merged(self, other: "Rollup") -> "Rollup":
        """Add what was seen elsewhere of the same metric and time."""
        return Rollup(
            self.count + other.count,
            self.good + other.good,
            self.used + other.used,
            _sum(self.total, other.total),
            _of_present(min, self.least, other.least),
            _of_present(max, self.most, other.most),
            newer(self.last, other.last),
            None if self.uncertain is None or other.uncertain is None else self.uncertain + other.uncertain,
            _squares(self, other),
            _earlier(self, other),
        )

    @property
    def mean(self) -> float | None:
        """The arithmetic mean of the numbers, each reading of one weight."""
        return self.total / self.used if self.used and self.total is not None else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of a sample, with n - 1; absent below two numbers."""
        return sqrt(self.squares / (self.used - 1)) if self.used > 1 and self.squares is not None else None


def added(rollups: Iterable[Rollup]) -> Rollup:
    """Add up at least one."""
    return reduce(Rollup.merged, rollups)


def newer(one: Last | None, other: Last | None) -> Last | None:
    """Choose the value said last."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda each: (each.t, each.order))


def _earlier(one: Rollup, other: Rollup) -> Last | None:
    """Choose the value said first; unknown where one side has values but not their first."""
    if any(each.last is not None and each.first is None for each in (one, other)):
        return None
    if one.first is None or other.first is None:
        return one.first or other.first
    return min(one.first, other.first, key=lambda each: (each.t, each.order))


def _squares(one: Rollup, other: Rollup) -> float | None:
    """Add sums of squared deviations: Chan, Golub & LeVeque, Updating formulae (Stanford CS-79-773, 1979), eq. 2.1."""
    if not one.used or not other.used:
        return other.squares if not one.used else one.squares
    if one.squares is None or other.squares is None or one.total is None or other.total is None:
        return None
    apart = other.total / other.used - one.total / one.used
    squares = one.squares + other.squares + apart * apart * (one.used * other.used / (one.used + other.used))
    return squares if isfinite(squares) else None


def _sum(one: float | None, other: float | None) -> float | None:
    total = nan if one is None or other is None else one + other
    return total if isfinite(total) else None


def _of_present(choose: Callable[[list[float]], float], one: float | None, other: float | None) -> float | None:
    present = [each for each in (one, other) if each is not None]
    return choose(present) if present else None
