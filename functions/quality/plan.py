"""An inspection plan: what is inspected of a product at an operation, how often, on which chart, by whom."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.quality.model import Person, Slug, Title, broken
from makoto.analytics.spc import ChartKind, Level
from makoto.domain import Instant, Value
from makoto.domain.factory import MaterialId

CHARTS_OF_MEASUREMENTS = (ChartKind.XBAR_R, ChartKind.XBAR_S, ChartKind.I_MR, ChartKind.EWMA, ChartKind.CUSUM)
CHARTS_OF_COUNTS = (ChartKind.P, ChartKind.NP, ChartKind.C, ChartKind.U)
MOST_IN_SUBGROUP = 50
SIZES = {ChartKind.XBAR_R: (2, 25), ChartKind.XBAR_S: (2, 50), ChartKind.I_MR: (1, 1), ChartKind.T2: (1, 1)}
"""What a kind can be drawn of: a single value has no range, and a range of many values wastes what they say
(ISO 7870-2 tables its constants to 25)."""


class EveryUnits(Value):
    """A sample every so many units."""

    by: Literal["units"] = "units"
    units: Annotated[int, Field(ge=1, le=10**6)]


class EveryMinutes(Value):
    """A sample every so many minutes."""

    by: Literal["time"] = "time"
    minutes: Annotated[int, Field(ge=1, le=60 * 24 * 31)]


class ByAql(Value):
    """Lot by lot, by the acceptable quality limit in nonconforming items per hundred (ISO 2859-1)."""

    by: Literal["lot"] = "lot"
    aql: Annotated[str, Field(pattern=r"^\d{1,4}(\.\d{1,3})?$")]
    level: Level = Level.II


Sampling = Annotated[EveryUnits | EveryMinutes | ByAql, Field(discriminator="by")]


class PlanLine(Value):
    """How one characteristic is inspected. `chart` is fed with what is found."""

    characteristic: Slug
    sampling: Sampling
    sample_size: Annotated[int, Field(ge=1, le=1000)] = 1
    chart_kind: ChartKind | None = None
    chart: Slug | None = None
    inspector: Person = "operator"
    opens_non_conformance: bool = True

    @model_validator(mode="after")
    def _sample_fits_its_chart(self) -> Self:
        require_sample_fits(self.chart_kind, self.sample_size)
        if self.chart is not None and self.chart_kind is None:
            raise ValueError("a line that feeds a chart names its kind")
        return self


class PlanContent(Value):
    """What a version of a plan says."""

    title: Title
    product: MaterialId
    operation: Annotated[int, Field(ge=1, le=9999)] | None = None
    lines: Annotated[tuple[PlanLine, ...], Field(min_length=1, max_length=100)]
    is_capa_required: bool = False
    """Whether a non-conformance that this plan opens is closed only after its cause was removed."""

    @model_validator(mode="after")
    def _characteristics_are_distinct(self) -> Self:
        if len({each.characteristic for each in self.lines}) != len(self.lines):
            raise ValueError("two lines inspect the same characteristic")
        return self

    def line(self, characteristic: str) -> PlanLine | None:
        return next((each for each in self.lines if each.characteristic == characteristic), None)


class NewPlan(PlanContent):
    """A plan under an id of the sender's choice."""

    plan_id: Slug


class InspectionPlan(PlanContent):
    """One version of a plan."""

    plan_id: Slug
    version: int
    is_retired: bool = False
    written_at: Instant
    written_by: str

    @property
    def content(self) -> PlanContent:
        return PlanContent.model_validate(self.model_dump(include=set(PlanContent.model_fields)))


def require_sample_fits(kind: ChartKind | None, size: int) -> None:
    """Refuse a subgroup that the chart cannot be drawn of."""
    if kind is None or kind in CHARTS_OF_COUNTS:
        return
    least, most = SIZES.get(kind, (1, MOST_IN_SUBGROUP))
    if not least <= size <= most:
        raise ValueError(f"a subgroup of an {kind} chart has {least} to {most} values, not {size}")


def require_charted(line: PlanLine, values: int, counted: str | None, inspected: int | None) -> None:
    """Refuse a result that the line's chart cannot show: of another kind, or a subgroup of the wrong size."""
    if line.chart is None or line.chart_kind is None:
        return
    if line.chart_kind not in CHARTS_OF_COUNTS:
        if values != line.sample_size:
            raise broken("/values", "size", f"a subgroup of this plan has {line.sample_size} values, not {values}")
        return
    wanted = "nonconforming" if line.chart_kind in (ChartKind.P, ChartKind.NP) else "defects"
    if counted != wanted:
        raise broken(f"/{counted or 'values'}", "kind", f"a {line.chart_kind} chart counts {wanted}")
    if line.chart_kind in (ChartKind.NP, ChartKind.C) and inspected != line.sample_size:
        raise broken("/inspected", "size", f"a sample of this plan is {line.sample_size} units, not {inspected}")
