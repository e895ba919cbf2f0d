"""What becomes of the lots that a non-conformance affects."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.quality.model import LotId, Text
from makoto.domain import Instant, Value
from makoto.domain.factory import Unit

MOST_LOTS, MOST_DECISIONS = 1200, 80
"""As many as one document holds (400 kB in the narrowest store)."""


Reason = Annotated[Text, Field(max_length=500)]


class Disposition(StrEnum):
    """What becomes of nonconforming product (ISO 9000, 3.12)."""

    USE_AS_IS = "use_as_is"
    REWORK = "rework"
    REGRADE = "regrade"
    RETURN_TO_SUPPLIER = "return_to_supplier"
    SCRAP = "scrap"


class Decision(Value):
    """What was decided of lots, or of so much of one."""

    number: int
    disposition: Disposition
    quantity: Decimal | None = None
    unit: Unit | None = None
    is_partial: bool = False
    reason: str
    by: str
    at: Instant


class AffectedLot(Value):
    """A lot that may not conform: named at first, then traced as held or as beyond holding."""

    lot_id: str
    state: Literal["named", "held", "beyond"] = "named"
    is_decided: bool = False
    decisions: tuple[int, ...] = ()
    """The numbers of what was decided of it."""


class Decide(Value):
    """Decide what becomes of these lots, or of all that nothing is decided of."""

    disposition: Disposition
    lots: Annotated[tuple[LotId, ...], Field(max_length=MOST_LOTS)] = ()
    quantity: Annotated[Decimal, Field(gt=0, max_digits=28, decimal_places=12)] | None = None
    unit: Unit | None = None
    is_partial: bool = False
    reason: Reason

    @model_validator(mode="after")
    def _quantity_is_of_one_lot(self) -> Self:
        if self.quantity is not None and len(self.lots) != 1:
            raise ValueError("a quantity is of one lot")
        if (self.quantity is None) != (self.unit is None):
            raise ValueError("quantity and unit are said together")
        if self.is_partial and self.quantity is None:
            raise ValueError("who decides of a part says of how much")
        return self
