"""Summaries of columns agree with the plain way, and adding them up in any order gives the same."""

from collections.abc import Iterator
from random import Random
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.telemetry import minutes
from makoto.analytics.rollups import MINUTE_MS, Last, Rollup, added
from makoto.analytics.rollups_columns import Readings, newest_of, rollups_of, stretches_of, value_at

START = 29453760 * MINUTE_MS
values = st.sampled_from([0.0, 1.5, -2.0, 1e300, None, True, False, "auto"])
points = st.tuples(st.integers(0, 4 * MINUTE_MS), values, st.sampled_from([192, 64, 0, 500]))
series = st.lists(st.tuples(st.integers(0, 2), st.lists(points, min_size=1, max_size=8)), min_size=1, max_size=6)
Series = list[tuple[int, list[tuple[int, Any, int]]]]


def readings_of(given_series: Series) -> Readings:
    rows = [point for _, some in given_series for point in some]
    texts = {
        place: str(value).lower() if isinstance(value, bool) else value
        for place, (_, value, _) in enumerate(rows)
        if isinstance(value, bool | str)
    }
    numbers = [float("nan") if value is None or isinstance(value, str) else float(value) for _, value, _ in rows]
    q = [quality for _, _, quality in rows]
    return Readings(
        codes=np.array([code for code, _ in given_series], np.int64),
        orders=np.arange(len(given_series), dtype=np.int64),
        lengths=np.array([len(some) for _, some in given_series], np.int64),
        t=np.array([START + t for t, _, _ in rows], np.int64),
        v=np.array(numbers, np.float64),
        q=None if all(each == 192 for each in q) else np.array(q, np.uint16),
        texts=texts,
    )


