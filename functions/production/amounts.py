"""Quantities as an order counts them: in the product's own unit, whole where they are pieces, to six decimals."""

from decimal import ROUND_CEILING, Decimal

from functions.production.refusals import FractionOfPiece, QuantityOutOfRange, UnitsDoNotConvert, field
from makoto.domain.factory import UnitMismatch, converted

DIGITS = Decimal("0.000001")
"""The finest that a quantity is told in."""

MOST = Decimal(10) ** 15
PIECES = "pcs"


def in_unit(quantity: Decimal, unit: str, target: str, pointer: str) -> Decimal:
    """Convert; UnitsDoNotConvert names the field that the pointer says."""
    try:
        return converted(quantity, unit, target)
    except UnitMismatch as mismatch:
        raise UnitsDoNotConvert(str(mismatch), errors=field(pointer, "unit", str(mismatch))) from mismatch


def rounded(quantity: Decimal, pointer: str) -> Decimal:
    """Round to the finest that is told; QuantityOutOfRange where nothing is left or too much."""
    if quantity >= MOST or quantity < DIGITS:
        rule = field(pointer, "range", f"{DIGITS} to {MOST:f} in the material's own unit")
        raise QuantityOutOfRange("the quantity is too small or too large", errors=rule)
    return quantity.quantize(DIGITS).normalize() + 0


def require_whole(quantity: Decimal, unit: str, pointer: str) -> None:
    """Raise for a fraction of a piece."""
    if unit == PIECES and quantity != quantity.to_integral_value():
        raise FractionOfPiece("pieces are counted whole", errors=field(pointer, "whole", "a whole number"))


def whole(quantity: Decimal, unit: str) -> Decimal:
    """As many whole pieces as suffice; what is measured stays as it is."""
    return quantity.to_integral_value(ROUND_CEILING) if unit == PIECES else quantity
