"""Readings in columns summarised by metric and minute."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, isnan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.rollups import MINUTE_MS, Last, Rollup, Scalar

GOOD, UNCERTAIN = 192, 64
"""Sparkplug B 3.0 and OPC 10000-8; values of these qualities are counted in, of others only counted."""

_NOT_YET, _NEVER = -1, 2**62
_Integers: TypeAlias = NDArray[np.int64]
_Floats: TypeAlias = NDArray[np.float64]
_Groups: TypeAlias = Iterable[tuple[int, int, int, int, float, float, float, float, int, int, int, int]]


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
    by_first = np.lexsort((parts.order, parts.first_t, stretches.minute, codes))
    codes, minutes = codes[order], stretches.minute[order]
    first = np.flatnonzero(np.append(True, (codes[1:] != codes[:-1]) | (minutes[1:] != minutes[:-1])))
    last = np.append(first[1:], len(order)) - 1
    columns = (parts.count, parts.good, parts.used, parts.uncertain)
    figures = [np.add.reduceat(column[order], first).tolist() for column in columns]
    figures += _sums(parts, order, first)
    figures.append(np.minimum.reduceat(parts.least[order], first).tolist())
    figures.append(np.maximum.reduceat(parts.most[order], first).tolist())
    figures += [column[order[last]].tolist() for column in (parts.place, parts.order)]
    figures += [column[by_first[first]].tolist() for column in (parts.first_place, parts.order)]
    groups = zip(*figures, strict=True)
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
    """A summary of each stretch; `place` of its last usable reading and `first_place`, or -1.

    A stretch without any has the least `last_t` and the greatest `first_t`, so that it is chosen last.
    """

    count: _Integers
    good: _Integers
    used: _Integers
    uncertain: _Integers
    total: _Floats
    squares: _Floats
    least: _Floats
    most: _Floats
    place: _Integers
    last_t: _Integers
    first_place: _Integers
    first_t: _Integers
    order: _Integers


def _parts_of(readings: Readings, stretches: Stretches) -> _Parts:
    count = stretches.last - stretches.first + 1
    orders = readings.orders[stretches.series]
    first, v, t = stretches.first, readings.v, readings.t
    is_number = ~np.isnan(v)
    if readings.q is None and is_number.all():
        least, most = np.minimum.reduceat(v, first), np.maximum.reduceat(v, first)
        last, none = stretches.last, np.zeros_like(count)
        sums = _totals_and_squares(v, None, first, count, count)
        return _Parts(count, count, count, none, *sums, least, most, last, t[last], first, t[first], orders)
    good, usable = _usable(readings, is_number)
    numbers = usable & is_number
    places = np.arange(len(v))
    place = np.maximum.reduceat(np.where(usable, places, _NOT_YET), first)
    first_place = np.minimum.reduceat(np.where(usable, places, len(v)), first)
    is_none, used = place == _NOT_YET, np.add.reduceat(numbers.astype(np.int64), first)
    goods, uncertain = (np.add.reduceat(which.astype(np.int64), first) for which in (good, _uncertain(readings)))
    return _Parts(
        count,
        goods,
        used,
        uncertain,
        *_totals_and_squares(np.where(numbers, v, 0.0), numbers, first, count, used),
        np.minimum.reduceat(np.where(numbers, v, np.inf), first),
        np.maximum.reduceat(np.where(numbers, v, -np.inf), first),
        place,
        np.where(is_none, _NOT_YET, t[place]),
        np.where(is_none, _NOT_YET, first_place),
        np.where(is_none, _NEVER, t[np.where(is_none, 0, first_place)]),
        np.where(is_none, _NOT_YET, orders),
    )


def _sums(parts: _Parts, order: _Integers, first: _Integers) -> list[list[float]]:
    """Add totals and squared deviations: those within the stretches and those of their means."""
    used, total, squares = parts.used[order], parts.total[order], parts.squares[order]
    sizes = np.diff(np.append(first, len(order)))
    with np.errstate(over="ignore", invalid="ignore"):
        totals = np.add.reduceat(total, first)
        means = totals / np.maximum(np.add.reduceat(used, first), 1)
        apart = np.where(used > 0, total / np.maximum(used, 1) - np.repeat(means, sizes), 0.0)
        whole = np.add.reduceat(squares + used * apart * apart, first)
    return [totals.tolist(), whole.tolist()]


def _totals_and_squares(
    v: _Floats, numbers: NDArray[np.bool_] | None, first: _Integers, count: _Integers, used: _Integers
) -> tuple[_Floats, _Floats]:
    """Add up each stretch, and the squared deviations from its mean; what is no number is 0 and not among `numbers`."""
    with np.errstate(over="ignore", invalid="ignore"):
        totals = np.add.reduceat(v, first)
        apart = v - np.repeat(totals / np.maximum(used, 1), count)
        apart = apart if numbers is None else np.where(numbers, apart, 0.0)
        return totals, np.add.reduceat(np.multiply(apart, apart, out=apart), first)


def _uncertain(readings: Readings) -> NDArray[np.bool_]:
    return np.zeros(len(readings.t), np.bool_) if readings.q is None else readings.q == UNCERTAIN


def _usable(readings: Readings, is_number: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which readings are good, and which have a value of good or uncertain quality."""
    q = np.full(len(readings.t), GOOD, np.uint16) if readings.q is None else readings.q
    good = q == GOOD
    is_present = is_number.copy()
    is_present[list(readings.texts)] = True
    return good, (good | (q == UNCERTAIN)) & is_present


def _rollups(readings: Readings, groups: _Groups) -> Iterator[Rollup]:
    for count, good, used, uncertain, total, squares, least, most, place, order, first_place, first_order in groups:
        yield Rollup(
            count,
            good,
            used,
            total if isfinite(total) else None,
            least if used else None,
            most if used else None,
            _said(readings, place, order),
            uncertain,
            squares if isfinite(squares) else None,
            _said(readings, first_place, first_order),
        )


def _said(readings: Readings, place: int, order: int) -> Last | None:
    return None if place == _NOT_YET else Last(value_at(readings, place), int(readings.t[place]), order)
