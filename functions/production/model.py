"""A work order as it stands, and what follows from it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from functions.production.commands import DEFAULT_PRIORITY
from functions.production.history import Change
from functions.production.operation import Operation, OperationState, Phase, Span, Zero
from functions.production.refusals import NotReleased, OperationNotFound, OrderClosed
from makoto.domain import Instant, Slug, Value
from makoto.domain.factory import MaterialId, Unit


class OrderStatus(StrEnum):
    """Where an order is; it only ever goes forward in this order, and ends in one of the last two."""

    PLANNED = "planned"
    RELEASED = "released"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


OPEN = frozenset({OrderStatus.PLANNED, OrderStatus.RELEASED, OrderStatus.IN_PROGRESS})


class WorkOrder(Value):
    """An order as it stands. Quantities are in the product's own unit.

    `revision` grows with every write by as many as there are facts, at least one, and is the last fact's version.
    """

    order_id: Slug
    product: MaterialId
    quantity: Decimal
    unit: Unit
    tolerance: Decimal = Zero
    priority: int = DEFAULT_PRIORITY
    due_at: Instant
    start_at: Instant | None = None
    note: str | None = None
    planned_at: Instant
    released_at: Instant | None = None
    cancelled_at: Instant | None = None
    operations: Annotated[tuple[Operation, ...], Field(min_length=1)]
    revision: int = 0
    request_digest: str

    @property
    def status(self) -> OrderStatus:
        """Derived from what happened; nothing sets it."""
        if self.cancelled_at is not None:
            return OrderStatus.CANCELLED
        if self.released_at is None:
            return OrderStatus.PLANNED
        if all(each.phase is Phase.COMPLETE for each in self.operations):
            return OrderStatus.COMPLETE
        is_begun = any(each.started_at is not None for each in self.operations)
        return OrderStatus.IN_PROGRESS if is_begun else OrderStatus.RELEASED

    @property
    def good(self) -> Decimal:
        """What the last operation made good."""
        return self.operations[-1].counts.good

    @property
    def scrap(self) -> Decimal:
        return sum((each.counts.scrap for each in self.operations), Zero)

    @property
    def rework(self) -> Decimal:
        return sum((each.counts.rework for each in self.operations), Zero)

    @property
    def started_at(self) -> datetime | None:
        return min((each.started_at for each in self.operations if each.started_at), default=None)

    @property
    def completed_at(self) -> datetime | None:
        """When the last operation ended, if the order is complete."""
        if self.status is not OrderStatus.COMPLETE:
            return None
        return max(each.completed_at for each in self.operations if each.completed_at)

    def place_of(self, sequence: int) -> int:
        """Which operation, counted from 0, has this sequence."""
        for place, each in enumerate(self.operations):
            if each.sequence == sequence:
                return place
        raise OperationNotFound(f"work order {self.order_id} has no operation {sequence}")

    def input_of(self, place: int) -> Decimal:
        """What reaches an operation: the order's quantity, then what the one before made good."""
        return self.quantity if place == 0 else self.operations[place - 1].counts.good

    def limit_of(self, place: int) -> Decimal:
        """As much as an operation may use, with the order's tolerance."""
        return self.input_of(place) * (1 + self.tolerance)

    def state_of(self, place: int) -> OperationState:
        """What the shop floor sees: a start waits for the release and for something to work on."""
        each = self.operations[place]
        if each.phase is not Phase.NOT_STARTED:
            return OperationState.RUNNING if each.is_running else OperationState(each.phase.value)
        is_ready = self.status in (OrderStatus.RELEASED, OrderStatus.IN_PROGRESS) and self.input_of(place) > 0
        return OperationState.READY if is_ready else OperationState.WAITING

    def with_operation(self, place: int, operation: Operation) -> "WorkOrder":
        """Put one operation in place of what it was."""
        operations = (*self.operations[:place], operation, *self.operations[place + 1 :])
        return self.model_copy(update={"operations": operations})


class Decided(NamedTuple):
    """What an order becomes by a change, and the stretches of labour that the change began or ended."""

    order: WorkOrder
    change: Change
    spans: tuple[Span, ...] = ()


def require_open(order: WorkOrder) -> None:
    """Raise OrderClosed for an order of which nothing more is made."""
    if order.status not in OPEN:
        raise OrderClosed(f"work order {order.order_id} is {order.status}")


def require_released(order: WorkOrder) -> None:
    """Raise where the shop floor may not work on the order."""
    require_open(order)
    if order.released_at is None:
        raise NotReleased(f"work order {order.order_id} is not released")


def runnable(order: WorkOrder) -> Iterator[Operation]:
    """The operations that can run now: those that may begin and those that are paused."""
    for place, each in enumerate(order.operations):
        if order.state_of(place) in (OperationState.READY, OperationState.PAUSED):
            yield each
