"""How capable a process is of its tolerance, over a window of a chart."""

from typing import Annotated

from pydantic import Field

from functions.quality import judging, records
from functions.quality.chart import Chart, Head, LimitsVersion, Point
from functions.quality.charts import characteristics_of, load
from functions.quality.model import ResultWindow, broken
from functions.quality.points import points_within
from functions.quality.settling import limits_key, read_head
from makoto.analytics import spc
from makoto.analytics.spc import Capability, ChartKind, Estimator, Tolerance
from makoto.domain import Instant, Value
from makoto.domain.factory import Characteristic
from makoto.ports.context import TenantContext

MOST_SAMPLES = 5000


class AskCapability(Value):
    """Over which window, and how sure the intervals are to be."""

    start: Instant | None = None
    end: Instant | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    estimator: Estimator | None = None


class ChartCapability(Value):
    """The indices, in the characteristic's unit, and whether to believe them.

    `open_signals` are the points of the window that signal and that no version of the limits excluded for a cause; with
    any of them the process is not stable and the indices foretell nothing. `excluded` points are not in the figures.
    """

    characteristic: str
    unit: str
    points: int
    excluded: tuple[str, ...]
    open_signals: tuple[str, ...]
    is_stable: bool | None
    capability: Capability


def read_capability(chart_id: str, asked: AskCapability, tenant: TenantContext) -> ChartCapability:
    """Compute the indices of a chart's window against the tolerance of its characteristic now."""
    chart = load(chart_id, tenant)
    if chart.is_of_counts or chart.kind is ChartKind.T2:
        raise broken("/path/chart_id", "kind", f"an {chart.kind} chart has no capability against one tolerance")
    of = characteristics_of(chart, tenant)[0]
    head, _ = read_head(chart_id, tenant)
    points = points_within(chart_id, ResultWindow(start=asked.start, end=asked.end), MOST_SAMPLES, tenant)
    left_out = _excluded(chart, head, tenant)
    kept = [each for each in points if each.point_id not in left_out]
    if len(kept) < 2:
        raise broken("/query/from", "size", f"capability rests on two points or more, not on {len(kept)}")
    signals = tuple(each.point_id for each in kept if each.rules)
    is_stable = _is_stable(kept)
    return ChartCapability(
        characteristic=of.id,
        unit=of.unit,
        points=len(kept),
        excluded=tuple(each.point_id for each in points if each.point_id in left_out),
        open_signals=signals,
        is_stable=is_stable,
        capability=spc.capability(
            judging.samples_of(chart, kept, judging.restarts_within(head, kept)),
            tolerance_of(of),
            estimator=asked.estimator,
            confidence=asked.confidence,
            is_stable=is_stable,
        ),
    )


def tolerance_of(of: Characteristic) -> Tolerance:
    """The characteristic's tolerance; without one there is nothing to be capable of."""
    if of.lower is None and of.upper is None:
        raise broken("/path/chart_id", "tolerance", f"the characteristic {of.id} has no tolerance")
    lsl, usl, target = (None if each is None else float(each) for each in (of.lower, of.upper, of.nominal))
    return Tolerance(lsl=lsl, usl=usl, target=target)


def _is_stable(points: list[Point]) -> bool | None:
    """Unknown where a point waits for limits."""
    if any(each.rules for each in points):
        return False
    return True if all(each.limits_version is not None for each in points) else None


def _excluded(chart: Chart, head: Head, tenant: TenantContext) -> set[str]:
    """The points with an assignable cause, by any version of the limits."""
    versions = [limits_key(chart.chart_id, each.version) for each in head.frozen]
    found = tenant.documents.batch_get(versions).found.values() if versions else ()
    return {each.point_id for document in found for each in records.value_of(LimitsVersion, document).excluded}
