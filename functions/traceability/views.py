"""What a caller sees of lots, activities and traces."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from functions.traceability.activities import Activity, ActivityKind, Balance, Moved, ScrapLine, SensorReport
from functions.traceability.model import Hold, Lot, LotStatus, PastHold
from makoto.domain import Instant, Value


class LotView(Value):
    """A lot as the API shows it; `made` is all that ever came in, `remaining` what is left."""

    lot_id: str
    material: str
    unit: str
    made: Decimal
    remaining: Decimal
    status: LotStatus
    holds: tuple[Hold, ...]
    past_holds: tuple[PastHold, ...]
    expires_on: date | None
    received_at: Instant
    supplier: str | None
    supplier_lot: str | None
    attributes: dict[str, str]
    is_serial: bool
    location: str | None
    reserved_for: str | None
    packed_in: str | None
    contents: tuple[str, ...]


class ActivityView(Value):
    """An activity as the API shows it."""

    activity_id: str
    kind: ActivityKind
    at: Instant
    recorded_at: Instant
    by: str
    inputs: tuple[Moved, ...]
    outputs: tuple[Moved, ...]
    scrap: tuple[ScrapLine, ...]
    container: str | None
    balance: Balance
    flags: tuple[str, ...]
    reverses: str | None
    reversed_by: str | None
    equipment: str | None
    order_id: str | None
    operation: int | None
    operator: str | None
    location: str | None
    supplier: str | None
    supplier_lot: str | None
    customer: str | None
    delivery_note: str | None
    is_conforming: bool | None
    note: str | None
    reason: str | None
    sensors: tuple[SensorReport, ...]


class RecordedMany(Value):
    """What became of each of several activities, in the order they were sent."""

    recorded: tuple[ActivityView, ...]


class PickView(Value):
    """A lot to pick next; `take` is how much of it the asked quantity needs."""

    lot_id: str
    expires_on: date | None
    received_at: Instant
    remaining: Decimal
    take: Decimal
    unit: str
    location: str | None


class FefoView(Value):
    """Lots in the order of picking: expiry first, then received, then id."""

    material: str
    picks: tuple[PickView, ...]
    covered: Decimal
    missing: Decimal
    unit: str


class Affected(Value):
    """A lot that a trace reached.

    `level` is the fewest activities between; `paths` over how many different ways; `share` how much of the lot is
    connected, none where quantities cannot be compared.
    """

    lot_id: str
    material: str
    status: LotStatus
    made: Decimal
    remaining: Decimal
    unit: str
    level: int
    paths: int | str = Field(description="A text of digits above 2**53")
    share: float | None


class Node(Value):
    """A lot or an activity of the graph."""

    id: str
    type: Literal["lot", "activity"]
    label: str
    at: Instant | None = None


class Edge(Value):
    """So much of a lot went into an activity, or came out of it; `source` and `target` are nodes' ids."""

    source: str
    target: str
    quantity: Decimal
    unit: str


class PathView(Value):
    """One way from the traced lot to another: lot, activity, lot, and so on."""

    target: str
    steps: tuple[str, ...]


class TraceView(Value):
    """One direction of a trace. `path_count` counts every way to every lot at an end, exactly."""

    lot_id: str
    direction: Literal["forward", "backward"]
    is_complete: bool
    lot_count: int
    activity_count: int
    path_count: int | str
    affected: tuple[Affected, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    paths: tuple[PathView, ...] = ()
    next_cursor: str | None = None


class TraceAnswer(Value):
    """The directions asked for."""

    traces: tuple[TraceView, ...]


def lot_view(lot: Lot) -> LotView:
    """Show a lot."""
    return LotView(**{name: getattr(lot, name) for name in LotView.model_fields})


def activity_view(activity: Activity) -> ActivityView:
    """Show an activity."""
    return ActivityView(**{name: getattr(activity, name) for name in ActivityView.model_fields})


def exact(count: int) -> int | str:
    """A count as JSON readers can hold it: a text where a double could not."""
    return count if count < 2**53 else str(count)
