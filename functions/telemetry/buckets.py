"""Readings summed between edges: each hour from what answers it quickest, pages, minutes or files."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from typing import TypeAlias

from functions.telemetry import minutes
from functions.telemetry.from_files import rollup_of
from functions.telemetry.manifest import HOUR_MS, Entry, entries_of
from functions.telemetry.pages import DAY_MS, HALF_HOUR_MS, Level, read_pages
from functions.telemetry.sealing import Sealed, read_sealed
from makoto.analytics.rollups import MINUTE_MS, Rollup
from makoto.domain import DeviceId, Value, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.history import StoredFile, TenantHistory

UNSETTLED = timedelta(hours=5)
"""So long an hour may be on no page yet or consist of very many small files; its minutes answer quicker."""

MANY_FILES = 8
MAX_READ_BYTES = 256 << 20
HOURS_A_DAY = 24
_Found: TypeAlias = dict[tuple[int, str], Rollup]


class Read(Value):
    """How many pages of days and of hours, minutes and files an answer was made of."""

    days: int = 0
    hours: int = 0
    minutes: int = 0
    files: int = 0

    def plus(self, other: "Read") -> "Read":
        return Read(
            days=self.days + other.days,
            hours=self.hours + other.hours,
            minutes=self.minutes + other.minutes,
            files=self.files + other.files,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Metrics of a device between ascending edges in ms; deviations and first values of files only if `is_full`."""

    device: DeviceId
    metrics: Sequence[str]
    edges: Sequence[int]
    is_full: bool = True

    def between(self, t: int) -> int | None:
        """Find the place of the edge before a time, where the time is within."""
        return bisect_right(self.edges, t) - 1 if self.edges[0] <= t < self.edges[-1] else None

    def are_on(self, ms: int) -> bool:
        """Tell whether all edges are multiples of a time."""
        return all(edge % ms == 0 for edge in self.edges)

    @property
    def hours(self) -> range:
        return range(self.edges[0] // HOUR_MS, (self.edges[-1] - 1) // HOUR_MS + 1)


@dataclass(slots=True)
class Summed:
    """What was found by place and metric; the edges end early where too much would have to be read."""

    asked: Asked
    found: _Found = field(default_factory=dict)
    read: Read = field(default_factory=Read)

    def add(self, t: int, metric: str, rollup: Rollup) -> None:
        """Take what begins at a time and lies between two edges."""
        index = self.asked.between(t)
        if index is not None:
            key = (index, metric)
            self.found[key] = self.found[key].merged(rollup) if key in self.found else rollup


@dataclass(slots=True)
class _Sources:
    """Where the readings are: whole days and hours on pages, hours in minutes' documents, the rest in files."""

    days: list[int] = field(default_factory=list)
    hours: set[int] = field(default_factory=set)
    minutes: list[int] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)


def summed(asked: Asked, tenant: TenantContext, history: TenantHistory) -> Summed:
    """Sum up between each two edges."""
    asked, sources = _sources(asked, tenant)
    result = Summed(asked)
    for bucket in history.buckets(sources.files, asked.metrics, asked.edges, is_full=asked.is_full):
        result.found[bucket.index, bucket.metric] = rollup_of(bucket)
    _add_minutes(result, sources.minutes, tenant)
    days = _add_pages(result, Level.DAYS, [day * DAY_MS for day in sources.days], tenant)
    on_pages = (hour * HOUR_MS for hour in sources.hours)
    halves = [t for start in on_pages for t in (start, start + HALF_HOUR_MS)]
    hours = _add_pages(result, Level.HALF_HOURS, halves, tenant)
    result.read = result.read.plus(Read(files=len(sources.files), days=days, hours=hours))
    return result


