"""Everything that goes into a quantity of a product, level by level. Pure."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from makoto.domain import Value
from makoto.domain.factory import BillOfMaterial, MaterialId, Unit, UnitMismatch, converted
from makoto.errors import Conflict, FieldError, Invalid

MAX_LEVELS = 50
MAX_NEEDS = 10_000

Bills = Callable[[str], BillOfMaterial | None]
"""The bill of a product in force on the day asked for."""

Units = Callable[[str], str]
"""The unit that a material is kept in."""


class BillLoop(Conflict):
    """A product goes into itself."""


class TooManyComponents(Invalid):
    """More components than one answer holds."""


class Need(Value):
    """So much of a material at one place of the structure, in the unit that it is kept in; `path` leads to it."""

    level: int
    path: tuple[MaterialId, ...]
    material: MaterialId
    quantity: Decimal
    unit: Unit
    scrap: Decimal
    is_made: bool


class Explosion(Value):
    """A product's needs in the order of the structure, and their totals by material."""

    product: MaterialId
    quantity: Decimal
    unit: Unit
    on: date
    needs: tuple[Need, ...]
    totals: dict[MaterialId, Decimal]


def exploded(product: str, quantity: Decimal, on: date, bills: Bills, unit_of: Units) -> Explosion:
    """Work out what a quantity of a product, in its stock unit, needs; what is lost as scrap is added."""
    needs: list[Need] = []
    for need in _needs((product,), quantity, bills, unit_of):
        if len(needs) == MAX_NEEDS:
            raise TooManyComponents(f"{product} has more than {MAX_NEEDS} components")
        needs.append(need)
    totals: dict[str, Decimal] = {}
    for need in needs:
        totals[need.material] = totals.get(need.material, Decimal(0)) + need.quantity
    return Explosion(
        product=product, quantity=quantity, unit=unit_of(product), on=on, needs=tuple(needs), totals=totals
    )


def _needs(path: tuple[str, ...], quantity: Decimal, bills: Bills, unit_of: Units) -> Iterator[Need]:
    bill = bills(path[-1])
    if bill is None:
        return
    if len(path) > MAX_LEVELS:
        raise TooManyComponents(f"{path[0]} has more than {MAX_LEVELS} levels")
    portions = _in_unit(quantity, unit_of(path[-1]), bill.unit) / bill.base_quantity
    for line in bill.lines:
        if line.material in path:
            loop = " → ".join((*path, line.material))
            raise BillLoop(f"{loop} is a loop", errors=[FieldError("/product", "loop", loop)])
        unit = unit_of(line.material)
        wanted = _in_unit(line.quantity * portions / (1 - line.scrap), line.unit, unit)
        yield Need(
            level=len(path),
            path=(*path, line.material),
            material=line.material,
            quantity=wanted,
            unit=unit,
            scrap=line.scrap,
            is_made=bills(line.material) is not None,
        )
        yield from _needs((*path, line.material), wanted, bills, unit_of)


def _in_unit(quantity: Decimal, source: str, target: str) -> Decimal:
    try:
        return converted(quantity, source, target)
    except UnitMismatch as error:
        raise Invalid(str(error), errors=[FieldError("/unit", "unit", str(error))]) from error
