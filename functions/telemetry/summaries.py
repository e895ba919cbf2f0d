"""History summarised by step: from files, and from the minutes' documents where files are still small and many."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeAlias

from functions.telemetry import keys, minutes
from functions.telemetry.manifest import HOUR_MS, Entry, entries_of, every
from functions.telemetry.model import Aggregation, AskHistory
from functions.telemetry.place import issue_cursor, read_cursor
from functions.telemetry.steps import edges_from, step_ms
from functions.telemetry.views import Item, time_text
from makoto.analytics.rollups import MINUTE_MS, Last, Rollup, Scalar
from makoto.domain import Page, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query
from makoto.ports.history import Bucket, StoredFile, TenantHistory

UNSETTLED = timedelta(hours=3)
"""So long an hour may consist of very many small files; its minutes answer quicker."""

MANY_FILES = 8
MAX_PAGE_BYTES = 256 << 20
_Buckets: TypeAlias = dict[tuple[int, str], Rollup]


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where the readings of a time are: in these files, and for some hours in the minutes' documents."""

    files: Sequence[StoredFile]
    hours: Sequence[int]


def read_summaries(command: AskHistory, tenant: TenantContext, history: TenantHistory) -> Page[Item]:
    """Answer a page; it may be shorter than asked for where much has to be read."""
    given = read_cursor(command, tenant)
    position, end_ms = int(given) if given else ms_from_instant(command.start), ms_from_instant(command.end)
    edges = _edges(command, position, end_ms, tenant)
    sources, edges = _sources(command, edges, tenant)
    found = _from_files(history.buckets(sources.files, command.metrics, edges))
    for hours in sources.hours:
        _add(found, _from_minutes(command, hours, edges, tenant))
    items = tuple(
        _item(edges[index], metric, found.get((index, metric)), command.aggregations)
        for index in range(len(edges) - 1)
        for metric in command.metrics
    )
    return Page(items=items, next_cursor=issue_cursor(command, str(edges[-1]), tenant) if edges[-1] < end_ms else None)


def _edges(command: AskHistory, position: int, end_ms: int, tenant: TenantContext) -> list[int]:
    """Cut the time into as many steps as the page has room for; both ends fall on edges."""
    most = max(1, command.limit // len(command.metrics))
    edges = list(islice(edges_from(position, command.step, tenant.record.time_zone), most + 1))
    return edges[: 1 + next((place for place, edge in enumerate(edges) if edge >= end_ms), most)]


def _sources(command: AskHistory, edges: list[int], tenant: TenantContext) -> tuple[_Sources, list[int]]:
    """Choose files or minutes for each hour, and end the page early where it would read too much."""
    by_hour = _by_hour(command.device, edges[0], edges[-1], tenant)
    is_by_minute = step_ms(command.step) % MINUTE_MS == 0
    unsettled = ms_from_instant(tenant.clock.now() - UNSETTLED) // HOUR_MS
    hours = range(edges[0] // HOUR_MS, (edges[-1] - 1) // HOUR_MS + 1)
    files, from_minutes, size = list[StoredFile](), list[int](), 0
    for hour in hours:
        entries = by_hour.get(hour, [])
        is_many = hour >= unsettled or (len(entries) > MANY_FILES and _has_minutes(hour, tenant))
        if is_by_minute and is_many and all(entry.is_summarised for entry in entries):
            from_minutes.append(hour)
            continue
        size += sum(entry.file.bytes for entry in entries)
        if size > MAX_PAGE_BYTES and len(shorter := [edge for edge in edges if edge <= hour * HOUR_MS]) > 1:
            edges = shorter
            break
        files += [entry.file for entry in entries]
    return _Sources(files, from_minutes), edges


def _by_hour(device: str, start_ms: int, end_ms: int, tenant: TenantContext) -> dict[int, list[Entry]]:
    by_hour: dict[int, list[Entry]] = {}
    for entry in entries_of(device, start_ms // HOUR_MS, (end_ms - 1) // HOUR_MS, tenant):
        if entry.t_min < end_ms and entry.t_max >= start_ms:
            by_hour.setdefault(entry.hour, []).append(entry)
    return by_hour


def _has_minutes(hour: int, tenant: TenantContext) -> bool:
    return minutes.expiry_of(hour * 60) > tenant.clock.now()


def _from_files(buckets: Iterable[Bucket]) -> _Buckets:
    return {
        (each.index, each.metric): Rollup(
            each.count,
            each.good,
            each.used,
            each.total,
            each.least,
            each.most,
            None if each.last_t is None else Last(each.last, each.last_t, 0),
        )
        for each in buckets
    }


def _from_minutes(
    command: AskHistory, hour: int, edges: Sequence[int], tenant: TenantContext
) -> Iterator[tuple[tuple[int, str], Rollup]]:
    wanted = set(command.metrics)
    rollups = keys.prefix_of("rollup")
    names = Query(keys.partition_of(command.device), prefix=rollups + keys.hour_name(hour), limit=100)
    for document in every(names, tenant):
        at = minutes.minute_of(document.key.id.removeprefix(rollups)) * MINUTE_MS
        if not edges[0] <= at < edges[-1]:
            continue
        index = bisect_right(edges, at) - 1
        for metric, rollup in minutes.from_document_text(str(document.data["metrics"])).items():
            if metric in wanted:
                yield (index, metric), rollup


def _add(found: _Buckets, more: Iterable[tuple[tuple[int, str], Rollup]]) -> None:
    for key, rollup in more:
        found[key] = found[key].merged(rollup) if key in found else rollup


def _item(at_ms: int, metric: str, rollup: Rollup | None, aggregations: Sequence[Aggregation]) -> Item:
    figures = {each.value: _figure(rollup, each) for each in aggregations}
    return {"time": time_text(at_ms), "metric": metric, **figures}


def _figure(rollup: Rollup | None, aggregation: Aggregation) -> Scalar:
    """Compute one figure; a gap has none but its count of 0."""
    if rollup is None:
        return 0 if aggregation is Aggregation.COUNT else None
    has_mean = rollup.used > 0 and rollup.total is not None
    figures: Mapping[Aggregation, Scalar] = {
        Aggregation.MIN: rollup.least,
        Aggregation.MAX: rollup.most,
        Aggregation.MEAN: (rollup.total or 0.0) / rollup.used if has_mean else None,
        Aggregation.LAST: rollup.last.value if rollup.last else None,
        Aggregation.COUNT: rollup.count,
        Aggregation.QUALITY_SHARE: rollup.good / rollup.count,
    }
    return figures[aggregation]
