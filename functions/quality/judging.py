"""Points judged one after another in the order of their time, whatever order they came in. Pure."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from functions.quality.chart import Chart, Frozen, Head, LimitsVersion, Point
from makoto.analytics import spc
from makoto.analytics.spc import ChartKind, JudgedPoint, Samples, StreamState

LimitsOf = Callable[[int], LimitsVersion]


def judged(chart: Chart, head: Head, point: Point, before: Point | None, limits_of: LimitsOf) -> Point:
    """Judge one point after the one before it.

    The limits are those in force at its time. A run goes on only under the same version and since the same restart.
    """
    frozen = head.version_at(point.at)
    if frozen is None:
        return point.model_copy(
            update={"limits_version": None, "run": "", "judged": (), "state": spc.START, "good_at": None}
        )
    run, begun = _run(head, point, frozen)
    goes_on = before is not None and before.run == run
    state = before.state if goes_on and before else spc.START
    limits = limits_of(frozen.version)
    said = spc.judge(limits.limits, samples_of(chart, [point]), state)
    found = tuple(each.model_copy(update={"index": 0}) for each in said.points)
    good_at = before.good_at if goes_on and before else begun
    if not any(each.rules for each in found):
        good_at = point.at
    return point.model_copy(
        update={
            "limits_version": frozen.version,
            "run": run,
            "judged": found,
            "state": said.state,
            "good_at": good_at,
        }
    )


def is_same(one: Point, other: Point) -> bool:
    """Whether two judgements of a point are the same, and so is what follows from them."""
    return _judgement(one) == _judgement(other)


def rejudged(before: Point, after: Point) -> Point:
    """A point whose judgement changed says so."""
    is_first = before.limits_version is None
    if is_first or (before.rules == after.rules and before.limits_version == after.limits_version):
        return after
    return after.model_copy(update={"rejudged": before.rejudged + 1, "was": before.rules})


def samples_of(chart: Chart, points: Sequence[Point], restarts: Iterable[int] = ()) -> Samples:
    """The points as the mathematics takes them."""
    begun = frozenset(restarts)
    if chart.is_of_counts:
        sizes = [float(each.inspected or chart.subgroup_size) for each in points]
        found = [float(each.found or 0) for each in points]
        return spc.counts(found, None if chart.kind is ChartKind.C else sizes, restarts=begun)
    if chart.kind is ChartKind.T2:
        return spc.vectors([list(each.values) for each in points], restarts=begun)
    if chart.subgroup_size == 1:
        return spc.individuals([each.values[0] for each in points], restarts=begun)
    return spc.subgroups([list(each.values) for each in points], restarts=begun)


def restarts_within(head: Head, points: Sequence[Point]) -> list[int]:
    """The places among the points at which the process began anew."""
    return [
        place
        for place, (one, other) in enumerate(pairwise(points), start=1)
        if head.restart_before(one.at) != head.restart_before(other.at)
    ]


def signalling(point: Point) -> JudgedPoint:
    """The statistic that shows the cause: the first that broke a rule."""
    return next(each for each in point.judged if each.rules)


def _run(head: Head, point: Point, frozen: Frozen) -> tuple[str, object]:
    """The name of the run that a point belongs to, and when that run began."""
    restart = head.restart_before(point.at)
    if restart is None or restart <= frozen.effective_from:
        return f"{frozen.version}", frozen.effective_from
    return f"{frozen.version}@{restart.isoformat()}", restart


def _judgement(point: Point) -> tuple[object, ...]:
    state: StreamState = point.state.model_copy(update={"count": 0})
    return (point.limits_version, point.run, point.judged, state, point.good_at)