def plain(given_series: Series) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Count, good, used, least, most and last by metric and minute, reading by reading."""
    groups: dict[tuple[int, int], list[tuple[int, int, int, Any, int]]] = {}
    for order, (code, some) in enumerate(given_series):
        for place, (t, value, quality) in enumerate(some):
            key = (code, (START + t) // MINUTE_MS)
            groups.setdefault(key, []).append((START + t, order, place, value, quality))
    return {key: _summary(group) for key, group in groups.items()}


def _summary(group: list[tuple[int, int, int, Any, int]]) -> tuple[Any, ...]:
    usable = sorted(each for each in _usable(group))
    numbers = [float(value) for *_, value in ((*each[:3], each[3]) for each in usable) if not isinstance(value, str)]
    good = sum(quality == 192 for *_, quality in group)
    last = usable[-1] if usable else None
    said = last and (last[3], last[0], last[1])
    return len(group), good, len(numbers), min(numbers, default=None), max(numbers, default=None), said


def _usable(group: list[tuple[int, int, int, Any, int]]) -> Iterator[tuple[int, int, int, Any]]:
    for t, order, place, value, quality in group:
        if value is not None and quality in (192, 64):
            yield t, order, place, value


@given(series)
def test_columns_are_summarised_as_reading_by_reading(given_series: Series) -> None:
    readings = readings_of(given_series)
    found = rollups_of(readings, stretches_of(readings.lengths, readings.t))
    shown = {
        key: (
            each.count,
            each.good,
            each.used,
            each.least,
            each.most,
            each.last and (each.last.value, each.last.t, each.last.order),
        )
        for key, each in found.items()
    }
    assert shown == plain(given_series)


@given(series)
def test_the_newest_reading_is_found_whatever_its_quality(given_series: Series) -> None:
    readings = readings_of(given_series)
    found = newest_of(readings, stretches_of(readings.lengths, readings.t), np.ones(len(given_series), np.bool_))
    expected: dict[int, tuple[tuple[int, int, int], Any]] = {}
    for order, (code, some) in enumerate(given_series):
        for place, (t, value, _) in enumerate(some):
            said = ((START + t, order, place), value)
            expected[code] = max(expected.get(code, said), said, key=lambda each: each[0])
    assert {code: value_at(readings, place) for code, (place, _) in found.items()} == {
        code: value for code, (_, value) in expected.items()
    }


rollups = st.builds(
    Rollup,
    count=st.integers(1, 9),
    good=st.integers(0, 9),
    used=st.integers(0, 9),
    total=st.none() | st.integers(-5, 5).map(float),
    least=st.none() | st.floats(-5, 5),
    most=st.none() | st.floats(-5, 5),
    last=st.none() | st.builds(Last, st.sampled_from([1.0, True, "x"]), st.integers(0, 3), st.integers(0, 99)),
)


@given(rollups, rollups, rollups)
def test_adding_up_does_not_depend_on_the_order(one: Rollup, two: Rollup, three: Rollup) -> None:
    assert one.merged(two.merged(three)) == one.merged(two).merged(three)
    if one.last is None or two.last is None or (one.last.t, one.last.order) != (two.last.t, two.last.order):
        assert one.merged(two) == two.merged(one)


@given(st.dictionaries(st.text(min_size=1, max_size=5), rollups, max_size=4))
def test_a_minutes_document_is_read_back_as_it_was_written(given_rollups: dict[str, Rollup]) -> None:
    assert minutes.from_document_text(minutes.to_document_text(given_rollups)) == given_rollups


def test_a_sum_beyond_the_doubles_is_unknown_and_not_infinite() -> None:
    readings = readings_of([(0, [(0, 1e308, 192), (1, 1e308, 192), (2, 1e308, 192)])])
    (found,) = rollups_of(readings, stretches_of(readings.lengths, readings.t)).values()
    assert (found.total, found.most) == (None, 1e308)


wide = st.lists(
    st.tuples(
        st.integers(0, 4 * MINUTE_MS), st.sampled_from([1e6, 1e6 + 0.25, -3.0, None]), st.sampled_from([192, 64, 0])
    ),
    min_size=1,
    max_size=8,
)


@given(st.lists(st.tuples(st.integers(0, 1), wide), min_size=1, max_size=6), st.randoms())
def test_deviation_first_and_uncertain_of_parts_in_any_order_are_those_of_the_whole(
    given_series: Series, random: Random
) -> None:
    minutes_of = [each.values() for each in map(_by_minute, [[each] for each in given_series])]
    parts = [rollup for some in minutes_of for rollup in some]
    random.shuffle(parts)
    whole = added(parts)
    rows = [point for _, some in given_series for point in some]
    numbers = [value for _, value, quality in rows if quality in (192, 64) and value is not None]
    assert whole.uncertain == sum(quality == 64 for _, _, quality in rows)
    assert (whole.first is None) == (not numbers)
    if numbers:
        assert whole.squares == pytest.approx(sum((each - fmean(numbers)) ** 2 for each in numbers), rel=1e-9, abs=1e-6)
        assert whole.first is not None
        assert whole.first.t == START + min(
            t for t, value, quality in rows if quality in (192, 64) and value is not None
        )
    if len(numbers) > 1:
        assert whole.deviation == pytest.approx(stdev(numbers), rel=1e-9, abs=1e-4)


def _by_minute(given_series: Series) -> dict[tuple[int, int], Rollup]:
    readings = readings_of(given_series)
    return rollups_of(readings, stretches_of(readings.lengths, readings.t))


@given(series)
def test_a_minute_is_read_as_it_was_written(given_series: Series) -> None:
    written = {str(place): rollup for place, rollup in enumerate(_by_minute(given_series).values())}
    assert minutes.from_document_text(minutes.to_document_text(written)) == written


def test_a_minute_written_before_has_neither_first_nor_deviation_and_added_to_a_new_one_neither() -> None:
    old = minutes.from_document_text('{"a":[3,2,2,4.5,1.5,3.0,3.0,1767225600000,7],"b":[1,0,0,0.0,null,null]}')
    assert old["a"] == Rollup(3, 2, 2, 4.5, 1.5, 3.0, Last(3.0, 1767225600000, 7))
    assert old["b"] == Rollup(1, 0, 0, 0.0, None, None)
    (new,) = _by_minute([(0, [(0, 1.5, 192)])]).values()
    both = old["a"].merged(new)
    assert (both.used, both.uncertain, both.squares, both.first, both.deviation) == (3, None, None, None, None)


def test_a_deviation_far_beyond_the_doubles_is_unknown() -> None:
    (found,) = _by_minute([(0, [(0, 1e300, 192), (1, -1e300, 192)])]).values()
    assert (found.total, found.squares, found.deviation) == (0.0, None, None)
