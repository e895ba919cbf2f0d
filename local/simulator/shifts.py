"""Shifts and breaks of a factory in Asia/Tokyo."""

from dataclasses import dataclass
from datetime import time
from enum import Enum

# Japan has kept UTC+9 without daylight saving since 1952 (IANA tz database, Asia/Tokyo).
TOKYO_OFFSET_MS = 9 * 3_600_000
DAY_MS = 86_400_000
MINUTE_MS = 60_000
EVERY_DAY = frozenset(range(7))
MONDAY_TO_SATURDAY = frozenset(range(6))


class Period(Enum):
    WORKING = "working"
    BREAK = "break"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Pause:
    """A break that starts `after_min` minutes into its shift."""

    after_min: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift belongs to the day on which it starts, also when it ends on the next."""

    name: str
    start: time
    minutes: int
    pauses: tuple[Pause, ...] = ()
    weekdays: frozenset[int] = EVERY_DAY

    def elapsed_min(self, local_ms: int) -> float | None:
        """Minutes since this shift began, None outside it."""
        for days_back in (0, 1):
            day = local_ms // DAY_MS - days_back
            began_ms = day * DAY_MS + (self.start.hour * 60 + self.start.minute) * MINUTE_MS
            elapsed = (local_ms - began_ms) / MINUTE_MS
            if weekday(day) in self.weekdays and 0 <= elapsed < self.minutes:
                return elapsed
        return None

    def period(self, elapsed_min: float) -> Period:
        paused = any(p.after_min <= elapsed_min < p.after_min + p.minutes for p in self.pauses)
        return Period.BREAK if paused else Period.WORKING


@dataclass(frozen=True, slots=True)
class ShiftCalendar:
    shifts: tuple[Shift, ...]

    def period_at(self, t_ms: int) -> Period:
        shift, elapsed = self._current(t_ms)
        return Period.OFF if shift is None else shift.period(elapsed)

    def shift_at(self, t_ms: int) -> str | None:
        shift, _ = self._current(t_ms)
        return None if shift is None else shift.name

    def _current(self, t_ms: int) -> tuple[Shift | None, float]:
        for shift in self.shifts:
            elapsed = shift.elapsed_min(t_ms + TOKYO_OFFSET_MS)
            if elapsed is not None:
                return shift, elapsed
        return None, 0.0


def weekday(day: int) -> int:
    """Monday is 0; day 0 of the epoch was a Thursday."""
    return (day + 3) % 7


_EIGHT_HOURS = (Pause(120, 10), Pause(240, 45), Pause(390, 10))

MACHINING_CALENDAR = ShiftCalendar(
    (
        Shift("early", time(6, 0), 480, _EIGHT_HOURS),
        Shift("late", time(14, 0), 480, _EIGHT_HOURS),
        Shift("night", time(22, 0), 480, _EIGHT_HOURS),
    )
)
FOOD_CALENDAR = ShiftCalendar(
    (
        Shift("early", time(5, 0), 480, (Pause(180, 15), Pause(330, 45)), MONDAY_TO_SATURDAY),
        Shift("late", time(13, 0), 480, (Pause(180, 15), Pause(330, 45)), MONDAY_TO_SATURDAY),
    )
)
