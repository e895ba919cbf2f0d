"""The edges between which readings are summarised, as people in the factory count time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_HOUR_MS = 3_600_000
_DAY = timedelta(days=1)
_FIRST_DAY = date(1970, 1, 1)


def step_ms(step: str) -> int:
    """Read a step such as `5m`."""
    return int(step[:-1]) * _SECONDS[step[-1]] * 1000


def edges_from(start_ms: int, step: str, zone: str) -> Iterator[int]:
    """Yield edges without end, the first at or before `start_ms`.

    Steps under an hour count from 1970; longer ones start anew at each local midnight, days at local midnights, so that
    a day is a day where clocks change too.
    """
    length = step_ms(step)
    if length < _HOUR_MS:
        return _counted(start_ms // length * length, length)
    edges = _days(start_ms, int(step[:-1]), zone) if step.endswith("d") else _hours(start_ms, length, zone)
    return _from_last_before(edges, start_ms)


def _counted(first: int, length: int) -> Iterator[int]:
    while True:
        yield first
        first += length


def _days(start_ms: int, days: int, zone: str) -> Iterator[int]:
    """Yield each so many local midnights, counted from 1970-01-01, from before the start on."""
    today = datetime.fromtimestamp(start_ms / 1000, ZoneInfo(zone)).date()
    day = today - timedelta(days=(today - _FIRST_DAY).days % days + days)
    while True:
        yield _midnight_ms(day, zone)
        day += days * _DAY


def _hours(start_ms: int, length: int, zone: str) -> Iterator[int]:
    day = datetime.fromtimestamp(start_ms / 1000, ZoneInfo(zone)).date() - _DAY
    while True:
        end = _midnight_ms(day + _DAY, zone)
        yield from takewhile(lambda edge, end=end: edge < end, _counted(_midnight_ms(day, zone), length))  # type: ignore[misc]  # mypy knows no default in a lambda
        day += _DAY


def _from_last_before(edges: Iterator[int], start_ms: int) -> Iterator[int]:
    before = next(edges)
    for edge in edges:
        if edge > start_ms:
            yield before
        before = edge
    yield before


def _midnight_ms(day: date, zone: str) -> int:
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp()) * 1000