def _sources(asked: Asked, tenant: TenantContext) -> tuple[Asked, _Sources]:
    sealed = Sealed()
    if asked.are_on(HALF_HOUR_MS):
        sealed = read_sealed(asked.device, asked.hours[0], asked.hours[-1], tenant)
    now = tenant.clock.now()
    oldest = {level: ms_from_instant(now - level.kept) // HOUR_MS + 31 * HOURS_A_DAY for level in Level}
    on_pages = {hour for hour in asked.hours if hour >= oldest[Level.HALF_HOURS] and sealed.has(hour)}
    days = _days(asked, sealed, oldest[Level.DAYS]) if asked.are_on(DAY_MS) else []
    of_days = {hour for day in days for hour in _hours_of(day)}
    rest = [hour for hour in asked.hours if hour not in on_pages and hour not in of_days]
    asked, sources = _unrolled(asked, rest, tenant)
    sources.days = [day for day in days if day * DAY_MS < asked.edges[-1]]
    sources.hours = {hour for hour in on_pages - of_days if hour * HOUR_MS < asked.edges[-1]}
    return asked, sources


def _days(asked: Asked, sealed: Sealed, oldest_hour: int) -> list[int]:
    """List the days of which each hour is on pages; all edges are at midnight."""
    days = range(asked.edges[0] // DAY_MS, asked.edges[-1] // DAY_MS)
    stale = {hour // HOURS_A_DAY for hour in sealed.stale}
    end = sealed.to // HOURS_A_DAY
    return [day for day in days if day < end and day not in stale and day * HOURS_A_DAY >= oldest_hour]


def _hours_of(day: int) -> range:
    return range(day * HOURS_A_DAY, (day + 1) * HOURS_A_DAY)


def _unrolled(asked: Asked, hours: Sequence[int], tenant: TenantContext) -> tuple[Asked, _Sources]:
    """Choose minutes or files for hours that are on no page, and end early where it would be too much."""
    by_hour, sources, size = _by_hour(asked, hours, tenant), _Sources(), 0
    is_by_minute, now = asked.are_on(MINUTE_MS), tenant.clock.now()
    unsettled = ms_from_instant(now - UNSETTLED) // HOUR_MS
    for hour in hours:
        entries = by_hour.get(hour, [])
        is_many = hour >= unsettled or (len(entries) > MANY_FILES and minutes.are_kept(hour, now))
        if is_by_minute and is_many and all(entry.is_summarised for entry in entries):
            sources.minutes.append(hour)
            continue
        size += sum(entry.file.bytes for entry in entries)
        if size > MAX_READ_BYTES and len(shorter := [edge for edge in asked.edges if edge <= hour * HOUR_MS]) > 1:
            return replace(asked, edges=shorter), sources
        sources.files += [entry.file for entry in entries]
    return asked, sources


def _by_hour(asked: Asked, hours: Sequence[int], tenant: TenantContext) -> dict[int, list[Entry]]:
    by_hour: dict[int, list[Entry]] = {}
    for first, last in _runs(hours):
        for entry in entries_of(asked.device, first, last, tenant):
            if entry.t_min < asked.edges[-1] and entry.t_max >= asked.edges[0]:
                by_hour.setdefault(entry.hour, []).append(entry)
    return by_hour


def _runs(hours: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Find what follows each other without a gap."""
    for _, some in groupby(enumerate(hours), lambda each: each[1] - each[0]):
        run = [hour for _, hour in some]
        yield run[0], run[-1]


def _add_minutes(result: Summed, hours: Iterable[int], tenant: TenantContext) -> None:
    wanted, count = set(result.asked.metrics), 0
    for hour in hours:
        for minute, rollups in minutes.of_hour(result.asked.device, hour, tenant):
            count += 1
            for metric in wanted & rollups.keys():
                result.add(minute * MINUTE_MS, metric, rollups[metric])
    result.read = result.read.plus(Read(minutes=count))


def _add_pages(result: Summed, level: Level, rows: Sequence[int], tenant: TenantContext) -> int:
    """Add the rows of some times and tell how many pages were read."""
    if not rows:
        return 0
    wanted, starts = set(rows), sorted({level.page_of(t) for t in rows})
    pages = read_pages(level, result.asked.device, result.asked.metrics, starts, tenant)
    for (metric, _), of_page in pages.items():
        for t in wanted & of_page.keys():
            result.add(t, metric, of_page[t])
    return len(pages)
