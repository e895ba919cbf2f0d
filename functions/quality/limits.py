"""Control limits as they are frozen from the points of a window, version after version (phase I)."""

from functions.quality import judging, records
from functions.quality.chart import Chart, FreezeLimits, Frozen, Head, LimitsVersion, Point
from functions.quality.charts import load
from functions.quality.model import Listing, ResultWindow, broken, require_past
from functions.quality.points import points_within
from functions.quality.settling import head_put, limits_key, partition_of, read_head, settle
from makoto.analytics import spc
from makoto.domain import Page, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import IfAbsent, Query

MOST_SAMPLES = 5000
MOST_VERSIONS = 200


def freeze_limits(chart_id: str, command: FreezeLimits, tenant: TenantContext) -> LimitsVersion:
    """Freeze limits as the next version; points from when they begin are judged again.

    The same request again, when nothing came in between, is answered with what it made.
    """
    chart = load(chart_id, tenant)

    def attempt() -> LimitsVersion:
        head, version = read_head(chart_id, tenant)
        made = _estimated(chart, head, command, tenant)
        newest = _newest(chart, head, tenant)
        if newest is not None and _is_again(newest, made):
            return newest
        _require_next(head, made)
        frozen = Frozen(version=made.version, effective_from=made.effective_from)
        stale = tuple(sorted({*head.stale, f"{ms_from_instant(made.effective_from):015d}/"}))
        after = head.model_copy(update={"frozen": (*head.frozen, frozen), "stale": stale})
        kept = records.put(limits_key(chart_id, made.version), made, IfAbsent())
        tenant.commit([head_put(chart_id, after, version), kept])
        return made

    made = records.insisting(attempt, chart_id)
    settle(chart, (), tenant)
    return made


def list_limits(chart_id: str, asked: Listing, tenant: TenantContext) -> Page[LimitsVersion]:
    """List the versions, the newest first."""
    load(chart_id, tenant)
    query = Query(partition_of(chart_id), prefix="limits/", descending=True, limit=asked.limit, cursor=asked.cursor)
    return records.page_of(LimitsVersion, query, tenant)


def _estimated(chart: Chart, head: Head, command: FreezeLimits, tenant: TenantContext) -> LimitsVersion:
    now = tenant.clock.now()
    end = command.end or now
    points = points_within(chart.chart_id, ResultWindow(start=command.start, end=end), MOST_SAMPLES, tenant)
    kept = _without(points, command)
    restarts = judging.restarts_within(head, kept)
    options = command.options or chart.options
    limits = spc.phase_one(chart.kind, judging.samples_of(chart, kept, restarts), options)
    effective_from = command.effective_from or end
    require_past(effective_from, now, "/body/effective_from")
    return LimitsVersion(
        version=len(head.frozen) + 1,
        effective_from=effective_from,
        limits=limits,
        start=command.start or points[0].at,
        end=end,
        points=len(kept),
        excluded=command.excluded,
        reason=command.reason,
        frozen_at=now,
        frozen_by=records.who(tenant),
    )


def _without(points: list[Point], command: FreezeLimits) -> list[Point]:
    """The points that the limits rest on."""
    known = {each.point_id for each in points}
    for place, each in enumerate(command.excluded):
        if each.point_id not in known:
            raise broken(f"/body/excluded/{place}/point_id", "unknown", f"no point {each.point_id} in this window")
    left_out = {each.point_id for each in command.excluded}
    kept = [each for each in points if each.point_id not in left_out]
    if len(kept) < 2:
        raise broken("/body/start", "size", f"limits rest on two points or more, not on {len(kept)}")
    return kept


def _newest(chart: Chart, head: Head, tenant: TenantContext) -> LimitsVersion | None:
    if not head.frozen:
        return None
    found = records.find(LimitsVersion, limits_key(chart.chart_id, head.frozen[-1].version), tenant)
    return found[0] if found else None


def _is_again(newest: LimitsVersion, made: LimitsVersion) -> bool:
    by_time = {"version", "frozen_at", "frozen_by"}
    return newest.model_dump(exclude=by_time) == made.model_dump(exclude=by_time)


def _require_next(head: Head, made: LimitsVersion) -> None:
    """Versions follow each other in time, so that which one judges a point never depends on who asks."""
    if len(head.frozen) >= MOST_VERSIONS:
        raise broken("/body", "size", f"a chart has at most {MOST_VERSIONS} versions of its limits")
    if head.frozen and made.effective_from <= head.frozen[-1].effective_from:
        last = head.frozen[-1]
        raise broken(
            "/body/effective_from", "order", f"version {last.version} begins at {last.effective_from.isoformat()}"
        )
