"""Rolling up: each hour that is marked as stale is summed from its minutes, or from its files where they hold more.

Pages are read before the readings they are made of and written only if nobody changed them meanwhile, and the marks go
with the last of them only if nobody set them again. So of two runs at once, or one that fell asleep, none undoes the
other, and a crash leaves marks, never a wrong page that is believed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from functions.telemetry import keys, minutes
from functions.telemetry.from_files import rollup_of
from functions.telemetry.manifest import HOUR_MS, Entry, entries_of, every
from functions.telemetry.pages import DAY_MS, HALF_HOUR_MS, Level, json_of
from functions.telemetry.rollup_text import Row
from functions.telemetry.sealing import hour_of_mark, seal, stale_marks
from makoto.analytics.rollups import MINUTE_MS, Rollup, added
from makoto.domain import DeviceId
from makoto.errors import Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, ConditionFailed, Delete, Document, IfAbsent, IfVersion, Put, Query, Write
from makoto.ports.history import TenantHistory

MAX_WRITES = 96
HOURS_A_DAY = 24
_Rows = dict[int, Row]


@dataclass(frozen=True, slots=True)
class _Held:
    """The pages of one time by metric, and under which condition each may be replaced."""

    level: Level
    page_ms: int
    rows: Mapping[str, _Rows] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def put(self, device: DeviceId, metric: str, rows: _Rows) -> Put:
        version = self.versions.get(metric)
        when: Condition = IfVersion(version) if version else IfAbsent()
        text = self.level.to_text(rows, self.page_ms)
        return Put(
            self.level.key(device, self.page_ms, metric), {"rows": text}, when, self.level.expiry_of(self.page_ms)
        )


@dataclass(frozen=True, slots=True)
class _Work:
    """A device whose hours are rolled up."""

    device: DeviceId
    sealed: int
    tenant: TenantContext
    history: TenantHistory

    def holds(self, level: Level, page_ms: int) -> bool:
        return level.expiry_of(page_ms) > self.tenant.clock.now()


def roll_device(
    device: DeviceId, tenant: TenantContext, history: TenantHistory, is_over: Callable[[], bool] = lambda: False
) -> int:
    """Seal what is settled and roll up what is stale, day by day; return the number of hours done."""
    try:
        work, done = _Work(device, seal(device, tenant), tenant, history), 0
    except ConditionFailed:  # the device is too busy now; its minutes are read until the next run
        return 0
    for day, marks in groupby(stale_marks(device, work.sealed, tenant), lambda mark: hour_of_mark(mark) // HOURS_A_DAY):
        if is_over():
            break
        try:
            done += _roll_day(day, list(marks), work)
        except ConditionFailed:  # somebody added to it or rolled it up meanwhile: the mark stays, or is gone
            continue
    return done


def _roll_day(day: int, marks: Sequence[Document], work: _Work) -> int:
    hours = _held(Level.HALF_HOURS, day * DAY_MS, work)
    month = Level.DAYS.page_of(day * DAY_MS)
    is_whole = (day + 1) * HOURS_A_DAY <= work.sealed and work.holds(Level.DAYS, month)
    days = _held(Level.DAYS, month, work) if is_whole else None
    stale = {hour_of_mark(mark) for mark in marks}
    if not work.holds(Level.HALF_HOURS, day * DAY_MS):
        stale = set(range(day * HOURS_A_DAY, (day + 1) * HOURS_A_DAY))
    fresh = _summed(stale, work)
    puts = list[list[Write]]()
    for metric in sorted({*hours.rows, *fresh}):
        kept = {t: row for t, row in hours.rows.get(metric, {}).items() if t // HOUR_MS not in stale}
        rows = hours.level.to_json(fresh.get(metric, {}), hours.page_ms)
        puts.append(_page_puts(metric, {**kept, **rows}, hours, days, work))
    _write(puts, [Delete(mark.key, IfVersion(mark.version)) for mark in marks], work.tenant)
    return len(marks)


def _page_puts(metric: str, rows: _Rows, hours: _Held, days: _Held | None, work: _Work) -> list[Write]:
    puts = list[Write]()
    if not rows:
        return puts
    if work.holds(Level.HALF_HOURS, hours.page_ms):
        puts.append(hours.put(work.device, metric, rows))
    if days is not None:
        halves = hours.level.to_rollups(rows, hours.page_ms)
        day = {hours.page_ms: added(halves[t] for t in sorted(halves))}
        of_month = {**days.rows.get(metric, {}), **days.level.to_json(day, days.page_ms)}
        puts.append(days.put(work.device, metric, of_month))
    return puts


def _write(puts: Sequence[Sequence[Write]], last: Sequence[Write], tenant: TenantContext) -> None:
    """Write as much at once as the store takes; the marks go with the last."""
    most, done = MAX_WRITES // 2 - len(last), 0
    while True:
        some = puts[done : done + most]
        is_last = done + len(some) == len(puts)
        writes = [write for each in some for write in each] + (list(last) if is_last else [])
        try:
            tenant.documents.atomic(writes)
        except ConditionFailed:
            raise
        except Invalid:
            if most == 1:
                raise
            most = most // 2
            continue
        done += len(some)
        if is_last:
            return


def _held(level: Level, page_ms: int, work: _Work) -> _Held:
    prefix = level.prefix_of(page_ms)
    found = list(every(Query(keys.partition_of(work.device), prefix, limit=1000), work.tenant))
    named = [(document.key.id.removeprefix(prefix), document) for document in found]
    rows = {metric: json_of(document, level, page_ms) for metric, document in named}
    return _Held(level, page_ms, rows, {metric: document.version for metric, document in named})


def _summed(hours: set[int], work: _Work) -> dict[str, dict[int, Rollup]]:
    """Sum the readings of some hours of a day by metric and half-hour."""
    by_hour: dict[int, list[Entry]] = {}
    for entry in entries_of(work.device, min(hours), max(hours), work.tenant):
        by_hour.setdefault(entry.hour, []).append(entry)
    parts: dict[tuple[str, int], list[Rollup]] = {}
    for hour in sorted(hours & by_hour.keys()):
        for metric, t, rollup in _parts(hour, by_hour[hour], work):
            parts.setdefault((metric, t), []).append(rollup)
    summed: dict[str, dict[int, Rollup]] = {}
    for (metric, t), some in parts.items():
        summed.setdefault(metric, {})[t] = added(some)
    return summed


def _parts(hour: int, entries: Sequence[Entry], work: _Work) -> Iterator[tuple[str, int, Rollup]]:
    """Take minutes where they are kept and hold all; files hold all always."""
    if minutes.are_kept(hour, work.tenant.clock.now()) and all(entry.is_summarised for entry in entries):
        for minute, rollups in minutes.of_hour(work.device, hour, work.tenant):
            for metric, rollup in rollups.items():
                yield metric, minute * MINUTE_MS // HALF_HOUR_MS * HALF_HOUR_MS, rollup
        return
    edges = [hour * HOUR_MS, hour * HOUR_MS + HALF_HOUR_MS, (hour + 1) * HOUR_MS]
    for bucket in work.history.buckets([entry.file for entry in entries], (), edges):
        yield bucket.metric, edges[bucket.index], rollup_of(bucket)
