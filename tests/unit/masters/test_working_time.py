"""Working time, units and reasons of the shared kernel, where clocks and conversions are treacherous."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from makoto.domain.factory import (
    CalendarException,
    Characteristic,
    Reason,
    ShiftPattern,
    TimeCategory,
    UnitMismatch,
    UnknownUnit,
    Window,
    WorkCalendar,
    ancestors_of,
    converted,
    is_within,
    reason_of,
    shift_windows,
)
from makoto.domain.factory.calendar import local_day
from makoto.domain.factory.units import UNITS, measures

NIGHT = ShiftPattern(name="night", start=time(22), end=time(6))
HOUR_MS = 3_600_000


def hours(calendar: WorkCalendar, start: datetime, end: datetime) -> list[float]:
    found = shift_windows(calendar, Window(start=start, end=end))
    return [(each.end_ms - each.start_ms) / HOUR_MS for each in found]


@pytest.mark.parametrize(
    ("day", "worked"),
    [(date(2026, 3, 7), 7.0), (date(2026, 10, 31), 9.0), (date(2026, 5, 4), 8.0)],
)
def test_a_night_shift_over_the_change_of_clocks_is_as_long_as_it_is_worked(day: date, worked: float) -> None:
    calendar = WorkCalendar(id="c", time_zone="America/New_York", shifts=(NIGHT,))
    start = datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)

    assert hours(calendar, start, start.replace(hour=23, minute=59)) == []
    assert hours(calendar, start, datetime.fromtimestamp(start.timestamp() + 9 * 3600, UTC)) == [worked]


def test_a_day_is_23_or_25_hours_where_the_clock_changes() -> None:
    calendar = WorkCalendar(id="c", time_zone="Europe/Berlin")
    days = [local_day(calendar, day) for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 1))]

    assert [(each.end_ms - each.start_ms) // HOUR_MS for each in days] == [23, 25, 24]


def test_a_shift_is_told_whole_wherever_the_window_cuts_it() -> None:
    calendar = WorkCalendar(id="c", time_zone="Asia/Tokyo", shifts=(NIGHT,))
    noon, moment = datetime(2026, 5, 1, 15, tzinfo=UTC), datetime(2026, 5, 1, 15, 1, tzinfo=UTC)

    (shift,) = shift_windows(calendar, Window(start=noon, end=moment))

    assert shift.on == date(2026, 5, 1)
    assert shift.start_ms == int(datetime(2026, 5, 1, 13, tzinfo=UTC).timestamp()) * 1000


def test_an_exception_replaces_its_day_and_a_weekday_without_shifts_has_none() -> None:
    day = ShiftPattern(name="day", start=time(8), end=time(17), days=frozenset(range(1, 6)))
    short = ShiftPattern(name="short", start=time(8), end=time(12))
    calendar = WorkCalendar(
        id="c",
        time_zone="UTC",
        shifts=(day,),
        exceptions=(CalendarException(on=date(2026, 5, 5)), CalendarException(on=date(2026, 5, 9), shifts=(short,))),
    )
    found = shift_windows(
        calendar, Window(start=datetime(2026, 5, 4, tzinfo=UTC), end=datetime(2026, 5, 11, tzinfo=UTC))
    )

    assert [(each.name, each.on.day) for each in found] == [
        ("day", 4),
        ("day", 6),
        ("day", 7),
        ("day", 8),
        ("short", 9),
    ]


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)), st.integers(-(10**9), 10**9))
def test_a_conversion_and_back_is_the_same_and_only_within_what_is_measured(one: str, other: str, value: int) -> None:
    if measures(one) != measures(other):
        with pytest.raises(UnitMismatch):
            converted(Decimal(value), one, other)
        return
    back = converted(converted(Decimal(value), one, other), other, one)
    assert abs(back - value) <= abs(Decimal(value)) * Decimal("1e-18") + Decimal("1e-15")


@pytest.mark.parametrize(
    ("value", "one", "other", "wanted"),
    [
        ("98.6", "degF", "degC", "37"),
        ("1", "in", "mm", "25.4"),
        ("0", "degC", "K", "273.15"),
        ("1", "lb", "g", "453.59237"),
    ],
)
def test_conversions_are_exact(value: str, one: str, other: str, wanted: str) -> None:
    assert converted(Decimal(value), one, other) == Decimal(wanted)


def test_an_unknown_unit_is_named() -> None:
    with pytest.raises(UnknownUnit, match="furlong"):
        converted(Decimal(1), "furlong", "m")


@pytest.mark.parametrize(
    "limits",
    [{"lower": 2, "upper": 1}, {"lower": 1, "upper": 1}, {"nominal": 3, "upper": 2}, {"nominal": 0, "lower": 1}],
)
def test_a_tolerance_in_reverse_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"lower must lie below|nominal lies outside"):
        Characteristic.model_validate({"id": "d", "name": "diameter", "unit": "mm"} | limits)


def test_a_code_without_a_node_of_its_own_is_its_ranges_and_the_tenants_own_comes_first() -> None:
    own = Reason(id="180001", name="Spindle overload", category=TimeCategory.CORRECTIVE_MAINTENANCE)

    assert reason_of(180_001, {180_001: own}) is own
    failure, setup = reason_of(180_002, {}), reason_of(140_010, {})
    assert failure is not None
    assert failure.id == "180000"
    assert setup is not None
    assert setup.category is TimeCategory.SETUP
    assert reason_of(1, {}) is None
    assert reason_of(230_000, {}) is None


def test_a_place_is_within_its_ancestors_and_not_within_a_namesake() -> None:
    assert list(ancestors_of("a/b/c/d")) == ["a/b/c", "a/b", "a"]
    assert is_within("a/b/c", "a/b")
    assert is_within("a", "")
    assert not is_within("a/b2", "a/b")
