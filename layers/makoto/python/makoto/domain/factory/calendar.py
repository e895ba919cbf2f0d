"""Working time: shifts by local wall clock, on which days, with breaks and exceptions; and what they are in UTC."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from makoto.domain.factory.window import Window
from makoto.domain.ids import Slug
from makoto.domain.time import instant_from_ms, ms_from_instant
from makoto.domain.value import Value

MAX_DAYS = 3700
"""As many days of shifts are asked for at once at most: ten years."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"{name!r} is no time zone of the IANA database") from unknown
    return name


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
"""A name of the IANA time zone database, such as Asia/Tokyo."""

Weekday = Annotated[int, Field(ge=1, le=7)]
"""1 is Monday (ISO 8601)."""


def _of_the_wall(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("a shift's times are of the wall clock, in the calendar's time zone")
    return clock


WallClock = Annotated[time, AfterValidator(_of_the_wall)]
"""A time of day without a zone."""


class Break(Value):
    """Planned downtime inside a shift, by the wall clock; it may cross midnight with its shift."""

    start: WallClock
    end: WallClock

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.start == self.end:
            raise ValueError("a break of no length")
        return self


class ShiftPattern(Value):
    """A shift that begins on its days at `start`; it ends on the next day where `end` is not after `start`."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    start: WallClock
    end: WallClock
    days: Annotated[frozenset[Weekday], Field(min_length=1)] = frozenset(range(1, 8))
    breaks: Annotated[tuple[Break, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.start == self.end:
            raise ValueError(f"shift {self.name} has no length: start and end are the same")
        spans = sorted((_after(each.start, self), _after(each.end, self)) for each in self.breaks)
        if any(not start < end <= _length_s(self) for start, end in spans):
            raise ValueError(f"a break of shift {self.name} lies outside it, or ends before it starts")
        if any(end > after for (_, end), (after, _) in pairwise(spans)):
            raise ValueError(f"two breaks of shift {self.name} overlap")
        return self


class CalendarException(Value):
    """A day that is not as its weekday says: with other shifts or, with none, a day off."""

    on: date
    shifts: tuple[ShiftPattern, ...] = ()
    note: Annotated[str, Field(max_length=200)] = ""


class WorkCalendar(Value):
    """Shifts of a place in its time zone."""

    kind: Literal["calendar"] = "calendar"
    id: Slug
    name: Annotated[str, Field(max_length=200)] = ""
    time_zone: TimeZone
    shifts: Annotated[tuple[ShiftPattern, ...], Field(max_length=24)] = ()
    exceptions: Annotated[tuple[CalendarException, ...], Field(max_length=2000)] = ()

    @model_validator(mode="after")
    def _shifts_do_not_overlap(self) -> Self:
        if len({each.on for each in self.exceptions}) != len(self.exceptions):
            raise ValueError("two exceptions of the same day")
        _require_apart(
            [(day, shift) for day in range(1, 15) for shift in self.shifts if (day - 1) % 7 + 1 in shift.days]
        )
        for each in self.exceptions:
            around = (each.on + timedelta(days=days) for days in (-1, 0, 1) if date.min < each.on < date.max)
            _require_apart([(day.toordinal(), shift) for day in around for shift in self.shifts_on(day)])
        return self

    @cached_property
    def _by_day(self) -> dict[date, tuple[ShiftPattern, ...]]:
        return {each.on: each.shifts for each in self.exceptions}

    def shifts_on(self, day: date) -> tuple[ShiftPattern, ...]:
        """The shifts that begin on a local day."""
        regular = tuple(each for each in self.shifts if day.isoweekday() in each.days)
        return self._by_day.get(day, regular)


class ShiftWindow(NamedTuple):
    """One shift on one day, in ms UTC; `breaks` are half-open stretches inside it, in order."""

    name: str
    on: date
    start_ms: int
    end_ms: int
    breaks: tuple[tuple[int, int], ...] = ()


def shift_windows(calendar: WorkCalendar, window: Window) -> Iterator[ShiftWindow]:
    """Every shift that touches the window, whole (not clipped), in order.

    A wall-clock time that daylight saving skips counts as the instant of the jump's offset before it; one that comes
    twice counts as the first. So a night shift over the change is an hour shorter or longer, as it is worked.
    """
    zone = ZoneInfo(calendar.time_zone)
    day = window.start.astimezone(zone).date() - timedelta(days=1)
    last = window.end.astimezone(zone).date()
    if (last - day).days > MAX_DAYS:
        raise ValueError(f"shifts of at most {MAX_DAYS} days are told at once")
    while day <= last:
        for shift in sorted(calendar.shifts_on(day), key=lambda each: each.start):
            made = _placed(shift, day, zone)
            if made.start_ms < made.end_ms and made.start_ms < window.end_ms and made.end_ms > window.start_ms:
                yield made
        day += timedelta(days=1)


def local_day(calendar: WorkCalendar, day: date) -> Window:
    """A local day from midnight to midnight; 23 or 25 hours where the clock changes."""
    zone = ZoneInfo(calendar.time_zone)
    start, end = _instant(day, time(), zone), _instant(day + timedelta(days=1), time(), zone)
    return Window(start=instant_from_ms(start), end=instant_from_ms(end))


def _placed(shift: ShiftPattern, day: date, zone: ZoneInfo) -> ShiftWindow:
    def at(clock: time, *, is_end: bool = False) -> int:
        is_next_day = clock < shift.start or (is_end and clock == shift.start)
        return _instant(day + timedelta(days=is_next_day), clock, zone)

    breaks = sorted((at(each.start), at(each.end, is_end=True)) for each in shift.breaks)
    kept = tuple((start, end) for start, end in breaks if start < end)
    return ShiftWindow(shift.name, day, at(shift.start), at(shift.end, is_end=True), kept)


def _instant(day: date, clock: time, zone: ZoneInfo) -> int:
    return ms_from_instant(datetime.combine(day, clock, zone).astimezone(UTC))


def _seconds(clock: time) -> float:
    return clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6


def _length_s(shift: ShiftPattern) -> float:
    return (_seconds(shift.end) - _seconds(shift.start)) % 86400


def _after(clock: time, shift: ShiftPattern) -> float:
    """Seconds by the wall clock since the shift began."""
    return (_seconds(clock) - _seconds(shift.start)) % 86400


def _require_apart(shifts: Sequence[tuple[int, ShiftPattern]]) -> None:
    """Refuse shifts of numbered days that overlap, over midnight too."""
    spans = sorted((day * 24 * 3600 + _seconds(each.start), _length_s(each), each.name) for day, each in shifts)
    for (start, length, name), (after, _, other) in pairwise(spans):
        if start + length > after:
            raise ValueError(f"shifts {name} and {other} overlap")
