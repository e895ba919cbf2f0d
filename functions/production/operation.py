"""An operation of a work order: its phase, what it made, in which times, and who works on it."""

from decimal import Decimal
from enum import StrEnum

from functions.production.history import What
from makoto.domain import Instant, Value
from makoto.domain.factory import EquipmentId

Zero = Decimal(0)


class Phase(StrEnum):
    """What is being done with an operation."""

    NOT_STARTED = "not_started"
    SETUP = "setup"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


RUNNING = frozenset({Phase.SETUP, Phase.PROCESSING})
CLOSED = frozenset({Phase.COMPLETE, Phase.CANCELLED})


class OperationState(StrEnum):
    """What the shop floor sees of an operation."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


class Counts(Value):
    """Units by what became of them. Those that went to rework come back as good or scrap of a second pass."""

    good_first: Decimal = Zero
    scrap_first: Decimal = Zero
    rework: Decimal = Zero
    good_again: Decimal = Zero
    scrap_again: Decimal = Zero

    @property
    def good(self) -> Decimal:
        return self.good_first + self.good_again

    @property
    def scrap(self) -> Decimal:
        return self.scrap_first + self.scrap_again

    @property
    def in_rework(self) -> Decimal:
        """Units that wait to be done again."""
        return self.rework - self.good_again - self.scrap_again

    @property
    def used(self) -> Decimal:
        """Units of the input that were taken; one that is done again was taken once."""
        return self.good_first + self.scrap_first + self.rework


class Times(Value):
    """How long an operation was in each phase, in ms: ASUT and APT of ISO 22400-2, and its pauses."""

    setup_ms: int = 0
    processing_ms: int = 0
    paused_ms: int = 0


class ScrapShare(Value):
    """How much was scrapped for one reason, or for none that was told."""

    reason: int | None
    quantity: Decimal


class OnDuty(Value):
    """An operator who is clocked on."""

    operator: str
    since: Instant


class Span(Value):
    """A stretch of an operator's work on an operation; it lasts where it has no end."""

    order_id: str
    sequence: int
    operator: str
    start: Instant
    end: Instant | None = None


class Operation(Value):
    """An operation of an order as it stands; `since` is when its phase began, `last_at` when anything was done last.

    `last` and `operator` are of the last start, pause, resumption or completion.
    """

    sequence: int
    name: str
    phase: Phase = Phase.NOT_STARTED
    equipment: EquipmentId | None = None
    operator: str | None = None
    last: What | None = None
    reason: int | None = None
    since: Instant | None = None
    last_at: Instant | None = None
    started_at: Instant | None = None
    completed_at: Instant | None = None
    counts: Counts = Counts()
    scrapped: tuple[ScrapShare, ...] = ()
    times: Times = Times()
    crew: tuple[OnDuty, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.phase in RUNNING
