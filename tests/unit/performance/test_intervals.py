"""Half-open stretches of time: no millisecond twice, none lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.analytics.performance.intervals import (
    ReversedInterval,
    Span,
    clipped,
    intersected,
    subtracted,
    total,
    union,
)

span = st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda each: (each[0], each[0] + each[1]))
spans = st.lists(span, max_size=8)


def moments(stretches: list[Span]) -> set[int]:
    return {t for start, end in stretches for t in range(start, end)}


@given(spans, spans)
def test_the_algebra_is_that_of_sets_of_moments(one: list[Span], other: list[Span]) -> None:
    assert moments(union([*one, *other])) == moments(one) | moments(other)
    assert moments(intersected(one, other)) == moments(one) & moments(other)
    assert moments(subtracted(one, other)) == moments(one) - moments(other)
    assert total(one) == len(moments(one))


@given(spans, st.integers(0, 90), st.integers(0, 90))
def test_clipping_keeps_what_lies_inside_of_stretches_that_straddle_an_edge(one: list[Span], a: int, b: int) -> None:
    start, end = min(a, b), max(a, b)

    assert moments(clipped(one, start, end)) == {t for t in moments(one) if start <= t < end}


@given(spans)
def test_a_union_is_in_order_and_does_not_touch_itself(one: list[Span]) -> None:
    made = union(one)

    assert all(left[1] < right[0] for left, right in pairwise(made))


def test_overlapping_stops_are_united_before_they_are_summed() -> None:
    """OEE-Designer #9: the sum of overlapping stops made the run time negative."""
    assert total([(0, 60), (30, 90), (30, 90), (90, 100)]) == 100


def test_a_reversed_interval_is_refused_with_its_place() -> None:
    with pytest.raises(ReversedInterval) as refused:
        union([(5, 9), (10, 3)])

    assert refused.value.errors[0].pointer == "/1/end"


def test_an_interval_without_length_holds_nothing() -> None:
    assert union([(5, 5)]) == []
