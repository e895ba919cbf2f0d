"""One-minute summaries of readings: additive, so in whatever order and portions readings come, the sum is the same."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

MINUTE_MS = 60_000
GOOD, UNCERTAIN = 192, 64
"""Sparkplug B 3.0 and OPC 10000-8; values of these qualities are counted in, of others only counted."""

Scalar: TypeAlias = float | bool | str | None
_NOT_YET = -1
_Integers: TypeAlias = NDArray[np.int64]
_Floats: TypeAlias = NDArray[np.float64]
_Groups: TypeAlias = Iterable[tuple[int, int, int, float, float, float, int, int]]


@dataclass(frozen=True, slots=True)
class Last:
    """A value and when it was said: the later `t` (ms) is the newer, then the greater `order`."""

    value: Scalar
    t: int
    order: int


@dataclass(frozen=True, slots=True)
class Rollup:
    """One metric in one minute.

    `count` readings of any quality, of which `good` are good; `used` numbers of good or uncertain quality with their
    `total` (absent where it is beyond the doubles), `least` and `most`; the `last` usable value, a text too.
    """

    count: int
    good: int
    used: int
    total: float | None
    least: float | None
    most: float | None
    last: Last | None = None

    def merged(self, other: "Rollup") -> "Rollup":
        """Add what was seen elsewhere of the same metric and minute."""
        return Rollup(
            self.count + other.count,
            self.good + other.good,
            self.used + other.used,
            _sum(self.total, other.total),
            _of_present(min, self.least, other.least),
            _of_present(max, self.most, other.most),
            newer(self.last, other.last),
        )


def newer(one: Last | None, other: Last | None) -> Last | None:
    """Choose the value said last."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda each: (each.t, each.order))


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings in columns: `codes`, `orders` and `lengths` one a series, the rest one a reading.

    A series has at least one reading. `code` names the metric; the greater `order` was said later. `q` is absent where
    all are good; `texts` holds, by place, what is no number.
    """

    codes: _Integers
    orders: _Integers
    lengths: _Integers
    t: _Integers
    v: _Floats
    q: NDArray[np.uint16] | None
    texts: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Readings of one series in one minute with times that do not go back; `first` and `last` are places."""

    series: _Integers
    first: _Integers
    last: _Integers
    minute: _Integers


def stretches_of(lengths: _Integers, t: _Integers) -> Stretches:
    """Cut series where the minute changes or time goes back."""
    ends = np.cumsum(lengths)
    minutes = t // MINUTE_MS
    cut = np.empty(len(t), np.bool_)
    np.not_equal(minutes[1:], minutes[:-1], out=cut[1:])
    cut[1:] |= t[1:] < t[:-1]
    cut[0] = True
    cut[ends[:-1]] = True
    first = np.flatnonzero(cut)
    last = np.append(first[1:], len(t)) - 1
    return Stretches(np.searchsorted(ends, first, side="right"), first, last, minutes[first])


def rollups_of(readings: Readings, stretches: Stretches) -> dict[tuple[int, int], Rollup]:
    """Summarise by (code, minute); minutes count from 1970-01-01 UTC."""
    parts = _parts_of(readings, stretches)
    codes = readings.codes[stretches.series]
    order = np.lexsort((parts.order, parts.last_t, stretches.minute, codes))
    codes, minutes = codes[order], stretches.minute[order]
    first = np.flatnonzero(np.append(True, (codes[1:] != codes[:-1]) | (minutes[1:] != minutes[:-1])))
    last = np.append(first[1:], len(order)) - 1
    with np.errstate(over="ignore", invalid="ignore"):
        totals = np.add.reduceat(parts.total[order], first).tolist()
    counts = [np.add.reduceat(column[order], first).tolist() for column in (parts.count, parts.good, parts.used)]
    least = np.minimum.reduceat(parts.least[order], first).tolist()
    most = np.maximum.reduceat(parts.most[order], first).tolist()
    places = parts.place[order][last].tolist()
    orders = parts.order[order][last].tolist()
    groups = zip(*counts, totals, least, most, places, orders, strict=True)
    keys = zip(codes[first].tolist(), minutes[first].tolist(), strict=True)
    return dict(zip(keys, _rollups(readings, groups), strict=True))


