"""Summaries as JSON text: how a minute's document and a day's page write them, and as minutes were written before."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from makoto.analytics.rollups import Last, Rollup

Row: TypeAlias = Sequence[Any]
_WITHOUT_LAST, _WITHOUT_FIRST = 8, 11


class Base(NamedTuple):
    """What times (ms) and orders are counted from, so that they take few bytes."""

    t: int
    order: int


def base_of(rollups: Iterable[Rollup]) -> Base:
    """Count from the earliest."""
    said = [each for rollup in rollups for each in (rollup.first, rollup.last) if each is not None]
    return Base(min((each.t for each in said), default=0), min((each.order for each in said), default=0))


def to_row(rollup: Rollup, base: Base) -> Row:
    """Write counts as what they lack of all; the first value relative to the last."""
    numbers: tuple[Any, ...] = (
        rollup.count,
        rollup.count - rollup.good,
        rollup.count - rollup.used,
        rollup.total,
        rollup.least,
        rollup.most,
        rollup.squares,
        rollup.uncertain,
    )
    last, first = rollup.last, rollup.first
    if last is None:
        return numbers
    numbers = (*numbers, last.value, last.t - base.t, last.order - base.order)
    return numbers if first is None else (*numbers, first.value, last.t - first.t, last.order - first.order)


def from_row(row: Row, base: Base) -> Rollup:
    """Read what `to_row` wrote."""
    count, no_good, no_number, total, least, most, squares, uncertain = row[:_WITHOUT_LAST]
    last = first = None
    if len(row) > _WITHOUT_LAST:
        last = Last(row[8], row[9] + base.t, row[10] + base.order)
    if last is not None and len(row) > _WITHOUT_FIRST:
        first = Last(row[11], last.t - row[12], last.order - row[13])
    return Rollup(count, count - no_good, count - no_number, total, least, most, last, uncertain, squares, first)


def from_old_row(
    count: int, good: int, used: int, total: float | None, least: float | None, most: float | None, *last: Any
) -> Rollup:
    """Read a minute of a document without a head, which knew neither first values nor deviations."""
    return Rollup(count, good, used, total, least, most, Last(*last) if last else None)
