"""Points as they arrive at a chart and are read from it."""

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import ValidationError

from functions.quality import records
from functions.quality.chart import Chart, NewPoint, Point, PostPoints, taken
from functions.quality.charts import characteristics_of, load
from functions.quality.model import ResultWindow, broken, require_past
from functions.quality.result import InspectionResult, Refused
from functions.quality.settling import Settled, partition_of, settle
from makoto.analytics.spc import ChartKind, Rule, Statistic
from makoto.domain import Instant, Page, Value
from makoto.domain.factory import Characteristic
from makoto.errors import Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query

_SENT = {"at", "values", "found", "inspected", "lots"}
_PAGE = 500


class Judged(Value):
    """One statistic of a point with the limits that held for it."""

    statistic: Statistic
    value: float | None
    z: float | None
    lcl: float | None
    center: float
    ucl: float | None
    rules: tuple[Rule, ...]


class PointView(Value):
    """A point as the API shows it."""

    point_id: str
    number: int
    at: Instant
    values: tuple[float, ...]
    found: int | None
    inspected: int | None
    lots: tuple[str, ...]
    order_id: str | None
    operator: str
    received_at: Instant
    is_late: bool
    limits_version: int | None
    judged: tuple[Judged, ...]
    rules: tuple[Rule, ...]
    good_at: Instant | None
    rejudged: int
    was: tuple[Rule, ...]


class PointAnswer(Value):
    """What became of one point."""

    index: int
    status: Literal["recorded", "known", "refused"]
    point: PointView | None = None
    errors: tuple[Refused, ...] = ()


class PointAnswers(Value):
    """What became of each."""

    recorded: int
    refused: int
    items: tuple[PointAnswer, ...]


def add_points(chart_id: str, command: PostPoints, tenant: TenantContext) -> PointAnswers:
    """Keep each point that is right and judge it; say of each other what is wrong with it."""
    chart = load(chart_id, tenant)
    of = _characteristics(chart, tenant)
    read = [_read(place, sent, chart, of, tenant) for place, sent in enumerate(command.points)]
    points = {each.point_id: each for each in read if isinstance(each, Point)}
    done = settle(chart, list(points.values()), tenant)
    items = tuple(_answer(place, each, points, done) for place, each in enumerate(read))
    refused = sum(each.status == "refused" for each in items)
    return PointAnswers(recorded=len(items) - refused, refused=refused, items=items)


def chart_result(result: InspectionResult, tenant: TenantContext) -> None:
    """Show an inspection's result on the chart that its plan names, as its answer to the handled event.

    A result that the chart cannot show changes nothing: it is recorded where it is.
    """
    chart = load(str(result.chart), tenant)
    counted = result.nonconforming if result.defects is None else result.defects
    sent = NewPoint(
        point_id=result.result_id,
        at=result.at,
        values=result.values,
        found=counted,
        inspected=result.inspected,
        lots=(result.lot_id,) if result.lot_id else (),
        order_id=result.order_id,
        operator=result.operator,
    )
    try:
        of, by = _characteristics(chart, tenant), records.who(tenant)
        point = taken(sent, chart, of, point_id=result.result_id, by=by, at=tenant.clock.now())
    except Invalid:
        return
    settle(chart, [point], tenant)


def list_points(chart_id: str, asked: ResultWindow, tenant: TenantContext) -> Page[PointView]:
    """List points by time."""
    load(chart_id, tenant)
    page = records.page_of(Point, _query(chart_id, asked), tenant)
    return Page[PointView](items=tuple(map(view, page.items)), next_cursor=page.next_cursor)


def points_within(chart_id: str, asked: ResultWindow, most: int, tenant: TenantContext) -> list[Point]:
    """Read all points of a window; refuse more than `most`."""
    found: list[Point] = []
    for page in _pages(chart_id, asked, tenant):
        found += page
        if len(found) > most:
            raise broken("/from", "size", f"a window has at most {most} points")
    return found


def view(point: Point) -> PointView:
    """Show a point."""
    judged = tuple(Judged(**each.model_dump(exclude={"index"})) for each in point.judged)
    shown = point.model_dump(include=set(PointView.model_fields) - {"judged", "rules"})
    return PointView(**shown, judged=judged, rules=point.rules)


def _read(
    place: int, sent: dict[str, object], chart: Chart, of: tuple[Characteristic, ...], tenant: TenantContext
) -> Point | PointAnswer:
    now = tenant.clock.now()
    try:
        new = NewPoint.model_validate(sent)
        require_past(new.at, now, "/at")
        point_id = new.point_id or tenant.ids.ulid().lower()
        return taken(new, chart, of, point_id=point_id, by=records.who(tenant), at=now)
    except ValidationError as wrong:
        errors = [(each["loc"], each["type"], each["msg"]) for each in wrong.errors(include_input=False)]
        found = [("/".join(("", *map(str, where))), rule, what) for where, rule, what in errors]
    except Invalid as refused:
        found = [(each.pointer, each.rule, each.detail) for each in refused.errors]
    return PointAnswer(index=place, status="refused", errors=_worded(place, found))


def _characteristics(chart: Chart, tenant: TenantContext) -> tuple[Characteristic, ...]:
    """The one whose unit the values come in; counts and vectors have none."""
    return () if chart.is_of_counts or chart.kind is ChartKind.T2 else characteristics_of(chart, tenant)


def _answer(place: int, read: Point | PointAnswer, points: dict[str, Point], done: Settled) -> PointAnswer:
    if isinstance(read, PointAnswer):
        return read
    if read is not points[read.point_id]:
        return _refused(place, read, "two points of this request have one id")
    if (known := done.known.get(read.point_id)) is None:
        return PointAnswer(index=place, status="recorded", point=view(done.taken[read.point_id]))
    if known.model_dump(include=_SENT) != read.model_dump(include=_SENT):
        return _refused(place, read, f"another point is kept under the id {read.point_id}")
    return PointAnswer(index=place, status="known", point=view(known))


def _refused(place: int, point: Point, detail: str) -> PointAnswer:
    return PointAnswer(index=place, status="refused", errors=_worded(place, [("/point_id", "known", detail)]))


def _worded(place: int, found: Iterable[tuple[str, str, str]]) -> tuple[Refused, ...]:
    prefix = f"/body/points/{place}"
    return tuple(Refused(pointer=prefix + pointer, rule=rule, detail=detail) for pointer, rule, detail in found)


def _pages(chart_id: str, asked: ResultWindow, tenant: TenantContext) -> Iterator[tuple[Point, ...]]:
    cursor: str | None = None
    while True:
        wanted = asked.model_copy(update={"limit": _PAGE, "cursor": cursor})
        page = records.page_of(Point, _query(chart_id, wanted), tenant)
        yield page.items
        if (cursor := page.next_cursor) is None:
            return


def _query(chart_id: str, asked: ResultWindow) -> Query:
    return Query(
        partition_of(chart_id),
        prefix="point/",
        start=f"point/{records.moment(asked.start)}" if asked.start else None,
        end=f"point/{records.moment(asked.end)}" if asked.end else None,
        limit=asked.limit,
        cursor=asked.cursor,
    )
