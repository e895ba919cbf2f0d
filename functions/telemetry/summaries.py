"""History summarised by step, page by page, with gaps shown as gaps."""

from collections.abc import Mapping, Sequence
from itertools import islice

from functions.telemetry.buckets import Asked, summed
from functions.telemetry.model import Aggregation, AskHistory
from functions.telemetry.place import issue_cursor, read_cursor
from functions.telemetry.steps import edges_from
from functions.telemetry.views import Item, time_text
from makoto.analytics.rollups import Rollup, Scalar
from makoto.domain import Page, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.history import TenantHistory


def read_summaries(command: AskHistory, tenant: TenantContext, history: TenantHistory) -> Page[Item]:
    """Answer a page; it may be shorter than asked for where much has to be read."""
    given = read_cursor(command, tenant)
    position, end_ms = int(given) if given else ms_from_instant(command.start), ms_from_instant(command.end)
    edges = _edges(command, position, end_ms, tenant)
    result = summed(Asked(command.device, command.metrics, edges, is_full=False), tenant, history)
    edges = result.asked.edges
    items = tuple(
        _item(edges[index], metric, result.found.get((index, metric)), command.aggregations)
        for index in range(len(edges) - 1)
        for metric in command.metrics
    )
    return Page(items=items, next_cursor=issue_cursor(command, str(edges[-1]), tenant) if edges[-1] < end_ms else None)


def _edges(command: AskHistory, position: int, end_ms: int, tenant: TenantContext) -> Sequence[int]:
    """Cut the time into as many steps as the page has room for; both ends fall on edges."""
    most = max(1, command.limit // len(command.metrics))
    edges = list(islice(edges_from(position, command.step, tenant.record.time_zone), most + 1))
    return edges[: 1 + next((place for place, edge in enumerate(edges) if edge >= end_ms), most)]


def _item(at_ms: int, metric: str, rollup: Rollup | None, aggregations: Sequence[Aggregation]) -> Item:
    figures = {each.value: _figure(rollup, each) for each in aggregations}
    return {"time": time_text(at_ms), "metric": metric, **figures}


def _figure(rollup: Rollup | None, aggregation: Aggregation) -> Scalar:
    """Compute one figure; a gap has none but its count of 0."""
    if rollup is None:
        return 0 if aggregation is Aggregation.COUNT else None
    figures: Mapping[Aggregation, Scalar] = {
        Aggregation.MIN: rollup.least,
        Aggregation.MAX: rollup.most,
        Aggregation.MEAN: rollup.mean,
        Aggregation.LAST: rollup.last.value if rollup.last else None,
        Aggregation.COUNT: rollup.count,
        Aggregation.QUALITY_SHARE: rollup.good / rollup.count,
    }
    return figures[aggregation]
