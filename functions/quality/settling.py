"""Points kept and judged, in portions that one write can hold, until nothing is left to be judged again.

A chart's partition: `head` remembers, `point/<time>/<id>` are the points, `id/<point id>` says where each lies,
`limits/<version>` are the frozen limits, `restart/<time>` why a run ended. Whoever comes next goes on with what a crash
left to be judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from functions.quality import judging, records
from functions.quality.chart import Chart, Head, LimitsVersion, Point
from makoto.domain import Value
from makoto.events.quality import SpcSignalRaised
from makoto.ports.context import TenantContext
from makoto.ports.documents import IfAbsent, IfVersion, Key, Query, Write
from makoto.ports.outbox import Fact

NEW_AT_ONCE, OLD_AT_ONCE, OLD_ALONE = 12, 20, 40
"""With a fact for each, the head and the mark of the event fewer than the 96 writes that every store does as one."""

AFTER = "!"
"""Sorts a place behind itself and before every other one."""


class Marked(Value):
    """Where a point lies."""

    place: str


@dataclass
class Settled:
    """The new points as they are judged, and those that had come before."""

    taken: dict[str, Point] = field(default_factory=dict)
    known: dict[str, Point] = field(default_factory=dict)


@dataclass
class _Portion:
    """A stretch of a chart: the new points among those that are there."""

    head: Head
    version: str | None
    before: Point | None
    old: dict[str, Point]
    new: dict[str, Point]
    bound: str | None
    """The last place read, where there are more behind it."""
    written: dict[str, Point] = field(default_factory=dict)
    last: Point | None = None
    is_converged: bool = False


def settle(chart: Chart, new: Sequence[Point], tenant: TenantContext) -> Settled:
    """Keep the new points and judge them and all that they change; the first write answers to the handled event."""
    waiting = sorted(new, key=lambda each: each.place)
    done = Settled()
    while True:
        waiting, is_settled = records.insisting(lambda: _step(chart, waiting, done, tenant), chart.chart_id)  # noqa: B023
        if not waiting and is_settled:
            return done
        tenant = replace(tenant, handled=None)


def read_head(chart_id: str, tenant: TenantContext) -> tuple[Head, str | None]:
    """What a chart remembers; nothing at first."""
    return records.find(Head, Key(partition_of(chart_id), "head"), tenant) or (Head(), None)


def head_put(chart_id: str, head: Head, version: str | None) -> Write:
    """Remember, unless another did since."""
    when = IfAbsent() if version is None else IfVersion(version)
    return records.put(Key(partition_of(chart_id), "head"), head, when)


def limits_key(chart_id: str, version: int) -> Key:
    """Where a version of the limits lies."""
    return Key(partition_of(chart_id), f"limits/{version:06d}")


def partition_of(chart_id: str) -> str:
    """Where all of a chart lies but its definition."""
    return f"quality-chart#{chart_id}"


def _step(chart: Chart, waiting: list[Point], done: Settled, tenant: TenantContext) -> tuple[list[Point], bool]:
    """Do one portion as one write; say which points still wait, and whether nothing is left to be judged again."""
    head, version = read_head(chart.chart_id, tenant)
    next_ones = waiting[:NEW_AT_ONCE]
    known = _known(chart.chart_id, next_ones, tenant)
    new = [each for each in next_ones if each.point_id not in known]
    starts = [*head.stale, *(each.place for each in new[:1])]
    after, taken = head, dict[str, Point]()
    if starts:
        portion = _read(chart.chart_id, head, version, min(starts), new, tenant)
        _judge(chart, portion, tenant)
        after = _remembered(portion)
        _commit(chart, portion, after, tenant)
        taken = {each.point_id: portion.written[place] for place, each in portion.new.items()}
    elif tenant.handled:
        tenant.commit([head_put(chart.chart_id, head, version)])
    done.known |= known
    done.taken |= taken
    return [each for each in waiting if each.point_id not in known | taken], not after.stale


def _known(chart_id: str, sent: Sequence[Point], tenant: TenantContext) -> dict[str, Point]:
    """Those that had come before, as they are now."""
    if not sent:
        return {}
    marks = tenant.documents.batch_get([_id_key(chart_id, each.point_id) for each in sent]).found.values()
    keys = [_point_key(chart_id, records.value_of(Marked, each).place) for each in marks]
    found = tenant.documents.batch_get(keys).found.values() if keys else ()
    points = [records.value_of(Point, each) for each in found]
    return {each.point_id: each for each in points}


def _read(
    chart_id: str, head: Head, version: str | None, start: str, sent: list[Point], tenant: TenantContext
) -> _Portion:
    partition, at = partition_of(chart_id), f"point/{start}"
    before = Query(partition, prefix="point/", end=at, descending=True, limit=1)
    behind = Query(partition, prefix="point/", start=at, limit=OLD_AT_ONCE if sent else OLD_ALONE)
    last = records.page_of(Point, before, tenant).items
    page = records.page_of(Point, behind, tenant)
    bound = page.items[-1].place if page.next_cursor and page.items else None
    new = [each for each in sent if bound is None or each.place <= bound]
    return _Portion(
        head=head,
        version=version,
        before=last[0] if last else None,
        old={each.place: each for each in page.items},
        new={each.place: each for each in new},
        bound=bound,
    )


def _judge(chart: Chart, portion: _Portion, tenant: TenantContext) -> None:
    """Judge in order of time, until nothing is new and a judgement stays as it was."""
    cache: dict[int, LimitsVersion] = {}

    def limits_of(version: int) -> LimitsVersion:
        if version not in cache:
            document = tenant.documents.get(limits_key(chart.chart_id, version))
            cache[version] = records.value_of(LimitsVersion, document)
        return cache[version]

    before = portion.before
    newest = max(portion.new, default="")
    for place, point in sorted((portion.old | portion.new).items()):
        after = judging.judged(chart, portion.head, point, before, limits_of)
        if place in portion.new:
            number = portion.head.count + len(portion.written.keys() & portion.new.keys()) + 1
            late = place < portion.head.last_place
            after = after.model_copy(update={"number": number, "is_late": late, "is_told": bool(after.rules)})
            portion.written[place] = after
        elif judging.is_same(point, after):
            after = point
            portion.is_converged = place > newest
        else:
            after = judging.rejudged(point, after)
            portion.written[place] = after = after.model_copy(update={"is_told": point.is_told or bool(after.rules)})
        before = portion.last = after
        if portion.is_converged:
            return


def _remembered(portion: _Portion) -> Head:
    """The head after this portion."""
    head, last = portion.head, portion.last
    reached = last.place if last else ""
    goes_on = portion.bound is not None and not portion.is_converged
    behind = () if portion.bound is None and not portion.is_converged else head.stale
    stale = {each for each in behind if each > reached} | ({f"{portion.bound}{AFTER}"} if goes_on else set())
    is_last = last is not None and last.place >= head.last_place
    return head.model_copy(
        update={
            "count": head.count + len(portion.new),
            "told": head.told + len(_raised(portion)),
            "last_place": max(head.last_place, reached),
            "last_rules": last.rules if last and is_last else head.last_rules,
            "stale": tuple(sorted(stale)),
        }
    )


def _raised(portion: _Portion) -> list[Point]:
    """The points that signal now and never did before."""
    return [
        each
        for place, each in sorted(portion.written.items())
        if each.is_told and not (place in portion.old and portion.old[place].is_told)
    ]


def _commit(chart: Chart, portion: _Portion, after: Head, tenant: TenantContext) -> None:
    """Points, their signals' facts and the head as one."""
    chart_id = chart.chart_id
    writes: list[Write] = [head_put(chart_id, after, portion.version)]
    writes += [records.put(_point_key(chart_id, place), each) for place, each in portion.written.items()]
    writes += [
        records.put(_id_key(chart_id, each.point_id), Marked(place=place), IfAbsent())
        for place, each in portion.new.items()
    ]
    facts = [
        Fact(_signal(chart, each, tenant), f"chart/{chart_id}", portion.head.told + number)
        for number, each in enumerate(_raised(portion), start=1)
    ]
    tenant.commit(writes, facts)


def _signal(chart: Chart, point: Point, tenant: TenantContext) -> SpcSignalRaised:
    shown = judging.signalling(point)
    return SpcSignalRaised(
        tenant_id=tenant.tenant_id,
        chart_id=chart.chart_id,
        characteristic=chart.characteristics[0],
        point=point.number,
        at=point.at,
        rules=point.rules,
        value=shown.value if shown.value is not None else 0.0,
        lots=point.lots,
        point_id=point.point_id,
        product=chart.product,
        equipment=chart.equipment,
        since=point.good_at,
    )


def _point_key(chart_id: str, place: str) -> Key:
    return Key(partition_of(chart_id), f"point/{place}")


def _id_key(chart_id: str, point_id: str) -> Key:
    return Key(partition_of(chart_id), f"id/{point_id}")
