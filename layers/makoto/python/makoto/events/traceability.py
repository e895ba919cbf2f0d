"""Facts about lots and serials and what became of them."""

from decimal import Decimal
from typing import ClassVar

from makoto.domain import TenantId
from makoto.domain.factory import MaterialId, Unit
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
    """What a non-conformance reaches: lots now held, and lots that were past holding (consumed, shipped, scrapped)."""

    name: ClassVar[str] = "traceability.lots_traced"

    nc_id: str
    held: tuple[str, ...]
    beyond: tuple[str, ...]


class RecallOpened(_TraceabilityEvent):
    """Lots are called back from customers."""

    name: ClassVar[str] = "traceability.recall_opened"

    recall_id: str
    lots: tuple[str, ...]
    customers: tuple[str, ...]
