"""When a reading was taken, as seconds of its own wall clock, and how far apart readings usually are."""

from datetime import UTC, datetime
from math import isfinite
from typing import TypeAlias

from makoto.errors import Invalid

Timestamp: TypeAlias = datetime | str | float | int

DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
_NAIVE, _AWARE = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)  # noqa: DTZ001 - naive stays naive
_FIRST_MS = 1e11
"""As seconds this is the year 5138, as milliseconds 1973: numbers beyond it are milliseconds."""

_GAP = 4.0
_LEARNING = 0.02


class NotATime(Invalid):
    """A timestamp must be a date and time, ISO 8601 text, or seconds or milliseconds since 1970."""


def seconds_of(timestamp: Timestamp) -> float:
    """Say the seconds since 1970 on the wall clock of the timestamp's own zone, where day and night are."""
    if isinstance(timestamp, datetime):
        if timestamp.tzinfo is None:
            return (timestamp - _NAIVE).total_seconds()
        shift = timestamp.utcoffset()
        return (timestamp - _AWARE).total_seconds() + (shift.total_seconds() if shift else 0.0)
    if isinstance(timestamp, str):
        try:
            return seconds_of(datetime.fromisoformat(timestamp))
        except ValueError:
            raise NotATime(f"no time of ISO 8601: {timestamp[:40]!r}") from None
    seconds = float(timestamp)
    if not isfinite(seconds):
        raise NotATime("neither seconds nor milliseconds since 1970")
    return seconds / 1000.0 if abs(seconds) >= _FIRST_MS else seconds


class Cadence:
    """The usual step between readings, learnt as they come; times that stand still or go back count as one step."""

    __slots__ = ("at", "step")

    def __init__(self) -> None:
        self.at = 0.0
        self.step = 0.0

    def tick(self, at: float) -> bool:
        """Take the time of a reading; say whether readings are missing before it."""
        passed = at - self.at
        if not passed > 0.0:
            return False
        self.at = at
        if self.step == 0.0:
            self.step = passed
            return False
        ratio = passed / self.step
        self.step *= 1.0 + _LEARNING * ((ratio if ratio < 3.0 else 3.0) - 1.0)
        return ratio > _GAP
