"""What callers see of a calendar's shifts."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from makoto.domain import Instant, Value, instant_from_ms
from makoto.domain.factory import ShiftWindow


class Rest(Value):
    """A break inside a shift."""

    start: Instant
    end: Instant


class Shift(Value):
    """A shift on a day, in UTC and by the calendar's own clock."""

    name: str
    on: date
    start: Instant
    end: Instant
    local_start: datetime
    local_end: datetime
    breaks: tuple[Rest, ...]


def shift_view(shift: ShiftWindow, time_zone: str) -> Shift:
    """Show a shift."""
    start, end = instant_from_ms(shift.start_ms), instant_from_ms(shift.end_ms)
    zone = ZoneInfo(time_zone)
    breaks = tuple(Rest(start=instant_from_ms(one), end=instant_from_ms(other)) for one, other in shift.breaks)
    return Shift(
        name=shift.name,
        on=shift.on,
        start=start,
        end=end,
        local_start=start.astimezone(zone),
        local_end=end.astimezone(zone),
        breaks=breaks,
    )
