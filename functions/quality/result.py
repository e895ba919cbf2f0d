"""What was found at an inspection, and whether it conforms."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.quality.model import Count, LotId, Measured, Person, RecordId, Slug, Some, broken
from functions.quality.plan import InspectionPlan, PlanLine, require_charted
from makoto.domain import Instant, Value
from makoto.domain.factory import Characteristic, EquipmentId, ReasonCode, Unit, UnitMismatch, converted

MOST_VALUES = 1000
MOST_AT_ONCE = 200


class ReasonCount(Value):
    """So many units or defects for one reason."""

    reason: ReasonCode
    count: Some


class _Found(Value):
    """What an inspector says: measured `values`, or of `inspected` units those `nonconforming`, or their `defects`."""

    plan_id: Slug | None = None
    characteristic: Slug
    at: Instant
    values: Annotated[tuple[Measured, ...], Field(max_length=MOST_VALUES)] = ()
    unit: Unit | None = None
    inspected: Some | None = None
    nonconforming: Count | None = None
    defects: Count | None = None
    reasons: Annotated[tuple[ReasonCount, ...], Field(max_length=50)] = ()
    lot_id: LotId | None = None
    order_id: RecordId | None = None
    operation: Annotated[int, Field(ge=1, le=9999)] | None = None
    equipment: EquipmentId | None = None
    operator: Person | None = None
    gauge_id: RecordId | None = None


class NewResult(_Found):
    """A result as it is sent; without an id it is a new one each time."""

    result_id: RecordId | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        said = [bool(self.values), self.nonconforming is not None, self.defects is not None]
        if sum(said) != 1:
            raise ValueError("a result has either values, or nonconforming, or defects")
        if not self.values and self.inspected is None:
            raise ValueError("who counts says how many units were inspected")
        if self.values and (self.inspected is not None or self.reasons):
            raise ValueError("measured values have no inspected units and no reasons of their own")
        return self

    @model_validator(mode="after")
    def _counts_are_possible(self) -> Self:
        found = self.defects if self.nonconforming is None else self.nonconforming
        if self.nonconforming is not None and self.nonconforming > (self.inspected or 0):
            raise ValueError(f"{self.nonconforming} nonconforming of {self.inspected} inspected units")
        if found is not None and sum(each.count for each in self.reasons) > found:
            raise ValueError("the reasons count more than was found")
        return self


class PostResults(Value):
    """Results in any order; each is taken or refused on its own."""

    results: Annotated[tuple[dict[str, object], ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class InspectionResult(_Found):
    """A result as it is kept: values in the characteristic's unit, judged against the tolerance of that moment."""

    result_id: RecordId
    lower: Decimal | None
    upper: Decimal | None
    out_of_tolerance: int
    is_conforming: bool
    chart: Slug | None = None
    opens_non_conformance: bool = False
    plan_version: int | None = None
    recorded_at: Instant
    recorded_by: str

    @property
    def units_inspected(self) -> int:
        return len(self.values) if self.values else self.inspected or 0


class Refused(Value):
    """A broken rule of one result."""

    pointer: str
    rule: str
    detail: str


class ResultAnswer(Value):
    """What became of one result."""

    index: int
    result: InspectionResult | None = None
    status: Literal["recorded", "known", "refused"]
    errors: tuple[Refused, ...] = ()


class ResultAnswers(Value):
    """What became of each."""

    recorded: int
    refused: int
    items: tuple[ResultAnswer, ...]


def inspected(
    sent: NewResult, of: Characteristic, plan: InspectionPlan | None, *, result_id: str, at: Instant, by: str
) -> InspectionResult:
    """Decide whether a result conforms; a value on the limit does."""
    values = in_unit_of(of, sent.values, sent.unit)
    outside = sum(not within(value, of) for value in values)
    found = outside + (sent.nonconforming or 0) + (sent.defects or 0)
    line = line_of(plan, sent)
    said = sent.model_dump(exclude={"result_id", "values", "unit"})
    judged: dict[str, object] = {
        "values": values,
        "unit": of.unit if values else None,
        "lower": of.lower,
        "upper": of.upper,
        "out_of_tolerance": outside,
        "is_conforming": found == 0,
    }
    asked: dict[str, object] = {
        "chart": line.chart if line else None,
        "opens_non_conformance": bool(line and line.opens_non_conformance),
        "plan_version": plan.version if plan else None,
    }
    kept = {"result_id": result_id, "recorded_at": at, "recorded_by": by, "operator": sent.operator or by}
    return InspectionResult.model_validate(said | judged | asked | kept)


def in_unit_of(of: Characteristic, values: tuple[Decimal, ...], unit: str | None) -> tuple[Decimal, ...]:
    """Convert what was measured into the characteristic's unit."""
    try:
        return tuple(converted(value, unit or of.unit, of.unit) for value in values)
    except UnitMismatch as mismatch:
        raise broken("/unit", "unit", str(mismatch)) from mismatch


def within(value: Decimal, of: Characteristic) -> bool:
    """Whether a value lies in the tolerance, its limits included."""
    return (of.lower is None or of.lower <= value) and (of.upper is None or value <= of.upper)


def line_of(plan: InspectionPlan | None, sent: NewResult) -> PlanLine | None:
    """Find what the plan says of this inspection."""
    if plan is None:
        return None
    if plan.is_retired:
        raise broken("/plan_id", "retired", f"the plan {plan.plan_id} is retired")
    line = plan.line(sent.characteristic)
    if line is None:
        raise broken("/characteristic", "plan", f"the plan {plan.plan_id} does not inspect {sent.characteristic}")
    counted = "nonconforming" if sent.nonconforming is not None else "defects" if sent.defects is not None else None
    require_charted(line, len(sent.values), counted, sent.inspected)
    return line
