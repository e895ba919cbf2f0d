"""A control chart, its points as they are sent and kept, and the versions of its limits."""

from bisect import bisect_right
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from functions.quality.model import Count, LotId, Measured, Person, RecordId, Slug, Some, Text, Title, broken
from functions.quality.plan import CHARTS_OF_COUNTS, require_sample_fits
from functions.quality.result import in_unit_of
from makoto.analytics.spc import ChartKind, ChartOptions, JudgedPoint, Limits, Rule, StreamState
from makoto.domain import Instant, Value, ms_from_instant
from makoto.domain.factory import Characteristic, EquipmentId, Unit
from makoto.errors import Conflict

MOST_POINTS = 200
MOST_VERSIONS = 200


class NoLimits(Conflict):
    """The chart has no frozen limits yet."""


class NewChart(Value):
    """One characteristic at one place, as one kind of chart; of T2 up to ten characteristics measured together."""

    chart_id: Slug
    title: Title
    kind: ChartKind
    characteristics: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10)]
    subgroup_size: Annotated[int, Field(ge=1, le=10**6)] = 1
    equipment: EquipmentId | None = None
    operation: Annotated[int, Field(ge=1, le=9999)] | None = None
    options: ChartOptions = ChartOptions()
    is_capa_required: bool = False

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        require_sample_fits(self.kind, self.subgroup_size)
        several = len(self.characteristics) > 1
        if several != (self.kind is ChartKind.T2) or len(set(self.characteristics)) != len(self.characteristics):
            raise ValueError("a T2 chart has two characteristics or more, any other kind one")
        return self


class Chart(NewChart):
    """A chart as it is kept."""

    product: str | None = None
    unit: str = "1"
    created_at: Instant
    created_by: str

    @property
    def is_of_counts(self) -> bool:
        return self.kind in CHARTS_OF_COUNTS


class NewPoint(Value):
    """A subgroup: its values (of T2 one a characteristic), or what was found in so many inspected units."""

    point_id: RecordId | None = None
    at: Instant
    values: Annotated[tuple[Measured, ...], Field(max_length=50)] = ()
    unit: Unit | None = None
    found: Count | None = None
    inspected: Some | None = None
    lots: Annotated[tuple[LotId, ...], Field(max_length=20)] = ()
    order_id: RecordId | None = None
    operator: Person | None = None


class PostPoints(Value):
    """Points in any order; each is taken or refused on its own."""

    points: Annotated[tuple[dict[str, object], ...], Field(min_length=1, max_length=MOST_POINTS)]


class Point(Value):
    """A subgroup as it is kept, and how it is judged.

    `limits_version` judged it; without one it waits for limits. `state` is the run after it, `good_at` when the process
    was last seen in control. `rejudged` counts how often later arrivals of earlier points changed the judgement, and
    `was` are the rules that it broke before the last time.
    """

    point_id: str
    number: int
    at: Instant
    values: tuple[float, ...] = ()
    found: int | None = None
    inspected: int | None = None
    lots: tuple[str, ...] = ()
    order_id: str | None = None
    operator: str
    received_at: Instant
    is_late: bool = False
    limits_version: int | None = None
    run: str = ""
    judged: tuple[JudgedPoint, ...] = ()
    state: StreamState = StreamState()
    good_at: Instant | None = None
    rejudged: int = 0
    was: tuple[Rule, ...] = ()
    is_told: bool = False
    """Its signal was told, once, whatever is judged again."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All that the point broke, on any of its statistics."""
        return tuple(sorted({rule for each in self.judged for rule in each.rules}, key=list(Rule).index))

    @property
    def place(self) -> str:
        """Where it stands on the chart: by time, then by id."""
        return f"{ms_from_instant(self.at):015d}/{self.point_id}"


class Frozen(Value):
    """A version of the limits by when it begins."""

    version: int
    effective_from: Instant


class Restart(Value):
    """The process began anew: no run reaches back past this instant."""

    at: Instant
    reason: str
    by: str


