"""The unit of work: a use case's writes, its facts and the mark of the event it handled, in one atomic write.

Beside the documents of a partition, under the platform's own ids, lie what is to be published
(`outbox/<aggregate>/<version>`), what was published in the last seven days (`published/…`), why an aggregate waits
for a person (`parked/<aggregate>`) and what a consumer has handled (`inbox/<consumer>/<event id>`).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from makoto.errors import FieldError, Invalid, MakotoError
from makoto.events import Envelope, Event
from makoto.ports.clock import Clock
from makoto.ports.document_rules import RESERVED, DocumentRules
from makoto.ports.documents import ConditionFailed, Datum, Documents, IfAbsent, Key, Put, Write
from makoto.ports.inbox import AlreadyHandled
from makoto.ports.wakes import Wakes

PENDING = f"{RESERVED}outbox/"
PUBLISHED = f"{RESERVED}published/"
PARKED = f"{RESERVED}parked/"
INBOX = f"{RESERVED}inbox/"
INBOX_PARTITION = "inbox"
"""Where a mark lies whose event changed nothing."""

KEPT_HANDLED = timedelta(days=14)
"""As long as any queue keeps a message."""

FIRST_WAKE_S = 60
"""Beyond the longest that a commit may take (three tries of 12 s and 3 s of patience): the relay that this wake calls
then finds what a writer left that died between its commit and its second wake."""

_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened to version `version` of an aggregate; each version of an aggregate has one fact at most."""

    event: Event
    aggregate: str
    version: int


@dataclass(frozen=True, slots=True)
class Handled:
    """The event that a consumer's writes answer to."""

    consumer: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """One tenant's unit of work."""

    tenant_id: str
    documents: Documents
    wakes: Wakes
    clock: Clock
    correlation_id: str

    def commit(self, writes: Sequence[Write], facts: Sequence[Fact] = (), handled: Handled | None = None) -> None:
        """Do all writes and keep all facts, or nothing; the relay publishes the facts, in order per aggregate.

        Everything lies in the partition of the first write: where a store is atomic within a partition only, all writes
        must lie in it, and an event must lead to the same first partition whenever it comes. Raises `AlreadyHandled`
        when the event took effect before, `ConditionFailed` as `Documents.atomic` does.
        """
        rules = DocumentRules(self.documents.driver.limits)
        for write in writes:
            rules.key(write.key)
        partition = _partition(writes, facts)
        wanted = [*writes, *(self._pending(fact, partition) for fact in facts)]
        if not facts:
            self._write(wanted, handled, partition)
            return
        self.wakes.wake(self.tenant_id, partition, delay_s=FIRST_WAKE_S)
        self._write(wanted, handled, partition)
        with suppress(MakotoError):  # the first wake is on its way
            self.wakes.wake(self.tenant_id, partition)

    def _write(self, writes: Sequence[Write], handled: Handled | None, partition: str) -> None:
        marks = [self._mark(handled, partition)] if handled else []
        try:
            self.documents.system().atomic([*marks, *writes])
        except ConditionFailed as failed:
            if handled and failed.index == 0:
                raise AlreadyHandled(handled.consumer, handled.event_id) from failed
            raise ConditionFailed(failed.key, failed.index - len(marks)) from failed

    def _mark(self, handled: Handled, partition: str) -> Put:
        now = self.clock.now()
        key = Key(partition, f"{INBOX}{handled.consumer}/{handled.event_id}")
        return Put(key, {"handled_at": now.isoformat()}, IfAbsent(), now + KEPT_HANDLED)

    def _pending(self, fact: Fact, partition: str) -> Put:
        now = self.clock.now()
        envelope = Envelope.around(
            fact.event,
            tenant_id=self.tenant_id,
            aggregate=fact.aggregate,
            version=fact.version,
            occurred_at=now,
            correlation_id=self.correlation_id,
        )
        data: dict[str, Datum] = {"envelope": envelope.model_dump_json(), "created_at": now.isoformat(), "attempts": 0}
        return Put(Key(partition, PENDING + place_of(fact.aggregate, fact.version)), data, IfAbsent())


def place_of(aggregate: str, version: int) -> str:
    """Where a fact lies below its state; texts of one aggregate sort by version, and no aggregate lies in another."""
    if not aggregate or not 0 <= version < 10**_DIGITS:
        raise Invalid("a fact needs an aggregate and a version that is not negative")
    return f"{escaped(aggregate)}/{version:0{_DIGITS}}"


def fact_at(place: str) -> tuple[str, int]:
    """Read the aggregate and the version from a place."""
    aggregate, _, version = place.rpartition("/")
    return unescaped(aggregate), int(version)


def escaped(aggregate: str) -> str:
    """An aggregate's name as one segment of an id."""
    return aggregate.replace("%", "%25").replace("/", "%2F")


def unescaped(segment: str) -> str:
    """The aggregate's name of a segment."""
    return segment.replace("%2F", "/").replace("%25", "%")


def _partition(writes: Sequence[Write], facts: Sequence[Fact]) -> str:
    if writes:
        return writes[0].key.partition
    if facts:
        rule = FieldError("/writes", "facts", "a fact lies beside the document it is about")
        raise Invalid("facts are committed with a write", errors=[rule])
    return INBOX_PARTITION
