"""What a factory is made of: equipment, calendars, materials, routings, reasons, characteristics. Pure values."""

from makoto.domain.factory.calendar import CalendarException, ShiftPattern, ShiftWindow, WorkCalendar, shift_windows
from makoto.domain.factory.equipment import (
    ENTERPRISE,
    Equipment,
    EquipmentId,
    EquipmentLevel,
    WorkCenterKind,
    ancestors_of,
    is_within,
    level_of,
)
from makoto.domain.factory.materials import (
    BillOfMaterial,
    BomLine,
    Characteristic,
    Material,
    MaterialId,
    MaterialKind,
    OperationStep,
    Routing,
    RunTime,
)
from makoto.domain.factory.packml import PackmlCommand, PackmlMode, PackmlState
from makoto.domain.factory.reasons import Loss, Reason, ReasonCode, TimeCategory, reason_of
from makoto.domain.factory.units import Unit, UnitMismatch, UnknownUnit, converted, measures
from makoto.domain.factory.window import Window

__all__ = [
    "ENTERPRISE",
    "BillOfMaterial",
    "BomLine",
    "CalendarException",
    "Characteristic",
    "Equipment",
    "EquipmentId",
    "EquipmentLevel",
    "Loss",
    "Material",
    "MaterialId",
    "MaterialKind",
    "OperationStep",
    "PackmlCommand",
    "PackmlMode",
    "PackmlState",
    "Reason",
    "ReasonCode",
    "Routing",
    "RunTime",
    "ShiftPattern",
    "ShiftWindow",
    "TimeCategory",
    "Unit",
    "UnitMismatch",
    "UnknownUnit",
    "Window",
    "WorkCalendar",
    "WorkCenterKind",
    "ancestors_of",
    "converted",
    "is_within",
    "level_of",
    "measures",
    "reason_of",
    "shift_windows",
]
