"""What a caller sees of what became of an order."""

from pydantic import Field

from functions.production.operation import OperationState
from functions.production.views import ComponentView, Number, OrderHeading
from makoto.domain import Instant, Value


class PlannedAndActual(Value):
    """Times in seconds: setup is ASUT and processing APT of ISO 22400-2; `earned` is PRU × (good + scrap)."""

    planned_setup_s: float
    planned_run_s: float | None
    earned_run_s: float | None
    setup_s: float
    processing_s: float
    paused_s: float
    effectiveness: float | None = Field(description="earned / processing; may exceed 1 where PRU is set too high")


class LabourLine(Value):
    """A stretch of an operator's work; `worked_s` is its share of the operator's time."""

    operator: str
    start: Instant
    end: Instant | None
    worked_s: float
    overlapping_s: float
    is_overlapping: bool = Field(description="The operator was clocked on elsewhere too")


class Scrapped(Value):
    """Scrap of one reason; null where none was told."""

    reason: int | None
    name: str | None
    quantity: Number


class OperationReport(Value):
    """What became of an operation."""

    sequence: int
    name: str
    state: OperationState
    equipment: str | None
    input: Number
    good: Number
    scrap: Number
    rework: Number
    in_rework: Number
    unaccounted: Number = Field(description="What reached the operation and was not reported; negative by tolerance")
    yield_: float | None = Field(serialization_alias="yield", description="good / (good + scrap)")
    first_pass_yield: float | None = Field(description="Good at first pass / input used (GP / IP of ISO 22400-2)")
    scrap_by_reason: tuple[Scrapped, ...]
    times: PlannedAndActual
    labour_s: float
    labour: tuple[LabourLine, ...]


class OrderReport(OrderHeading):
    """What became of an order."""

    started_at: Instant | None
    completed_at: Instant | None
    lateness_s: float = Field(description="After the due date; negative before it")
    overall_yield: float | None = Field(description="Good of the order / what its first operation used")
    rolled_throughput_yield: float | None = Field(description="Product of the operations' first pass yields")
    times: PlannedAndActual
    labour_s: float
    components: tuple[ComponentView, ...]
    operations: tuple[OperationReport, ...]
