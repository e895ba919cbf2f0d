"""Materials, what they are made of, and the steps that make them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from makoto.domain.factory.equipment import EquipmentId
from makoto.domain.factory.units import Unit
from makoto.domain.ids import Slug
from makoto.domain.value import Value

MaterialId = Slug
Name = Annotated[str, Field(min_length=1, max_length=200)]
Positive = Annotated[Decimal, Field(gt=0, max_digits=28, decimal_places=12)]
NotNegative = Annotated[Decimal, Field(ge=0, max_digits=28, decimal_places=12)]
Measure = Annotated[Decimal, Field(max_digits=40, decimal_places=20)]
Share = Annotated[Decimal, Field(ge=0, lt=1, max_digits=12, decimal_places=10)]


class MaterialKind(StrEnum):
    """Where a material stands in the flow."""

    RAW = "raw"
    INTERMEDIATE = "intermediate"
    FINISHED = "finished"
    PACKAGING = "packaging"


class Material(Value):
    """A material definition (ISA-95), made, bought or both; `unit` is the one that stock is kept in."""

    kind: Literal["material"] = "material"
    id: MaterialId
    name: Name
    of: MaterialKind = MaterialKind.FINISHED
    unit: Unit = "pcs"
    shelf_life_days: Annotated[int, Field(gt=0, le=36_500)] | None = None
    gtin: Annotated[str, Field(pattern=r"^\d{8}$|^\d{12,14}$")] | None = None
    tracked_by: Literal["lot", "serial"] = "lot"


class BomLine(Value):
    """So much of a component for the bill's base quantity; `scrap` is the share that is lost on the way."""

    material: MaterialId
    quantity: Positive
    unit: Unit
    scrap: Share = Decimal(0)


class _Effective(Value):
    """In force from the first day until the last, both included, in the tenant's time zone."""

    effective_from: date
    effective_to: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self

    def is_effective(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class BillOfMaterial(_Effective):
    """What goes into `base_quantity` of a product; versions of one product follow each other by their dates."""

    kind: Literal["bom"] = "bom"
    id: Slug
    product: MaterialId
    base_quantity: Positive = Decimal(1)
    unit: Unit = "pcs"
    lines: Annotated[tuple[BomLine, ...], Field(min_length=1, max_length=500)]


class OperationStep(Value):
    """One operation of a routing. `equipment` are the places that can do it; a place stands for all below it."""

    sequence: Annotated[int, Field(ge=1, le=9999)]
    name: Name
    equipment: Annotated[tuple[EquipmentId, ...], Field(min_length=1, max_length=50)]
    setup_s: NotNegative = Decimal(0)
    characteristics: tuple[Slug, ...] = ()
    """What is inspected here."""


class Routing(_Effective):
    """The operations that make a product, in the order of their sequence."""

    kind: Literal["routing"] = "routing"
    id: Slug
    product: MaterialId
    operations: Annotated[tuple[OperationStep, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _sequences_are_distinct(self) -> Self:
        if len({each.sequence for each in self.operations}) != len(self.operations):
            raise ValueError("two operations have the same sequence")
        return self


class RunTime(_Effective):
    """Planned run time per unit, PRU of ISO 22400-2: the ideal seconds that one unit of a product takes at a place.

    Said of a place, it holds for everything below it that has none of its own.
    """

    kind: Literal["run_time"] = "run_time"
    id: Slug
    product: MaterialId
    equipment: EquipmentId
    seconds_per_unit: Positive


class Characteristic(Value):
    """What is measured or judged of a product, with its tolerance (ISO 9000: characteristic)."""

    kind: Literal["characteristic"] = "characteristic"
    id: Slug
    name: Name
    product: MaterialId | None = None
    unit: Unit = "1"
    nominal: Measure | None = None
    lower: Measure | None = None
    upper: Measure | None = None
    metric: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The metric of telemetry that measures it, where a machine does."""

    @model_validator(mode="after")
    def _tolerance_is_in_order(self) -> Self:
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError("lower must lie below upper")
        if self.nominal is not None and not (
            _in_order(self.lower, self.nominal) and _in_order(self.nominal, self.upper)
        ):
            raise ValueError("nominal lies outside the tolerance")
        return self


def _in_order(less: Decimal | None, more: Decimal | None) -> bool:
    return less is None or more is None or less <= more