class Head(Value):
    """What a chart remembers between requests: versions of the limits and restarts in the order of their time.

    `stale` are the places from which points are still to be judged again, each until a judgement stays as it was.
    """

    count: int = 0
    told: int = 0
    last_place: str = ""
    last_rules: tuple[Rule, ...] = ()
    frozen: tuple[Frozen, ...] = ()
    restarts: tuple[Instant, ...] = ()
    stale: tuple[str, ...] = ()

    def version_at(self, at: datetime) -> Frozen | None:
        """The limits in force at an instant."""
        return next((each for each in reversed(self.frozen) if each.effective_from <= at), None)

    def restart_before(self, at: datetime) -> datetime | None:
        """The last restart until an instant."""
        place = bisect_right(self.restarts, at)
        return self.restarts[place - 1] if place else None


class Excluded(Value):
    """A point that the limits do not rest on, and the assignable cause."""

    point_id: RecordId
    reason: Title


class FreezeLimits(Value):
    """Freeze limits from the points of a window (phase I); they judge from `effective_from`, else the window's end."""

    start: Instant | None = None
    end: Instant | None = None
    excluded: Annotated[tuple[Excluded, ...], Field(max_length=200)] = ()
    effective_from: Instant | None = None
    reason: Text | None = None
    options: ChartOptions | None = None


class LimitsVersion(Frozen):
    """Frozen limits and what they rest on."""

    limits: Limits
    start: Instant
    end: Instant
    points: int
    excluded: tuple[Excluded, ...] = ()
    reason: str | None = None
    frozen_at: Instant
    frozen_by: str


class MarkRestart(Value):
    """Say that the process began anew: a new tool, a repair, another material."""

    at: Instant
    reason: Title


def taken(
    sent: NewPoint, chart: Chart, of: tuple[Characteristic, ...], *, point_id: str, by: str, at: Instant
) -> Point:
    """Check a subgroup against its chart and convert it into the unit of the characteristic, where it is of one."""
    require_subgroup(sent, chart)
    if not of and sent.unit is not None:
        raise broken("/unit", "unit", f"what an {chart.kind} chart shows has no unit of one characteristic")
    values = in_unit_of(of[0], sent.values, sent.unit) if of else sent.values
    return Point(
        point_id=point_id,
        number=0,
        values=tuple(float(each) for each in values),
        inspected=sent.inspected or (chart.subgroup_size if chart.is_of_counts else None),
        operator=sent.operator or by,
        received_at=at,
        **sent.model_dump(include={"at", "found", "lots", "order_id"}),
    )


def require_subgroup(sent: NewPoint, chart: Chart) -> None:
    """Refuse what this chart cannot show."""
    if chart.is_of_counts:
        _require_count(sent, chart)
        return
    if sent.found is not None or sent.inspected is not None:
        raise broken("/found", "kind", f"an {chart.kind} chart shows measured values")
    size = len(chart.characteristics) if chart.kind is ChartKind.T2 else chart.subgroup_size
    if len(sent.values) != size:
        raise broken("/values", "size", f"a subgroup of this chart has {size} values, not {len(sent.values)}")


def _require_count(sent: NewPoint, chart: Chart) -> None:
    if sent.values or sent.found is None:
        raise broken("/found", "kind", f"a {chart.kind} chart shows what was found in inspected units")
    varies = chart.kind in (ChartKind.P, ChartKind.U)
    if varies and sent.inspected is None:
        raise broken("/inspected", "missing", f"a {chart.kind} chart needs how many units were inspected")
    if not varies and sent.inspected not in (None, chart.subgroup_size):
        raise broken("/inspected", "size", f"a sample of this chart is {chart.subgroup_size} units")
    if chart.kind in (ChartKind.P, ChartKind.NP) and sent.found > (sent.inspected or chart.subgroup_size):
        raise broken("/found", "count", "more nonconforming than inspected units")
