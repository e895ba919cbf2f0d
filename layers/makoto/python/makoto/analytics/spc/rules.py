"""The tests for special causes over columns of points: each flags the last point of a run.

Sources: Nelson 1984; Western Electric Statistical Quality Control Handbook 1956; R's qcc, R/rules.R, of which the
windows are taken (a run is tested once it is whole) and test 8 (both sides must occur; Minitab lets either do).
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.charts import Rule, Statistic
from makoto.analytics.spc.judged import RULES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

_SLACK = 1e-9
"""Of a sigma: what rounding may add, so that a point exactly on a limit is in control."""

_OF_LOCATION = frozenset({Statistic.MEAN, Statistic.INDIVIDUAL})
_OF_ALL = frozenset(
    {
        Rule.NELSON_1,
        Rule.NELSON_2,
        Rule.NELSON_3,
        Rule.NELSON_4,
        Rule.WESTERN_ELECTRIC_1,
        Rule.WESTERN_ELECTRIC_4,
    }
)
WITHOUT_RUNS = frozenset({Statistic.EWMA, Statistic.CUSUM_UPPER, Statistic.CUSUM_LOWER, Statistic.T2})


def applicable(statistic: Statistic, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Choose of the wanted rules those that mean something here (Minitab: tests 5 to 8 on X-bar and I only)."""
    if statistic in WITHOUT_RUNS:
        return (Rule.LIMIT,)
    wanted = [rule for rule in rules if rule is not Rule.LIMIT]
    return tuple(rule for rule in wanted if statistic in _OF_LOCATION or rule in _OF_ALL)


class Runs:
    """Points of one statistic without the missing ones; `began` says where the stretch of each begins."""

    def __init__(self, z: Floats, values: Floats, stretch: Integers, sigmas: float) -> None:
        self.z, self.values, self.sigmas = z, values, sigmas
        self.place = np.arange(len(z))
        new = np.ones(len(z), np.bool_)
        new[1:] = stretch[1:] != stretch[:-1]
        self.began = np.maximum.accumulate(np.where(new, self.place, 0)) if len(z) else self.place

    def broken(self, rules: Iterable[Rule]) -> NDArray[np.uint16]:
        """One bit a rule."""
        bits = np.zeros(len(self.z), np.uint16)
        for rule in rules:
            bits |= self.breaks(rule).astype(np.uint16) << np.uint16(RULES.index(rule))
        return bits

    def breaks(self, rule: Rule) -> Flags:
        """Flag the points that break one rule."""
        match rule:
            case Rule.NELSON_1 | Rule.WESTERN_ELECTRIC_1 | Rule.LIMIT:
                return np.abs(self.z) > self.sigmas + _SLACK
            case Rule.NELSON_2:
                return self._one_side(9)
            case Rule.WESTERN_ELECTRIC_4:
                return self._one_side(8)
            case Rule.NELSON_3:
                return self._trend(6)
            case Rule.NELSON_4:
                return self._alternating(14)
            case Rule.NELSON_5 | Rule.WESTERN_ELECTRIC_2:
                return self._most_beyond(2, 3, 2.0)
            case Rule.NELSON_6 | Rule.WESTERN_ELECTRIC_3:
                return self._most_beyond(4, 5, 1.0)
            case Rule.NELSON_7:
                return self._length(~self._outside()) >= 15
            case Rule.NELSON_8:
                return self._mixture(8)

    def _zone(self, number: float) -> float:
        """A zone is a third of the limits' width."""
        return number * self.sigmas / 3 + _SLACK

    def _one_side(self, points: int) -> Flags:
        above, below = self._length(self.z > _SLACK), self._length(self.z < -_SLACK)
        return (above >= points) | (below >= points)

    def _steps(self) -> NDArray[np.int64]:
        """The direction from the point before in the same stretch: 1, -1, or 0 for a tie or a first point."""
        steps = np.zeros(len(self.z), np.int64)
        steps[1:] = np.sign(self.values[1:] - self.values[:-1]).astype(np.int64)
        steps[self.began == self.place] = 0
        return steps

    def _trend(self, points: int) -> Flags:
        steps = self._steps()
        up, down = self._length(steps > 0), self._length(steps < 0)
        return (up >= points - 1) | (down >= points - 1)

    def _alternating(self, points: int) -> Flags:
        steps = self._steps()
        turns = np.zeros(len(steps), np.bool_)
        turns[1:] = steps[1:] * steps[:-1] < 0
        return self._length(turns) >= points - 2

    def _most_beyond(self, points: int, window: int, zone: float) -> Flags:
        above, below = self.z > self._zone(zone), self.z < -self._zone(zone)
        flags = (above & (self._within(above, window) >= points)) | (below & (self._within(below, window) >= points))
        return flags & self._is_whole(window)

    def _outside(self) -> Flags:
        return np.abs(self.z) > self._zone(1.0)

    def _mixture(self, points: int) -> Flags:
        above = self._within(self.z > 0, points)
        return (self._length(self._outside()) >= points) & (above > 0) & (above < points)

    def _is_whole(self, window: int) -> Flags:
        return self.place - self.began + 1 >= window

    def _within(self, flags: Flags, window: int) -> Integers:
        """How many of the last `window` points of the stretch are flagged."""
        total = np.concatenate([np.zeros(1, np.int64), np.cumsum(flags, dtype=np.int64)])
        return np.asarray(total[self.place + 1] - total[np.maximum(self.place + 1 - window, self.began)])

    def _length(self, flags: Flags) -> Integers:
        """How many points in a row up to each, in its stretch, are flagged."""
        unflagged = np.where(flags, -1, self.place)
        last = np.maximum.accumulate(unflagged) if len(flags) else unflagged
        return self.place - np.maximum(last, self.began - 1)
