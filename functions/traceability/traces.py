"""The use case of tracing: where a lot went and where it came from, with every path and every quantity."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal

from pydantic import Field

from functions.traceability import records
from functions.traceability.activities import Activity
from functions.traceability.model import LotId
from functions.traceability.tracing import Explored, explore
from functions.traceability.views import (
    Affected,
    Edge,
    Node,
    PathView,
    TraceAnswer,
    TraceView,
    exact,
)
from makoto.analytics.genealogy import Direction, Genealogy, reach
from makoto.analytics.genealogy_paths import count_paths, paths_to, shares
from makoto.domain import Value
from makoto.errors import FieldError, Invalid
from makoto.ports.context import TenantContext

MAX_PATHS = 200


class CursorUnknown(Invalid):
    """The cursor is none that was given out."""


class AskTrace(Value):
    """Which lot, in which direction, how many activities deep. The cursor continues the list of affected lots."""

    lot: LotId
    direction: Literal["forward", "backward", "both"] = "both"
    depth: int | None = Field(default=None, ge=1, le=1000)
    paths: bool = False
    limit: int = Field(default=500, ge=1, le=2000)
    cursor: str | None = None


def trace(asked: AskTrace, tenant: TenantContext) -> TraceAnswer:
    """Trace a lot; each page walks the graph anew, so its lists are as of one moment each."""
    records.get_lot(asked.lot, tenant)
    if asked.direction == "both" and asked.cursor is not None:
        rule = FieldError("/query/cursor", "direction", "a cursor continues one direction")
        raise CursorUnknown("ask on with the direction that the cursor is of", errors=[rule])
    both: tuple[Direction, ...] = ("forward", "backward")
    wanted = both if asked.direction == "both" else (asked.direction,)
    return TraceAnswer(traces=tuple(_one(asked, each, tenant) for each in wanted))


def _one(asked: AskTrace, direction: Direction, tenant: TenantContext) -> TraceView:
    explored = explore([asked.lot], direction, tenant, depth=asked.depth)
    graph = explored.genealogy
    levels = reach(graph, [asked.lot], direction)
    counts = count_paths(graph, asked.lot, direction)
    made = {each: float(lot.made) for each, lot in explored.lots.items()}
    share = shares(graph, [asked.lot], direction, made)
    shown = sorted(explored.lots, key=lambda each: (levels[each], each))
    begin = _begin(asked.cursor, shown)
    page = shown[begin : begin + asked.limit]
    return TraceView(
        lot_id=asked.lot,
        direction=direction,
        is_complete=explored.is_complete,
        lot_count=len(explored.lots),
        activity_count=len(explored.activities),
        path_count=exact(sum(counts[each] for each in explored.ends)),
        affected=tuple(_affected(each, explored, levels, counts, share) for each in page),
        **_graph(page, explored, graph),
        paths=tuple(_paths(asked.lot, page, graph, direction)) if asked.paths else (),
        next_cursor=page[-1] if begin + asked.limit < len(shown) else None,
    )


def _begin(cursor: str | None, shown: Sequence[str]) -> int:
    if cursor is None:
        return 0
    if cursor not in shown:
        rule = FieldError("/query/cursor", "unknown", "no page ended with this")
        raise CursorUnknown("the cursor is unknown", errors=[rule])
    return shown.index(cursor) + 1


def _affected(
    lot_id: str,
    explored: Explored,
    levels: dict[str, int],
    counts: dict[str, int],
    share: dict[str, float | None],
) -> Affected:
    lot = explored.lots[lot_id]
    return Affected(
        lot_id=lot_id,
        material=lot.material,
        status=lot.status,
        made=lot.made,
        remaining=lot.remaining,
        unit=lot.unit,
        level=levels[lot_id],
        paths=exact(counts[lot_id]),
        share=share[lot_id],
    )


def _graph(page: Sequence[str], explored: Explored, graph: Genealogy) -> dict[str, tuple[Node | Edge, ...]]:
    """The page's lots, the activities that lead to them and those at which they end, as a shipment or a receipt, and
    whatever these activities took and gave of the trace."""
    forward = explored.direction == "forward"
    inward = graph.sources if forward else graph.uses
    steps = dict.fromkeys(step for lot in page for step in (*inward.get(lot, ()), *_ends(lot, explored, graph)))
    activities = [explored.activities[each] for each in steps]
    edges = [edge for each in activities for edge in _edges(each, explored)]
    lots = dict.fromkeys(
        [*page, *(end for edge in edges for end in (edge.source, edge.target) if end in explored.lots)]
    )
    nodes = [Node(id=each, type="lot", label=explored.lots[each].material) for each in lots]
    nodes += [Node(id=each.activity_id, type="activity", label=each.kind, at=each.at) for each in activities]
    return {"nodes": tuple(nodes), "edges": tuple(edges)}


def _ends(lot: str, explored: Explored, graph: Genealogy) -> Iterable[str]:
    """The lot's activities after which nothing follows."""
    forward = explored.direction == "forward"
    for step in graph.onward(explored.direction).get(lot, ()):
        activity = explored.activities[step]
        if not (activity.outputs if forward else activity.inputs):
            yield step


def _edges(activity: Activity, explored: Explored) -> Iterable[Edge]:
    for line in activity.inputs:
        if line.lot_id in explored.lots:
            yield Edge(source=line.lot_id, target=activity.activity_id, quantity=line.quantity, unit=line.unit)
    for line in activity.outputs:
        if line.lot_id in explored.lots:
            yield Edge(source=activity.activity_id, target=line.lot_id, quantity=line.quantity, unit=line.unit)


def _paths(start: str, page: Sequence[str], graph: Genealogy, direction: Direction) -> Iterable[PathView]:
    every = (
        PathView(target=lot, steps=path)
        for lot in page
        if lot != start
        for path in paths_to(graph, start, lot, direction)
    )
    return islice(every, MAX_PATHS)
