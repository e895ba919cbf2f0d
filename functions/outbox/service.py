"""Use cases of the outbox: carry a partition's facts to the bus, show what waits, try again, publish again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from functions.outbox import ledger, model
from functions.outbox.model import (
    Behind,
    OutboxEvent,
    OutboxState,
    Parked,
    Redrive,
    Replay,
    Replayed,
    Turn,
    Waiting,
)
from makoto.domain import Page, Value
from makoto.errors import Throttled, Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Key, Put, Query
from makoto.ports.outbox import FIRST_WAKE_S, PENDING, PUBLISHED, escaped, place_of
from makoto.ports.publisher import EventPublisher, Refusal

UNREADABLE = "the stored fact cannot be read"
State = Literal["pending", "published", "parked"]


class ListEvents(Value):
    """Which facts of a partition to list."""

    partition: model.Partition
    aggregate: model.Aggregate | None = None
    state: State = "pending"
    limit: int = 50
    cursor: str | None = None


@dataclass(slots=True)
class _Progress:
    """What the bus took and what it did not; `fault` where it takes nothing now."""

    published: list[Waiting] = field(default_factory=list)
    refused: list[tuple[Waiting, Refusal]] = field(default_factory=list)
    fault: str = ""


def relay_partition(partition: str, tenant: TenantContext, publisher: EventPublisher) -> Turn:
    """Publish at most 100 facts of a partition, those of an aggregate in order, and record what is left behind.

    A fact that the bus refuses stops its own aggregate only. A crash at any point publishes some facts once more, under
    the same id, and loses none: a fact leaves the outbox after the bus has taken it.
    """
    parked = ledger.parked_in(partition, tenant)
    waiting, has_more = ledger.gather(partition, {each.aggregate for each in parked}, tenant)
    progress = _publish(waiting, publisher)
    if progress.published:
        ledger.settle(partition, progress.published, tenant)
    newly = [fact for fact, refusal in progress.refused if _is_parked_now(partition, fact, refusal, tenant)]
    turn = Turn(
        published=len(progress.published),
        refused=len(progress.refused) - len(newly),
        parked=tuple(fact.aggregate for fact in newly),
        has_more=has_more,
        fault=progress.fault,
    )
    return _recorded(partition, turn, ledger.parked_in(partition, tenant) if newly else parked, tenant)


def _publish(waiting: Sequence[Waiting], publisher: EventPublisher) -> _Progress:
    """Publish in rounds, the next fact of each aggregate in one: a call to the bus keeps no order within it."""
    progress = _Progress()
    queues = list(model.by_aggregate(waiting).values())
    while queues:
        heads = [queue[0] for queue in queues]
        try:
            refusals = _deliver(heads, publisher)
        except (Throttled, Unavailable) as error:
            progress.fault = error.detail
            return progress
        progress.published += [head for head in heads if head.aggregate not in refusals]
        progress.refused += [(head, refusals[head.aggregate]) for head in heads if head.aggregate in refusals]
        queues = [queue[1:] for queue in queues if queue[1:] and queue[0].aggregate not in refusals]
    return progress


def _deliver(heads: Sequence[Waiting], publisher: EventPublisher) -> dict[str, Refusal]:
    """Give one fact of each aggregate to the bus; return the refusals by aggregate."""
    readable = {head.envelope.id: head.envelope for head in heads if head.envelope is not None}
    refusals = {head.aggregate: Refusal("", UNREADABLE, is_final=True) for head in heads if head.envelope is None}
    if readable:
        told = publisher.deliver(list(readable.values()))
        refusals |= {readable[refusal.event_id].aggregate: refusal for refusal in told}
    return refusals


def _is_parked_now(partition: str, fact: Waiting, refusal: Refusal, tenant: TenantContext) -> bool:
    attempts = ledger.refused(partition, fact, tenant)
    if not attempts or not model.is_poison(attempts, is_final=refusal.is_final):
        return False
    ledger.park(partition, fact, refusal.reason, tenant)
    return True


def _recorded(partition: str, turn: Turn, parked: Sequence[Parked], tenant: TenantContext) -> Turn:
    """Say in the tenant's store what is behind, for who looks there, and in the turn, for who measures."""
    pending, oldest_at = (0, None)
    if not turn.is_done:
        pending, oldest_at = ledger.count(partition, {each.aggregate for each in parked}, tenant)
    reason = turn.fault or ("facts were refused" if turn.refused else "more than one turn")
    behind = Behind(
        partition=partition, pending=pending, oldest_at=oldest_at, reason=reason, parked=tuple(parked[:100])
    )
    ledger.record(behind, tenant)
    return turn.model_copy(update={"pending": pending, "oldest_at": oldest_at})


