"""The history of a work order: one line a change."""

from decimal import Decimal
from typing import Literal

from functions.production.commands import Lot
from makoto.domain import Instant, Value
from makoto.domain.factory import EquipmentId

What = Literal[
    "planned",
    "released",
    "rescheduled",
    "cancelled",
    "started",
    "paused",
    "resumed",
    "completed",
    "reported",
    "corrected",
    "clocked_on",
    "clocked_off",
]


class Change(Value):
    """One line of an order's history: what was done, when (`at`), entered when and by whom."""

    what: What
    by: str
    recorded_at: Instant
    at: Instant
    sequence: int | None = None
    operator: str | None = None
    equipment: EquipmentId | None = None
    is_setup: bool = False
    good: Decimal | None = None
    scrap: Decimal | None = None
    rework: Decimal | None = None
    from_rework: bool = False
    reason: int | None = None
    note: str | None = None
    consumed: tuple[Lot, ...] = ()
    produced: tuple[Lot, ...] = ()
    priority: int | None = None
    due_at: Instant | None = None