def newest_of(readings: Readings, stretches: Stretches, counted: NDArray[np.bool_]) -> dict[int, tuple[int, int]]:
    """Find, by code, the place and the series of the newest reading among the `counted` series, of whatever quality."""
    kept = np.flatnonzero(counted[stretches.series])
    series, last = stretches.series[kept], stretches.last[kept]
    codes = readings.codes[series]
    order = np.lexsort((readings.orders[series], readings.t[last], codes))
    ends = order[np.append(codes[order][1:] != codes[order][:-1], True)] if len(order) else order
    return {
        code: (place, one)
        for code, place, one in zip(codes[ends].tolist(), last[ends].tolist(), series[ends].tolist(), strict=True)
    }


def value_at(readings: Readings, place: int) -> Scalar:
    """Read one value back: a number, a boolean, a text or null."""
    number, text = float(readings.v[place]), readings.texts.get(place)
    if text is None:
        return None if isnan(number) else number
    return text if isnan(number) else bool(number)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A summary of each stretch; `place` of its last usable reading, or -1."""

    count: _Integers
    good: _Integers
    used: _Integers
    total: _Floats
    least: _Floats
    most: _Floats
    place: _Integers
    last_t: _Integers
    order: _Integers


def _parts_of(readings: Readings, stretches: Stretches) -> _Parts:
    count = stretches.last - stretches.first + 1
    orders = readings.orders[stretches.series]
    first, v = stretches.first, readings.v
    is_number = ~np.isnan(v)
    if readings.q is None and is_number.all():
        least, most = np.minimum.reduceat(v, first), np.maximum.reduceat(v, first)
        last = stretches.last
        return _Parts(count, count, count, _totals(v, first), least, most, last, readings.t[last], orders)
    good, usable = _usable(readings, is_number)
    numbers = usable & is_number
    place = np.maximum.reduceat(np.where(usable, np.arange(len(v)), _NOT_YET), first)
    return _Parts(
        count,
        np.add.reduceat(good.astype(np.int64), first),
        np.add.reduceat(numbers.astype(np.int64), first),
        _totals(np.where(numbers, v, 0.0), first),
        np.minimum.reduceat(np.where(numbers, v, np.inf), first),
        np.maximum.reduceat(np.where(numbers, v, -np.inf), first),
        place,
        np.where(place == _NOT_YET, _NOT_YET, readings.t[place]),
        np.where(place == _NOT_YET, _NOT_YET, orders),
    )


def _totals(v: _Floats, first: _Integers) -> _Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.add.reduceat(v, first)


def _usable(readings: Readings, is_number: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which readings are good, and which have a value of good or uncertain quality."""
    q = np.full(len(readings.t), GOOD, np.uint16) if readings.q is None else readings.q
    good = q == GOOD
    is_present = is_number.copy()
    is_present[list(readings.texts)] = True
    return good, (good | (q == UNCERTAIN)) & is_present


def _rollups(readings: Readings, groups: _Groups) -> Iterator[Rollup]:
    for count, good, used, total, least, most, place, order in groups:
        whole = total if isfinite(total) else None
        last = None if place == _NOT_YET else Last(value_at(readings, place), int(readings.t[place]), order)
        yield Rollup(count, good, used, whole, least if used else None, most if used else None, last)


def _sum(one: float | None, other: float | None) -> float | None:
    total = nan if one is None or other is None else one + other
    return total if isfinite(total) else None


def _of_present(choose: Callable[[list[float]], float], one: float | None, other: float | None) -> float | None:
    present = [each for each in (one, other) if each is not None]
    return choose(present) if present else None
