"""What a cumulative counter counted, although it may have begun anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.analytics.counters import CounterEvent, Step, counted


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (100, 120, Step(20)),
        (100, 100, Step(0)),
        (100, 5, Step(5, CounterEvent.RESET)),
        (100, 0, Step(0, CounterEvent.RESET)),
        (32760, 3, Step(11, CounterEvent.ROLLOVER)),
        (65530, 4, Step(10, CounterEvent.ROLLOVER)),
        (9999, 0, Step(1, CounterEvent.ROLLOVER)),
        (2**32 - 1, 1, Step(2, CounterEvent.ROLLOVER)),
        (60000, 5000, Step(5000, CounterEvent.RESET)),
    ],
)
def test_a_step_is_what_was_added(before: int, now: int, expected: Step) -> None:
    assert counted(before, now) == expected


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_nothing_is_ever_taken_away(before: int, now: int) -> None:
    assert counted(before, now).delta >= 0
