"""What a caller sees of work orders."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, PlainSerializer

from functions.production.history import What
from functions.production.model import OrderStatus, WorkOrder
from functions.production.operation import CLOSED, OnDuty, Operation, OperationState, Phase
from functions.production.plan import OrderPlan
from makoto.domain import Instant, Value
from makoto.domain.factory import OperationStep


def _number(value: Decimal) -> float:
    return float(value)


Number = Annotated[Decimal, PlainSerializer(_number, return_type=float, when_used="json")]
"""A quantity as a JSON number: at most fifteen digits are taken in, so none is lost."""


class OrderHeading(Value):
    """An order in a list."""

    order_id: str
    status: OrderStatus
    product: str
    quantity: Number
    unit: str
    priority: int
    due_at: Instant
    start_at: Instant | None
    good: Number
    scrap: Number
    rework: Number
    progress: float = Field(description="Share of the quantity that the last operation made good")


class OrderLine(OrderHeading):
    """An order in a list, with how far it is."""

    due_local: str = Field(description="The due date in the tenant's time zone")
    operations_complete: int
    operations: int
    running: tuple[str, ...] = Field(description="The places where it runs now")


class OperationView(Value):
    """An operation as it stands."""

    sequence: int
    name: str
    state: OperationState
    phase: Phase
    allowed: tuple[str, ...]
    equipment: str | None
    operator: str | None
    reason: int | None
    started_at: Instant | None
    since: Instant | None
    completed_at: Instant | None
    input: Number
    available: Number = Field(description="What may still be reported, without the tolerance")
    good: Number
    scrap: Number
    rework: Number
    in_rework: Number
    crew: tuple[OnDuty, ...]
    characteristics: tuple[str, ...]


class ComponentView(Value):
    """What the order needs of a material."""

    material: str
    quantity: Number
    unit: str


class OrderView(OrderHeading):
    """An order with its operations and what it was planned by."""

    due_local: str
    tolerance: Number
    note: str | None
    planned_at: Instant
    released_at: Instant | None
    started_at: Instant | None
    completed_at: Instant | None
    cancelled_at: Instant | None
    routing: str
    bom: str | None
    components: tuple[ComponentView, ...]
    operations: tuple[OperationView, ...]
    revision: int


class DispatchLine(Value):
    """An operation that can run now."""

    order_id: str
    sequence: int
    name: str
    state: OperationState
    product: str
    unit: str
    priority: int
    due_at: Instant
    due_local: str
    is_late: bool
    available: Number
    allowed: tuple[str, ...]
    planned_setup_s: float
    planned_run_s: float | None = Field(description="For what is available; null where no run time is known")


class LotView(Value):
    """So much of a lot."""

    lot_id: str
    material: str
    quantity: Number
    unit: str


class ChangeView(Value):
    """One line of an order's history: what was done, when (`at`), entered when and by whom."""

    what: What
    by: str
    recorded_at: Instant
    at: Instant
    sequence: int | None
    operator: str | None
    equipment: str | None
    is_setup: bool
    good: Number | None
    scrap: Number | None
    rework: Number | None
    from_rework: bool
    reason: int | None
    note: str | None
    consumed: tuple[LotView, ...]
    produced: tuple[LotView, ...]
    priority: int | None
    due_at: Instant | None


def heading(order: WorkOrder) -> dict[str, Any]:  # Any: fields of several views
    """What every view of an order begins with."""
    taken = ("order_id", "status", "product", "quantity", "unit", "priority", "due_at", "start_at")
    shown = {name: getattr(order, name) for name in (*taken, "good", "scrap", "rework")}
    return shown | {"progress": float(order.good / order.quantity)}


def line(order: WorkOrder, time_zone: str) -> OrderLine:
    """Show an order in a list."""
    return OrderLine(
        **heading(order),
        due_local=local(order.due_at, time_zone),
        operations=len(order.operations),
        operations_complete=sum(each.phase is Phase.COMPLETE for each in order.operations),
        running=tuple(dict.fromkeys(each.equipment for each in order.operations if each.is_running and each.equipment)),
    )


def view(order: WorkOrder, plan: OrderPlan, time_zone: str) -> OrderView:
    """Show an order whole."""
    taken = ("tolerance", "note", "planned_at", "released_at", "started_at", "completed_at", "cancelled_at", "revision")
    return OrderView(
        **heading(order),
        **{name: getattr(order, name) for name in taken},
        due_local=local(order.due_at, time_zone),
        routing=plan.routing,
        bom=plan.bom,
        components=components(plan),
        operations=tuple(_operation(order, place, plan) for place in range(len(order.operations))),
    )


def components(plan: OrderPlan) -> tuple[ComponentView, ...]:
    """Show what an order needs."""
    return tuple(ComponentView(**each.model_dump()) for each in plan.components)


def local(instant: datetime, time_zone: str) -> str:
    """An instant by the tenant's clock."""
    return instant.astimezone(ZoneInfo(time_zone)).isoformat()


def _operation(order: WorkOrder, place: int, plan: OrderPlan) -> OperationView:
    operation: Operation = order.operations[place]
    step: OperationStep = plan.step(operation.sequence)
    counts = operation.counts
    taken = ("phase", "equipment", "operator", "reason", "started_at", "since", "completed_at", "crew")
    return OperationView(
        sequence=operation.sequence,
        name=operation.name,
        state=order.state_of(place),
        **{name: getattr(operation, name) for name in taken},
        allowed=step.equipment,
        input=order.input_of(place),
        available=available(order, place),
        good=counts.good,
        scrap=counts.scrap,
        rework=counts.rework,
        in_rework=counts.in_rework,
        characteristics=step.characteristics,
    )


def available(order: WorkOrder, place: int) -> Decimal:
    """What reached an operation and was not used yet; nothing of one that has ended."""
    if order.operations[place].phase in CLOSED:
        return Decimal(0)
    return max(order.input_of(place) - order.operations[place].counts.used, Decimal(0))
