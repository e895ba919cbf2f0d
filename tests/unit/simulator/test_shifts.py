"""Shifts and breaks in Asia/Tokyo."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.simulator.shifts import (
    FOOD_CALENDAR,
    MACHINING_CALENDAR,
    TOKYO_OFFSET_MS,
    Period,
    Shift,
    ShiftCalendar,
)

TOKYO = ZoneInfo("Asia/Tokyo")


def at(day: int, hour: int, minute: int = 0) -> int:
    """January 2026; the 5th is a Monday."""
    return int(datetime(2026, 1, day, hour, minute, tzinfo=TOKYO).timestamp() * 1000)


def test_tokyo_is_nine_hours_ahead_all_year() -> None:
    offset = timedelta(milliseconds=TOKYO_OFFSET_MS)
    for month in range(1, 13):
        assert datetime(2026, month, 15, tzinfo=UTC).astimezone(TOKYO).utcoffset() == offset


@pytest.mark.parametrize(
    ("moment", "shift", "period"),
    [
        (at(5, 5, 59), "night", Period.WORKING),
        (at(5, 6, 0), "early", Period.WORKING),
        (at(5, 8, 5), "early", Period.BREAK),
        (at(5, 10, 44), "early", Period.BREAK),
        (at(5, 10, 45), "early", Period.WORKING),
        (at(5, 23, 59), "night", Period.WORKING),
        (at(6, 0, 0), "night", Period.BREAK),
        (at(6, 2, 0), "night", Period.BREAK),
        (at(6, 2, 45), "night", Period.WORKING),
    ],
)
def test_the_machining_shifts_cross_midnight(moment: int, shift: str, period: Period) -> None:
    assert MACHINING_CALENDAR.shift_at(moment) == shift
    assert MACHINING_CALENDAR.period_at(moment) is period


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        (at(5, 4, 59), Period.OFF),
        (at(5, 5, 0), Period.WORKING),
        (at(5, 20, 59), Period.WORKING),
        (at(5, 21, 0), Period.OFF),
        (at(10, 12, 0), Period.WORKING),
        (at(11, 12, 0), Period.OFF),
    ],
)
def test_the_food_line_rests_at_night_and_on_sunday(moment: int, period: Period) -> None:
    assert FOOD_CALENDAR.period_at(moment) is period


def test_a_night_shift_belongs_to_the_day_it_starts_on() -> None:
    fridays = Shift("night", datetime(2026, 1, 1, 22, tzinfo=TOKYO).time(), 480, weekdays=frozenset({4}))
    calendar = ShiftCalendar((fridays,))
    assert calendar.shift_at(at(10, 5, 59)) == "night"
    assert calendar.shift_at(at(10, 22, 0)) is None
    assert calendar.shift_at(at(9, 5, 0)) is None