def show_outbox(tenant: TenantContext, *, limit: int, cursor: str | None) -> OutboxState:
    """Say which partitions are behind and which aggregates wait for a person."""
    query = Query(ledger.PARTITION, prefix=ledger.BEHIND, limit=limit, cursor=cursor)
    page = tenant.documents.system().query(query)
    return model.state_of([Behind.model_validate(each.data) for each in page.items], page.next_cursor)


def list_events(command: ListEvents, tenant: TenantContext) -> Page[OutboxEvent]:
    """List facts in the order of aggregates and versions; a page may be short, even empty, and yet have a cursor."""
    prefix = PUBLISHED if command.state == "published" else PENDING
    if command.aggregate is not None:
        prefix += f"{escaped(command.aggregate)}/"
    query = Query(command.partition, prefix=prefix, limit=command.limit, cursor=command.cursor)
    page = tenant.documents.system().query(query)
    facts = [ledger.waiting_of(each) for each in page.items]
    if command.state != "published":
        parked = {each.aggregate for each in ledger.parked_in(command.partition, tenant)}
        facts = [fact for fact in facts if (fact.aggregate in parked) is (command.state == "parked")]
    items = tuple(model.shown(command.partition, fact) for fact in facts)
    return Page[OutboxEvent](items=items, next_cursor=page.next_cursor)


def redrive(command: Redrive, tenant: TenantContext) -> Parked:
    """Let the relay try a parked aggregate again, its first fact with all its attempts; say why it was parked."""
    parked = ledger.parked(command.partition, command.aggregate, tenant)
    if parked is None:
        raise model.NotParked("the aggregate is not parked")
    tenant.wakes.wake(tenant.tenant_id, command.partition, delay_s=FIRST_WAKE_S)
    ledger.unpark(command.partition, command.aggregate, tenant)
    tenant.wakes.wake(tenant.tenant_id, command.partition)
    return parked


def replay(command: Replay, tenant: TenantContext) -> Replayed:
    """Put published facts into the outbox again, the first hundred of the range; they keep their ids."""
    model.check_range(command)
    start = PUBLISHED + place_of(command.aggregate, command.from_version)
    end = PUBLISHED + place_of(command.aggregate, command.to_version) + "\x01"
    system = tenant.documents.system()
    found = system.query(Query(command.partition, start=start, end=end, limit=model.MOST_REPLAYED)).items
    if not found:
        raise model.NothingToReplay("nothing of this range was published within the last seven days")
    tenant.wakes.wake(tenant.tenant_id, command.partition, delay_s=FIRST_WAKE_S)
    stored = system.batch_put([_again(each) for each in found])
    tenant.wakes.wake(tenant.tenant_id, command.partition)
    if stored.failed:
        raise model.OutboxBusy(f"{len(stored.failed)} of {len(found)} facts are not replayed yet; ask again")
    return Replayed(events=len(found))


def _again(published: Document) -> Put:
    place = published.key.id.removeprefix(PUBLISHED)
    data = {"envelope": published.data["envelope"], "created_at": published.data["created_at"], "attempts": 0}
    return Put(Key(published.key.partition, PENDING + place), data)
