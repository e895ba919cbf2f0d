"""Where an order stands in the lists: which entries it has there, and which of them a change touches.

`orders` holds every order and `orders#open` those that are not finished, by due date; `dispatch#<place>` what can run
now, by priority, due date and id: under `at/` what the routing allows at the place, under `below/` what it allows at a
place below it; `labour#<operator>` what an operator did, by its beginning.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from functions.production.model import OPEN, WorkOrder, runnable
from functions.production.operation import Operation, Span
from functions.production.plan import OrderPlan
from makoto.domain import ms_from_instant
from makoto.domain.factory import ancestors_of

ALL = "orders"
STILL_OPEN = "orders#open"
AT, BELOW = "at/", "below/"
LABOUR = "labour#"

Shown: TypeAlias = Mapping[str, "str | list[str]"]
"""What an entry says."""


class Place(NamedTuple):
    """Where an entry lies."""

    partition: str
    id: str


def instant_key(instant: datetime) -> str:
    """An instant as a text that sorts by time."""
    return f"{ms_from_instant(instant):015d}"


def dispatch_key(order: WorkOrder, operation: Operation) -> str:
    """Where an operation stands in a dispatch list; the comma sorts before all that an id may hold."""
    return f"{order.priority:03d},{instant_key(order.due_at)},{order.order_id},{operation.sequence:04d}"


def dispatch_partition(equipment: str) -> str:
    """What can run at a place."""
    return f"dispatch#{equipment}"


def labour_place(span: Span) -> Place:
    """Where an operator's stretch of work lies."""
    return Place(f"{LABOUR}{span.operator}", f"{instant_key(span.start)},{span.order_id},{span.sequence:04d}")


def entries(order: WorkOrder, plan: OrderPlan) -> dict[Place, Shown]:
    """Every entry that an order has now, but for labour's."""
    listed = _listed(order, plan)
    due = f"{instant_key(order.due_at)},{order.order_id}"
    found: dict[Place, Shown] = {Place(ALL, due): listed}
    if order.status in OPEN:
        found[Place(STILL_OPEN, due)] = listed
    for operation in runnable(order):
        found |= {place: {"order_id": order.order_id} for place in _dispatch_places(order, plan, operation)}
    return found


def touched(before: WorkOrder | None, after: WorkOrder, plan: OrderPlan) -> dict[Place, Shown | None]:
    """The entries that a change makes, alters or, told as none, ends."""
    was = entries(before, plan) if before else {}
    now = entries(after, plan)
    return {place: now.get(place) for place in (*was, *now) if was.get(place) != now.get(place)}


def _listed(order: WorkOrder, plan: OrderPlan) -> Shown:
    allowed = sorted({place for step in plan.steps for place in step.equipment})
    above = {ancestor for place in allowed for ancestor in ancestors_of(place)}
    return {
        "order_id": order.order_id,
        "status": order.status.value,
        "product": order.product,
        "allowed": allowed,
        "places": sorted({*allowed, *above}),
    }


def _dispatch_places(order: WorkOrder, plan: OrderPlan, operation: Operation) -> Iterator[Place]:
    key, allowed = dispatch_key(order, operation), plan.step(operation.sequence).equipment
    for place in allowed:
        yield Place(dispatch_partition(place), AT + key)
    for place in {ancestor for each in allowed for ancestor in ancestors_of(each)}:
        yield Place(dispatch_partition(place), BELOW + key)
