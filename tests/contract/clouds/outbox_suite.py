"""What every document store must do with a unit of work: writes, facts and the mark of an event, as one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from makoto.adapters.clouds.memory.wakes import MemoryWake, MemoryWakes
from makoto.domain import TenantRecord
from makoto.errors import Invalid, Unavailable
from makoto.events import Envelope, Event
from makoto.ports.documents import ConditionFailed, Delete, Document, Documents, IfAbsent, IfVersion, Key, Put, Query
from makoto.ports.inbox import AlreadyHandled
from makoto.ports.outbox import FIRST_WAKE_S, INBOX, PENDING, Fact, Handled, Outbox
from tests.contract.clouds.store_contract import StoreContract
from tests.contract.clouds.worlds import World

KEY = Key("orders", "7")


class OrderPlaced(Event):
    """A fact of these tests."""

    name: ClassVar[str] = "order.placed"
    source: ClassVar[str] = "makoto.orders"

    text: str = "部品 🏭"


class Deaf(MemoryWakes):
    """Takes as many wakes as it is told, then the queue is down."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.takes = takes

    def wake(self, tenant_id: str, partition: str, *, delay_s: int = 0, attempt: int = 0) -> None:
        if len(self.sent) == self.takes:
            raise Unavailable("the queue does not answer")
        super().wake(tenant_id, partition, delay_s=delay_s, attempt=attempt)


def fact(version: int, aggregate: str = "order/7") -> Fact:
    return Fact(OrderPlaced(), aggregate, version)


def waiting(documents: Documents, partition: str = "orders") -> list[Document]:
    return list(documents.system().query(Query(partition, prefix=PENDING, limit=1000)).items)


def told(documents: Documents) -> list[tuple[str, int]]:
    envelopes = [Envelope.model_validate_json(str(each.data["envelope"])) for each in waiting(documents)]
    return [(each.aggregate, each.version) for each in envelopes]


