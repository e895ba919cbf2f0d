"""What the relay knows of facts that wait, and its decisions: what goes next, what waits for a person, when to look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from makoto.domain import Instant, TenantId, Value
from makoto.errors import Conflict, Invalid, NotFound
from makoto.events import Envelope

MOST_A_TURN = 100
MOST_OF_AN_AGGREGATE = 25
"""In one turn, so that a busy aggregate does not hold up the others of its partition."""

MOST_REFUSALS = 10
MOST_COUNTED = 500
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 900
KEPT_PUBLISHED = timedelta(days=7)
MOST_REPLAYED = 100

Partition = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Aggregate = Annotated[str, StringConstraints(min_length=1, max_length=900)]
Version = Annotated[int, Field(ge=0, lt=10**20)]


class NotParked(NotFound):
    """The aggregate is not parked."""


class NothingToReplay(NotFound):
    """Nothing of the aggregate was published in this range within the last seven days."""


class OutboxBusy(Conflict):
    """The tenant's store did not take all; ask again."""


class Wake(Value):
    """A call to look at a partition; `attempt` counts the looks in vain before it."""

    tenant_id: TenantId
    partition: Partition
    attempt: int = Field(default=0, ge=0)


class Waiting(Value):
    """A fact in its tenant's outbox, as it is stored and read; no envelope where it cannot be read."""

    aggregate: str
    version: int
    created_at: Instant
    attempts: int = 0
    text: str
    envelope: Envelope | None


class Parked(Value):
    """An aggregate that waits for a person, and why."""

    aggregate: str
    reason: str
    since: Instant


class Behind(Value):
    """A partition with facts that wait; `pending` is counted up to 500 and leaves out parked aggregates."""

    partition: str
    pending: int
    oldest_at: Instant | None
    reason: str
    parked: tuple[Parked, ...] = ()


class ParkedAggregate(Parked):
    """Where a parked aggregate lies."""

    partition: str


class OutboxState(Value):
    """What of a tenant's facts waits, and what waits for a person."""

    behind: tuple[Behind, ...]
    parked: tuple[ParkedAggregate, ...]
    next_cursor: str | None = None


class OutboxEvent(Value):
    """A fact with its state, without what it says."""

    partition: str
    aggregate: str
    version: int
    event_id: str | None
    detail_type: str | None
    occurred_at: Instant
    attempts: int


class Redrive(Value):
    """Let the relay try a parked aggregate again."""

    partition: Partition
    aggregate: Aggregate


class Replay(Value):
    """Publish again what was published; a consumer that has handled an event leaves it be."""

    partition: Partition
    aggregate: Aggregate
    from_version: Version = 0
    to_version: Version = 10**20 - 1


class Replayed(Value):
    """How many facts go out again."""

    events: int


class Turn(Value):
    """What one look at a partition did."""

    published: int = 0
    refused: int = 0
    parked: tuple[str, ...] = ()
    has_more: bool = False
    fault: str = ""
    pending: int = 0
    oldest_at: Instant | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether looking again at once would change nothing."""
        return bool(self.fault) or (self.refused > 0 and not self.published)

    @property
    def is_done(self) -> bool:
        return not (self.fault or self.has_more or self.refused)


def next_look(wake: Wake, turn: Turn) -> tuple[Wake, int] | None:
    """Say when to look again: never, at once for what was left over, or after a growing pause (in s)."""
    if turn.is_done:
        return None
    if not turn.is_stuck and turn.has_more:
        return wake.model_copy(update={"attempt": 0}), 0
    pause_s = min(FIRST_PAUSE_S * 2 ** min(wake.attempt, 10), LONGEST_PAUSE_S)
    return wake.model_copy(update={"attempt": wake.attempt + 1}), pause_s


def is_poison(attempts: int, *, is_final: bool) -> bool:
    """Whether a refused fact parks its aggregate; `attempts` counts this refusal too."""
    return is_final or attempts >= MOST_REFUSALS


def by_aggregate(waiting: Sequence[Waiting]) -> dict[str, list[Waiting]]:
    """Sort into queues, each in the order of its versions."""
    queues: dict[str, list[Waiting]] = {}
    for each in sorted(waiting, key=lambda fact: (fact.aggregate, fact.version)):
        queues.setdefault(each.aggregate, []).append(each)
    return queues


def age_s(oldest_at: datetime | None, now: datetime) -> float:
    """How long the oldest fact has waited."""
    return max((now - oldest_at).total_seconds(), 0.0) if oldest_at else 0.0


def state_of(behind: Sequence[Behind], next_cursor: str | None) -> OutboxState:
    """Show what waits, and apart from it what waits for a person."""
    parked = [
        ParkedAggregate(partition=each.partition, **aggregate.model_dump())
        for each in behind
        for aggregate in each.parked
    ]
    return OutboxState(
        behind=tuple(each for each in behind if each.pending), parked=tuple(parked), next_cursor=next_cursor
    )


def check_range(command: Replay) -> None:
    """Refuse a range that runs backwards."""
    if command.from_version > command.to_version:
        raise Invalid("the range of versions runs backwards")


def shown(partition: str, fact: Waiting) -> OutboxEvent:
    """Show a fact without what it says."""
    envelope = fact.envelope
    return OutboxEvent(
        partition=partition,
        aggregate=fact.aggregate,
        version=fact.version,
        event_id=envelope and envelope.id,
        detail_type=envelope and envelope.detail_type,
        occurred_at=envelope.occurred_at if envelope else fact.created_at,
        attempts=fact.attempts,
    )
