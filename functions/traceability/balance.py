"""Mass balance: what went in is what came out and what was scrapped, within a tolerance."""

from collections.abc import Sequence
from decimal import Context, Decimal

from functions.traceability.activities import ActivityKind, Balance, Moved, ScrapLine
from functions.traceability.model import IN_PROGRESS
from makoto.domain.factory import UnitMismatch, converted, measures
from makoto.errors import Conflict, FieldError, Invalid

PLACES = Decimal("1e-12")
_WIDE = Context(prec=60)
CONSERVED = frozenset({ActivityKind.SPLIT, ActivityKind.MERGE})
"""Kinds whose two sides are the same material and so always comparable."""


class QuantitiesDoNotBalance(Conflict):
    """More or less came out than went in."""


class UnitsDoNotConvert(Invalid):
    """The units measure different things."""


def in_unit(value: Decimal, unit: str, target: str, pointer: str) -> Decimal:
    """A quantity in another unit, to twelve decimal places; a typed error where they measure different things."""
    try:
        return _plain(converted(value, unit, target))
    except UnitMismatch as mismatch:
        raise UnitsDoNotConvert(str(mismatch), errors=[FieldError(pointer, "unit", str(mismatch))]) from mismatch


def balance_of(
    kind: ActivityKind,
    inputs: Sequence[Moved],
    outputs: Sequence[Moved],
    scrap: Sequence[ScrapLine],
    tolerance: Decimal,
) -> Balance:
    """Compare both sides in kilograms where every line has a mass, else in the first input's unit.

    Lengths, areas, volumes and pieces are compared where all lines measure the same; pieces of several materials are
    not, since four screws and a body are one assembly.
    """
    inputs = [each for each in inputs if each.material != IN_PROGRESS]
    if not inputs or not outputs:
        return Balance(state="not_asked")
    sides: dict[str, Sequence[Moved | ScrapLine]] = {"inputs": inputs, "outputs": outputs, "scrap": scrap}
    lines = [line for side in sides.values() for line in side]
    if all(_mass(line) is not None for line in lines):
        return _compared("kg", [[_mass(each) or Decimal(0) for each in side] for side in sides.values()], tolerance)
    unit = inputs[0].unit
    if kind not in CONSERVED and not _is_comparable(inputs, lines):
        return Balance(state="not_comparable")
    amounts = [
        [in_unit(each.quantity, each.unit, unit, f"/{name}/{index}/unit") for index, each in enumerate(side)]
        for name, side in sides.items()
    ]
    return _compared(unit, amounts, tolerance)


def require_balanced(balance: Balance) -> None:
    """Refuse what does not balance."""
    if balance.state == "unbalanced":
        detail = (
            f"{balance.inputs} {balance.unit} went in, {balance.outputs} came out and {balance.scrap} were scrapped: "
            f"{balance.difference} {balance.unit} are unaccounted for"
        )
        raise QuantitiesDoNotBalance(detail, errors=[FieldError("/outputs", "balance", detail)])


def amounts_of(side: Sequence[Moved]) -> tuple[float | None, ...]:
    """The amounts of one side in one unit: kilograms, else the first line's; None for each where they do not add up."""
    masses = [_mass(each) for each in side]
    if all(mass is not None for mass in masses):
        return tuple(float(mass or 0) for mass in masses)
    if len({measures(each.unit) for each in side}) > 1 or _is_count_of_several(side):
        return (None,) * len(side)
    return tuple(float(in_unit(each.quantity, each.unit, side[0].unit, "/unit")) for each in side)


def _is_comparable(inputs: Sequence[Moved], lines: Sequence[Moved | ScrapLine]) -> bool:
    return len({measures(each.unit) for each in lines}) == 1 and not _is_count_of_several(inputs)


def _is_count_of_several(side: Sequence[Moved]) -> bool:
    return measures(side[0].unit) == "count" and len({each.material for each in side}) > 1


def _mass(line: Moved | ScrapLine) -> Decimal | None:
    if line.mass_kg is not None:
        return line.mass_kg
    return converted(line.quantity, line.unit, "kg") if measures(line.unit) == "mass" else None


def _compared(unit: str, sides: Sequence[Sequence[Decimal]], tolerance: Decimal) -> Balance:
    went_in, came_out, scrapped = (sum(side, Decimal(0)) for side in sides)
    difference = went_in - came_out - scrapped
    is_balanced = abs(difference) <= tolerance * max(went_in, came_out + scrapped)
    return Balance(
        state="balanced" if is_balanced else "unbalanced",
        unit=unit,
        inputs=_plain(went_in),
        outputs=_plain(came_out),
        scrap=_plain(scrapped),
        difference=_plain(difference),
    )


def _plain(value: Decimal) -> Decimal:
    """At most twelve decimal places, none that are zero, no exponent."""
    rounded = value.quantize(PLACES, context=_WIDE)
    return Decimal(f"{rounded:f}".rstrip("0").rstrip("."))