class OutboxContract(StoreContract):
    """Inherited by each cloud, which gives the `world`."""

    @pytest.fixture
    def wakes(self) -> MemoryWakes:
        return MemoryWakes()

    @pytest.fixture
    def outbox(self, world: World, tenant: TenantRecord, documents: Documents, wakes: MemoryWakes) -> Outbox:
        return Outbox(tenant.tenant_id, documents, wakes, world.clock, "request-1")

    def test_a_write_and_its_fact_are_stored_as_one(
        self, world: World, tenant: TenantRecord, documents: Documents, outbox: Outbox
    ) -> None:
        outbox.commit([Put(KEY, {"n": 1}, IfAbsent())], [fact(1)])

        (stored,) = waiting(documents)
        envelope = Envelope.model_validate_json(str(stored.data["envelope"]))
        assert documents.get(KEY).data == {"n": 1}
        assert envelope.data == {"text": "部品 🏭"}
        assert (envelope.tenant_id, envelope.correlation_id) == (tenant.tenant_id, "request-1")
        assert envelope.occurred_at == world.clock.now()
        assert stored.data["created_at"] == world.clock.now().isoformat()

    def test_where_a_condition_fails_nothing_is_written_or_told(self, documents: Documents, outbox: Outbox) -> None:
        stale = documents.put(KEY, {"n": 1})
        documents.put(KEY, {"n": 2})
        other = Put(Key("orders", "8"), {})

        with pytest.raises(ConditionFailed) as refused:
            outbox.commit([other, Put(KEY, {"n": 3}, IfVersion(stale.version))], [fact(3)])

        assert (refused.value.index, refused.value.key) == (1, KEY)
        assert waiting(documents) == []
        assert documents.find(other.key) is None
        assert documents.get(KEY).data == {"n": 2}

    def test_one_version_of_an_aggregate_is_told_once(self, documents: Documents, outbox: Outbox) -> None:
        outbox.commit([Put(KEY, {"n": 1})], [fact(1)])

        with pytest.raises(ConditionFailed):
            outbox.commit([Put(KEY, {"n": 2})], [fact(1)])
        with pytest.raises(Invalid):
            outbox.commit([Put(KEY, {"n": 2})], [fact(2), fact(2)])

        assert documents.get(KEY).data == {"n": 1}
        assert told(documents) == [("order/7", 1)]

    def test_facts_lie_in_the_order_of_their_versions_within_their_aggregate(
        self, documents: Documents, outbox: Outbox
    ) -> None:
        versions = (9, 10, 2, 100, 1, 10**19)
        for version in versions:
            outbox.commit(
                [Put(KEY, {"n": version})], [fact(version), fact(version, "order/7/line"), fact(version, "a%2Fb")]
            )

        found = told(documents)
        for aggregate in ("order/7", "order/7/line", "a%2Fb"):
            assert [version for name, version in found if name == aggregate] == sorted(versions)
        assert [name for name, _ in found] == sorted((name for name, _ in found), key=[n for n, _ in found].index)

    def test_the_relay_is_called_before_the_write_and_after_it(
        self, tenant: TenantRecord, documents: Documents, outbox: Outbox, wakes: MemoryWakes
    ) -> None:
        outbox.commit([Put(KEY, {})], [fact(1)])

        assert wakes.sent == [
            MemoryWake(tenant.tenant_id, "orders", FIRST_WAKE_S),
            MemoryWake(tenant.tenant_id, "orders"),
        ]

    def test_a_write_without_facts_calls_nobody(self, documents: Documents, outbox: Outbox, wakes: MemoryWakes) -> None:
        outbox.commit([Put(KEY, {"n": 1})])

        assert documents.get(KEY).data == {"n": 1}
        assert wakes.sent == []

    def test_nothing_is_written_where_the_relay_cannot_be_called(self, documents: Documents, outbox: Outbox) -> None:
        with pytest.raises(Unavailable):
            replace(outbox, wakes=Deaf(0)).commit([Put(KEY, {})], [fact(1)])

        assert documents.find(KEY) is None
        assert waiting(documents) == []

    def test_a_commit_whose_second_call_fails_is_done(self, documents: Documents, outbox: Outbox) -> None:
        replace(outbox, wakes=Deaf(1)).commit([Put(KEY, {})], [fact(1)])

        assert told(documents) == [("order/7", 1)]

    def test_an_event_takes_effect_once(self, documents: Documents, outbox: Outbox) -> None:
        handled = Handled("stock", "event-1")
        outbox.commit([Put(KEY, {"n": 1})], [fact(1)], handled)

        for writes in ([Put(KEY, {"n": 2})], [Put(KEY, {"n": 2}, IfAbsent())]):
            with pytest.raises(AlreadyHandled):
                outbox.commit(writes, [fact(2)], handled)
        outbox.commit([Put(Key("orders", "8"), {})], [], Handled("billing", "event-1"))

        assert documents.get(KEY).data == {"n": 1}
        assert told(documents) == [("order/7", 1)]

    def test_a_condition_that_fails_leaves_the_event_unhandled(self, documents: Documents, outbox: Outbox) -> None:
        documents.put(KEY, {"n": 1})
        handled = Handled("stock", "event-1")

        with pytest.raises(ConditionFailed) as refused:
            outbox.commit([Put(KEY, {"n": 2}, IfAbsent())], [fact(1)], handled)
        assert (refused.value.index, refused.value.key) == (0, KEY)

        outbox.commit([Put(KEY, {"n": 2})], [fact(1)], handled)
        assert documents.get(KEY).data == {"n": 2}

    def test_an_event_that_changes_nothing_is_marked_too(self, outbox: Outbox) -> None:
        outbox.commit([], [], Handled("stock", "event-1"))

        with pytest.raises(AlreadyHandled):
            outbox.commit([], [], Handled("stock", "event-1"))

    def test_a_mark_lasts_as_long_as_any_queue_keeps_a_message(
        self, world: World, documents: Documents, outbox: Outbox
    ) -> None:
        outbox.commit([Put(KEY, {})], [], Handled("stock", "event-1"))
        world.clock.advance(timedelta(days=13, hours=23).total_seconds())
        with pytest.raises(AlreadyHandled):
            outbox.commit([Put(KEY, {})], [], Handled("stock", "event-1"))

        world.clock.advance(timedelta(hours=2).total_seconds())

        assert documents.system().query(Query("orders", prefix=INBOX)).items == ()

    def test_of_many_who_handle_one_event_at_the_same_time_one_does(self, documents: Documents, outbox: Outbox) -> None:
        def attempt(n: int) -> int | None:
            try:
                outbox.commit([Put(Key("orders", f"effect-{n}"), {})], [], Handled("stock", "event-1"))
            except AlreadyHandled:
                return None
            return n

        with ThreadPoolExecutor(6) as pool:
            winners = [n for n in pool.map(attempt, range(12)) if n is not None]

        effects = documents.query(Query("orders", prefix="effect-")).items
        assert [found.key.id for found in effects] == [f"effect-{n}" for n in winners]
        assert len(winners) == 1

    def test_facts_lie_in_the_partition_of_the_first_write(self, documents: Documents, outbox: Outbox) -> None:
        writes = [Put(KEY, {}), Put(Key("stock", "1"), {})]

        if documents.driver.limits.atomic_scope == "store":
            outbox.commit(writes, [fact(1)])
            assert len(waiting(documents, "orders")) == 1
            assert waiting(documents, "stock") == []
            return
        with pytest.raises(Invalid):
            outbox.commit(writes, [fact(1)])
        assert documents.find(KEY) is None

    def test_facts_without_a_write_and_reserved_ids_are_refused(self, documents: Documents, outbox: Outbox) -> None:
        with pytest.raises(Invalid):
            outbox.commit([], [fact(1)])
        with pytest.raises(Invalid):
            outbox.commit([Delete(Key("orders", "\x01outbox/order%2F7/1"))])
        for aggregate, version in (("", 1), ("a", -1), ("a", 10**20)):
            with pytest.raises(Invalid):
                outbox.commit([Put(KEY, {})], [fact(version, aggregate)])

        assert documents.find(KEY) is None

    def test_the_facts_of_a_partition_are_not_among_its_documents(self, documents: Documents, outbox: Outbox) -> None:
        outbox.commit([Put(KEY, {})], [fact(1)], Handled("stock", "event-1"))

        assert [found.key for found in documents.query(Query("orders")).items] == [KEY]

    def test_another_tenant_is_told_nothing(self, world: World, outbox: Outbox) -> None:
        outbox.commit([Put(KEY, {})], [fact(1)])

        assert waiting(world.open(world.tenant()).documents) == []
