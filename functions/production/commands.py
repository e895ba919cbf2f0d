"""What production is asked to do."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from makoto.domain import Instant, Slug, Value
from makoto.domain.factory import EquipmentId, MaterialId, ReasonCode, Unit

MAX_LOTS = 100
FIRST_YEAR, LAST_YEAR = 2000, 2199
DEFAULT_PRIORITY = 500

Quantity = Annotated[Decimal, Field(max_digits=15, decimal_places=6)]
"""Fifteen digits: as many as survive a JSON number in every client (IEEE 754 double)."""

Positive = Annotated[Quantity, Field(gt=0)]
NotNegative = Annotated[Quantity, Field(ge=0)]
Tolerance = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]
Operator = Annotated[
    str, StringConstraints(min_length=1, max_length=128, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Note = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Priority = Annotated[int, Field(ge=1, le=999, description="1 is the most urgent")]
Sequence = Annotated[int, Field(ge=1, le=9999)]
LotId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
IdempotencyKey = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
Cursor = Annotated[str, StringConstraints(max_length=8192)]
OrderStatusName = Literal["planned", "released", "in_progress", "complete", "cancelled"]


def _in_our_time(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"a time lies between the years {FIRST_YEAR} and {LAST_YEAR}")
    return at


Moment = Annotated[Instant, AfterValidator(_in_our_time)]
"""A time that every zone's clock can show, and that is no slip of the year."""


class PlanOrder(Value):
    """Make so much of a product by `due_at`; `start_at` is when it is meant to begin.

    `unit` is any that converts to the product's own. `tolerance` is the share by which each operation may report more
    than reached it.
    """

    order_id: Slug | None = None
    product: MaterialId
    quantity: Positive
    unit: Unit | None = None
    due_at: Moment
    start_at: Moment | None = None
    priority: Priority = DEFAULT_PRIORITY
    tolerance: Tolerance = Decimal(0)
    note: Note | None = None


class RescheduleOrder(Value):
    """Change when an order is due, meant to begin, or how urgent it is; what is left out stays."""

    priority: Priority | None = None
    due_at: Moment | None = None
    start_at: Moment | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("say a priority, due_at or start_at")
        return self


class CancelOrder(Value):
    """Make nothing more for the order."""

    reason: Note


class _Action(Value):
    """Who acts on an operation and when: the caller, now, where it is not said."""

    operator: Operator | None = None
    at: Moment | None = None


class StartOperation(_Action):
    """Begin at a place, by setting it up or at once; a second start ends the setup."""

    equipment: EquipmentId
    is_setup: bool = False


class PauseOperation(_Action):
    """Stand still, because of a reason where it is known."""

    reason: ReasonCode | None = None


class ResumeOperation(_Action):
    """Go on after a pause, here or at another place."""

    equipment: EquipmentId | None = None
    is_setup: bool = False


class CompleteOperation(_Action):
    """End it."""


class Lot(Value):
    """So much of a lot, or of a serial; less than nothing only in a correction, which takes it back."""

    lot_id: LotId
    material: MaterialId
    quantity: Quantity
    unit: Unit


class ReportQuantities(_Action):
    """What was made since the report before.

    `rework` are units that are to be done again here; when they come back they are told as good or scrap with
    `from_rework`. A `correction` says why earlier figures or lots were wrong and may take back.
    """

    good: Quantity = Decimal(0)
    scrap: Quantity = Decimal(0)
    rework: Quantity = Decimal(0)
    from_rework: bool = False
    reason: ReasonCode | None = Field(default=None, description="Why the scrap, or the rework")
    correction: Note | None = None
    consumed: Annotated[tuple[Lot, ...], Field(max_length=MAX_LOTS)] = ()
    produced: Annotated[tuple[Lot, ...], Field(max_length=MAX_LOTS)] = ()

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if self.from_rework and self.rework:
            raise ValueError("what comes back from rework is good or scrap")
        return self


class ClockLabour(_Action):
    """Begin or end an operator's work on the operation."""

    action: Literal["on", "off"]


class ListOrders(Value):
    """Which orders to list, in the order of their due dates."""

    status: OrderStatusName | None = None
    product: MaterialId | None = None
    equipment: EquipmentId | None = None
    due_from: Instant | None = None
    due_to: Instant | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor | None = None


class ListDispatch(Value):
    """What can run now at a place."""

    equipment: EquipmentId
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Cursor | None = None


class Act(Value):
    """Who enters something, and when."""

    by: str
    now: datetime


def digest_of(command: Value, about: str = "") -> str:
    """Name what is asked for, so that the same key or id with something else is seen."""
    return sha256(f"{type(command).__name__}\n{about}\n{command.model_dump_json()}".encode()).hexdigest()
