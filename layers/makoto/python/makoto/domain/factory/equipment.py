"""The role-based equipment hierarchy of ISA-95 (IEC 62264-1): enterprise, site, area, work center, work unit."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from makoto.domain.ids import Slug
from makoto.domain.value import Value

_SLUG = r"[a-z0-9][a-z0-9-]{0,62}"
EquipmentId = Annotated[str, StringConstraints(pattern=rf"^{_SLUG}(/{_SLUG}){{0,3}}$")]
"""A place in the hierarchy, `site[/area[/work center[/work unit]]]`; its parents are its own prefixes."""

ENTERPRISE = ""
"""The place above all sites: the tenant itself."""


class EquipmentLevel(StrEnum):
    """ISA-95 levels of the hierarchy, the enterprise being the tenant."""

    SITE = "site"
    AREA = "area"
    WORK_CENTER = "work_center"
    WORK_UNIT = "work_unit"


class WorkCenterKind(StrEnum):
    """What a work center is (IEC 62264-1, 5.3.2)."""

    PROCESS_CELL = "process_cell"
    PRODUCTION_UNIT = "production_unit"
    PRODUCTION_LINE = "production_line"
    STORAGE_ZONE = "storage_zone"


def level_of(equipment: str) -> EquipmentLevel:
    """The level of a place, which its depth says."""
    return list(EquipmentLevel)[equipment.count("/")]


def ancestors_of(equipment: str) -> Iterator[str]:
    """The places above one, nearest first, without the enterprise."""
    while "/" in equipment:
        equipment = equipment.rpartition("/")[0]
        yield equipment


def is_within(equipment: str, place: str) -> bool:
    """Whether `equipment` is `place` or stands below it; everything is within the enterprise."""
    return place == ENTERPRISE or equipment == place or equipment.startswith(f"{place}/")


class Equipment(Value):
    """One element of the hierarchy. What it does not say itself (calendar, time zone) its nearest ancestor says."""

    kind: Literal["equipment"] = "equipment"
    id: EquipmentId
    name: str = Field(min_length=1, max_length=200)
    work_center: WorkCenterKind | None = None
    calendar: Slug | None = None
    capacity_per_hour: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    is_bottleneck: bool = False
    """The unit whose figures stand for its line's, where a line is judged by one unit (OPC 40001-1 C.2)."""

    @property
    def level(self) -> EquipmentLevel:
        return level_of(self.id)
