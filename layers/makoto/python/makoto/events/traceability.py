"""Facts about lots and serials and what became of them."""

from decimal import Decimal
from typing import ClassVar

from makoto.domain import Instant, TenantId
from makoto.domain.factory import EquipmentId, MaterialId, Unit
from makoto.events.event import Event


class _TraceabilityEvent(Event):
    """What every fact about lots says."""

    source: ClassVar[str] = "makoto.traceability"

    tenant_id: TenantId


class LotRegistered(_TraceabilityEvent):
    """A lot or a serial exists: received, or made by an activity."""

    name: ClassVar[str] = "traceability.lot_registered"

    lot_id: str
    material: MaterialId
    quantity: Decimal
    unit: Unit


class ActivityRecorded(_TraceabilityEvent):
    """Something was done with lots; `flags` name what was found wrong and let through."""

    name: ClassVar[str] = "traceability.activity_recorded"

    activity_id: str
    kind: str
    at: Instant
    equipment: EquipmentId | None = None
    order_id: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class LotHeld(_TraceabilityEvent):
    """Nothing of the lot may be used or shipped; `cause` is a non-conformance, a recall or a person's word."""

    name: ClassVar[str] = "traceability.lot_held"

    lot_id: str
    cause: str
    reason: str


class LotReleased(_TraceabilityEvent):
    """One cause of holding is gone; `is_free` where none is left."""

    name: ClassVar[str] = "traceability.lot_released"

    lot_id: str
    cause: str
    is_free: bool


class LotsTraced(_TraceabilityEvent):
    """What a non-conformance reaches: lots now held, and lots that were past holding (consumed, shipped, scrapped).

    Where no hold was wanted, `reached` names the lots that could have been held. A large answer comes in several parts,
    each with lots of its own: `part` counts from 1 to `parts`. `is_late` is told without being asked again: lots that
    belong to the case and were reported after it was traced.
    """

    name: ClassVar[str] = "traceability.lots_traced"

    nc_id: str
    held: tuple[str, ...]
    beyond: tuple[str, ...]
    reached: tuple[str, ...] = ()
    part: int = 1
    parts: int = 1
    is_late: bool = False


class SweepAdvanced(_TraceabilityEvent):
    """A large hold or release is to go on with its next step; traceability itself reads it."""

    name: ClassVar[str] = "traceability.sweep_advanced"

    sweep_id: str
    step: int


class RecallOpened(_TraceabilityEvent):
    """Lots are called back from customers; both lists are cut off at 1,000 names, the recall itself has all."""

    name: ClassVar[str] = "traceability.recall_opened"

    recall_id: str
    lots: tuple[str, ...]
    customers: tuple[str, ...]
