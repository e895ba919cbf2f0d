"""A partition's facts as they lie in their tenant's store: waiting, published, parked."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from pydantic import ValidationError

from functions.outbox import model
from functions.outbox.model import Behind, Parked, Waiting
from makoto.events import Envelope
from makoto.ports.context import TenantContext
from makoto.ports.documents import (
    ConditionFailed,
    Datum,
    Document,
    DocumentNotFound,
    IfAbsent,
    Increment,
    Key,
    Put,
    Query,
    Set,
)
from makoto.ports.outbox import PARKED, PENDING, PUBLISHED, escaped, fact_at, place_of, unescaped
from makoto.ports.portable import text_past

PARTITION = "outbox"
BEHIND = "\x01behind/"
LONGEST_NAME = 900


def gather(partition: str, parked: Collection[str], tenant: TenantContext) -> tuple[list[Waiting], bool]:
    """Read the facts of one turn, at most 25 of each aggregate that is not parked; say whether there are more."""
    found: list[Waiting] = []
    has_more, start = False, PENDING
    while len(found) < model.MOST_A_TURN:
        wanted = model.MOST_A_TURN - len(found)
        page = tenant.documents.system().query(Query(partition, start=start, end=text_past(PENDING), limit=wanted))
        taken, passed = _taken([waiting_of(each) for each in page.items], found, parked)
        found += taken
        if passed is not None:
            has_more |= passed not in parked
            start = text_past(f"{PENDING}{escaped(passed)}/") or ""
        elif page.next_cursor is None:
            return found, has_more
        else:
            start = page.items[-1].key.id + "\x01"  # the next text that an id may be
    return found, True


def _taken(
    page: Sequence[Waiting], before: Sequence[Waiting], parked: Collection[str]
) -> tuple[list[Waiting], str | None]:
    """Take facts up to the first of an aggregate that is parked or has its share, and name that aggregate."""
    shares = Counter(each.aggregate for each in before)
    for index, each in enumerate(page):
        if each.aggregate in parked or shares[each.aggregate] >= model.MOST_OF_AN_AGGREGATE:
            return list(page[:index]), each.aggregate
        shares[each.aggregate] += 1
    return list(page), None


def parked_in(partition: str, tenant: TenantContext) -> list[Parked]:
    """Read which aggregates of a partition wait for a person."""
    return [_parked_of(each) for each in _every(Query(partition, prefix=PARKED, limit=1000), tenant)]


def parked(partition: str, aggregate: str, tenant: TenantContext) -> Parked | None:
    """Read why an aggregate waits for a person, if it does."""
    found = tenant.documents.system().find(_parked_key(partition, aggregate))
    return None if found is None else _parked_of(found)


def park(partition: str, fact: Waiting, reason: str, tenant: TenantContext) -> None:
    """Let an aggregate wait for a person; one that does already keeps its reason."""
    data: dict[str, Datum] = {"reason": reason, "since": tenant.clock.now().isoformat(), "version": fact.version}
    try:
        tenant.documents.system().put(_parked_key(partition, fact.aggregate), data, when=IfAbsent())
    except ConditionFailed:
        return


def unpark(partition: str, aggregate: str, tenant: TenantContext) -> None:
    """Give an aggregate's first fact all its attempts again, and then the aggregate to the relay."""
    system = tenant.documents.system()
    for head in system.query(Query(partition, prefix=f"{PENDING}{escaped(aggregate)}/", limit=1)).items:
        system.patch(head.key, [Set("attempts", 0)])
    system.delete(_parked_key(partition, aggregate))


def refused(partition: str, fact: Waiting, tenant: TenantContext) -> int:
    """Count a refusal and return how many there were; none where the fact was published meanwhile."""
    key = Key(partition, PENDING + place_of(fact.aggregate, fact.version))
    try:
        return _number(tenant.documents.system().patch(key, [Increment("attempts")]), "attempts")
    except DocumentNotFound:
        return 0


def settle(partition: str, published: Sequence[Waiting], tenant: TenantContext) -> None:
    """Keep what was published for a replay, and only then take it out of the outbox.

    What the store does not take stays and is published once more.
    """
    now, system = tenant.clock.now(), tenant.documents.system()
    puts = [_published(partition, fact, now) for fact in published]
    kept = system.batch_put(puts)
    system.batch_delete([Key(partition, PENDING + key.id.removeprefix(PUBLISHED)) for key in kept.ok])


def count(partition: str, parked: Collection[str], tenant: TenantContext) -> tuple[int, datetime | None]:
    """Count the facts that wait for the relay, up to 500, and say since when the oldest does."""
    query = Query(partition, prefix=PENDING, limit=model.MOST_COUNTED)
    waiting = tenant.documents.system().query(query).items
    left = [_created_at(each) for each in waiting if fact_at(_place_of(each))[0] not in parked]
    return len(left), min(left, default=None)


def record(behind: Behind, tenant: TenantContext) -> None:
    """Keep what is behind where an operator finds it; nothing is kept of a partition that is not."""
    key, system = _behind_key(behind.partition), tenant.documents.system()
    if behind.pending or behind.parked:
        system.put(key, behind.model_dump(mode="json"))
    elif system.find(key) is not None:
        system.delete(key)


def waiting_of(document: Document) -> Waiting:
    """Read a fact, waiting or published."""
    aggregate, version = fact_at(_place_of(document))
    text = str(document.data.get("envelope", ""))
    return Waiting(
        aggregate=aggregate,
        version=version,
        created_at=_created_at(document),
        attempts=_number(document, "attempts"),
        text=text,
        envelope=_envelope(text),
    )


def _place_of(document: Document) -> str:
    return document.key.id.partition("/")[2]


def _created_at(document: Document) -> datetime:
    return datetime.fromisoformat(str(document.data["created_at"]))


def _published(partition: str, fact: Waiting, now: datetime) -> Put:
    data = {"envelope": fact.text, "created_at": fact.created_at.isoformat(), "published_at": now.isoformat()}
    key = Key(partition, PUBLISHED + place_of(fact.aggregate, fact.version))
    return Put(key, data, expires_at=now + model.KEPT_PUBLISHED)


def _envelope(text: str) -> Envelope | None:
    try:
        return Envelope.model_validate_json(text)
    except ValidationError:
        return None


def _parked_of(document: Document) -> Parked:
    return Parked(
        aggregate=unescaped(document.key.id.removeprefix(PARKED)),
        reason=str(document.data["reason"]),
        since=datetime.fromisoformat(str(document.data["since"])),
    )


def _parked_key(partition: str, aggregate: str) -> Key:
    return Key(partition, PARKED + escaped(aggregate))


def _behind_key(partition: str) -> Key:
    name = partition if len(partition.encode()) <= LONGEST_NAME else sha256(partition.encode()).hexdigest()
    return Key(PARTITION, BEHIND + name)


def _number(document: Document, name: str) -> int:
    value = document.data.get(name, 0)
    return value if isinstance(value, int) else 0


def _every(query: Query, tenant: TenantContext) -> Iterator[Document]:
    page = tenant.documents.system().query(query)
    yield from page.items
    while page.next_cursor is not None:
        page = tenant.documents.system().query(replace(query, cursor=page.next_cursor))
        yield from page.items
