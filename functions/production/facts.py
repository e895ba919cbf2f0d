"""What production tells other domains of a change."""

from collections.abc import Iterator
from typing import Any

from functions.production.commands import Lot
from functions.production.history import Change
from functions.production.model import OrderStatus, WorkOrder
from functions.production.operation import CLOSED, Operation
from makoto.events import Event
from makoto.events.production import (
    LotUse,
    OperationCompleted,
    OperationLeft,
    OperationPaused,
    OperationStarted,
    OperatorClockedOff,
    OperatorClockedOn,
    QuantityReported,
    WorkOrderCancelled,
    WorkOrderCompleted,
    WorkOrderPlanned,
    WorkOrderReleased,
    WorkOrderRescheduled,
    WorkOrderStarted,
)

_CLOCKED = {"clocked_on": OperatorClockedOn, "clocked_off": OperatorClockedOff}


def facts_of(before: WorkOrder | None, after: WorkOrder, change: Change, tenant_id: str) -> list[Event]:
    """Say what a change is to others, in the order in which it came about."""
    about = {"tenant_id": tenant_id, "order_id": after.order_id, "product": after.product, "unit": after.unit}
    left = [_left(each, change, about) for each in (before.operations if before else ()) if _leaves(each, change)]
    if change.sequence is None:
        return [*left, _of_order(after, change, about)]
    facts = [*left, *_of_operation(after, change, about)]
    if before is not None and before.started_at is None and after.started_at is not None:
        facts.insert(0, WorkOrderStarted(**about, started_at=after.started_at))
    if change.what == "completed" and after.status is OrderStatus.COMPLETE:
        facts.append(_order_completed(after, about))
    return facts


def _of_order(order: WorkOrder, change: Change, about: dict[str, Any]) -> Event:  # Any: fields of several facts
    dates = {"due_at": order.due_at, "priority": order.priority}
    match change.what:
        case "planned":
            return WorkOrderPlanned(**about, **dates, quantity=order.quantity)
        case "rescheduled":
            return WorkOrderRescheduled(**about, **dates)
        case "released":
            return WorkOrderReleased(**about, quantity=order.quantity, due_at=order.due_at)
        case _:
            return WorkOrderCancelled(**about, reason=change.note or "")


def _of_operation(order: WorkOrder, change: Change, about: dict[str, Any]) -> Iterator[Event]:
    here = about | change.model_dump(include={"sequence", "equipment", "operator", "at"})
    match change.what:
        case "started" | "resumed":
            yield OperationStarted(**here, is_setup=change.is_setup)
        case "paused":
            yield OperationPaused(**here, reason=change.reason)
        case "completed":
            yield _operation_completed(order, here)
        case "reported" | "corrected":
            yield _quantity_reported(change, here)
        case "clocked_on" | "clocked_off":
            yield _CLOCKED[change.what](**here)


def _leaves(operation: Operation, change: Change) -> bool:
    """Whether a change takes the order away from where the operation stood."""
    if operation.equipment is None or operation.phase in CLOSED:
        return False
    is_moved = change.what == "resumed" and change.sequence == operation.sequence
    return change.what == "cancelled" or (is_moved and change.equipment != operation.equipment)


def _left(operation: Operation, change: Change, about: dict[str, Any]) -> Event:
    who = change.operator or change.by
    at = max(change.at, operation.since or change.at)
    return OperationLeft(**about, sequence=operation.sequence, equipment=operation.equipment, operator=who, at=at)


def _operation_completed(order: WorkOrder, here: dict[str, Any]) -> Event:
    counts = order.operations[order.place_of(here["sequence"])].counts
    return OperationCompleted(**here, good=counts.good, scrap=counts.scrap, rework=counts.rework)


def _quantity_reported(change: Change, here: dict[str, Any]) -> Event:
    return QuantityReported(
        **here,
        **change.model_dump(include={"good", "scrap", "rework", "from_rework"}),
        scrap_reason=change.reason,
        consumed=tuple(map(_use, change.consumed)),
        produced=tuple(map(_use, change.produced)),
    )


def _order_completed(order: WorkOrder, about: dict[str, Any]) -> Event:
    return WorkOrderCompleted(
        **about,
        started_at=order.started_at,
        completed_at=order.completed_at,
        good=order.good,
        scrap=order.scrap,
        rework=order.rework,
    )


def _use(lot: Lot) -> LotUse:
    return LotUse(**lot.model_dump())
