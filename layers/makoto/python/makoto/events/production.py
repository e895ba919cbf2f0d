"""Facts about work orders: what was planned, started, made and finished."""

from decimal import Decimal
from typing import ClassVar

from makoto.domain import Instant, TenantId
from makoto.domain.factory import EquipmentId, MaterialId, Unit
from makoto.domain.value import Value
from makoto.events.event import Event


class _WorkOrderEvent(Event):
    """What every fact about a work order says; `product` in `unit` is what it makes."""

    source: ClassVar[str] = "makoto.production"

    tenant_id: TenantId
    order_id: str
    product: MaterialId
    unit: Unit


class LotUse(Value):
    """So much of a lot (or of one serial) that went into an operation, or came out of it."""

    lot_id: str
    material: MaterialId
    quantity: Decimal
    unit: Unit


class WorkOrderPlanned(_WorkOrderEvent):
    """It is decided that so much is to be made."""

    name: ClassVar[str] = "production.work_order_planned"

    quantity: Decimal
    due_at: Instant
    priority: int


class WorkOrderRescheduled(_WorkOrderEvent):
    """The order is due at another time or as urgent as it was not."""

    name: ClassVar[str] = "production.work_order_rescheduled"

    due_at: Instant
    priority: int


class WorkOrderReleased(_WorkOrderEvent):
    """The shop floor may begin."""

    name: ClassVar[str] = "production.work_order_released"

    quantity: Decimal
    due_at: Instant


class WorkOrderStarted(_WorkOrderEvent):
    """The first operation began."""

    name: ClassVar[str] = "production.work_order_started"

    started_at: Instant


class WorkOrderCompleted(_WorkOrderEvent):
    """The last operation is complete; the quantities are those of the order, scrap of all operations."""

    name: ClassVar[str] = "production.work_order_completed"

    started_at: Instant
    completed_at: Instant
    good: Decimal
    scrap: Decimal
    rework: Decimal


class WorkOrderCancelled(_WorkOrderEvent):
    """Nothing more is made for the order."""

    name: ClassVar[str] = "production.work_order_cancelled"

    reason: str


class _OperationEvent(_WorkOrderEvent):
    """What every fact about an operation of an order says."""

    sequence: int
    equipment: EquipmentId
    operator: str
    at: Instant


class OperationStarted(_OperationEvent):
    """An operation began, or goes on after a pause, at this place."""

    name: ClassVar[str] = "production.operation_started"

    is_setup: bool = False


class OperationPaused(_OperationEvent):
    """An operation stands still; its order stays registered at the place."""

    name: ClassVar[str] = "production.operation_paused"

    reason: int | None = None


class QuantityReported(_OperationEvent):
    """Units were made, scrapped or sent to rework since the report before; a correction may be negative.

    `consumed` and `produced` are the lots, where they are tracked. `from_rework` says that the units were counted as
    rework before: they used no more of the input.
    """

    name: ClassVar[str] = "production.quantity_reported"

    good: Decimal
    scrap: Decimal
    rework: Decimal
    from_rework: bool = False
    scrap_reason: int | None = None
    consumed: tuple[LotUse, ...] = ()
    produced: tuple[LotUse, ...] = ()


class OperationCompleted(_OperationEvent):
    """An operation ended at this place; the quantities are its own in all, wherever it ran before."""

    name: ClassVar[str] = "production.operation_completed"

    good: Decimal
    scrap: Decimal
    rework: Decimal


class OperationLeft(_OperationEvent):
    """An operation goes on elsewhere, or its order is cancelled: the order stands at this place no longer."""

    name: ClassVar[str] = "production.operation_left"


class OperatorClockedOn(_OperationEvent):
    """An operator works on the operation from now on."""

    name: ClassVar[str] = "production.operator_clocked_on"


class OperatorClockedOff(_OperationEvent):
    """An operator works on the operation no more; an operation's end clocks everybody off without a word of its own."""

    name: ClassVar[str] = "production.operator_clocked_off"
