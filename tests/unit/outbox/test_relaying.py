"""From the outbox to the bus: in order, whole, and one aggregate's trouble is its own."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from functions.outbox import ledger, model, service
from functions.outbox.model import Turn, Waiting, Wake
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.ports.documents import Delete, Key, Put, Set
from makoto.ports.outbox import PENDING, Fact, place_of
from makoto.ports.publisher import Refusal
from tests.builders import TENANT
from tests.unit.outbox.conftest import PARTITION, OrderPlaced, Plant


def test_facts_are_published_in_the_order_of_their_aggregate_and_leave_the_outbox(plant: Plant) -> None:
    plant.tell("order/1", 2, 10, 9, 1)
    plant.tell("order/2", 5)

    turn = plant.relay()

    assert [version for name, version in plant.published() if name == "order/1"] == [1, 2, 9, 10]
    assert (turn.published, turn.is_done, plant.waiting()) == (5, True, [])
    assert plant.kept() == [place_of(name, n) for name, n in (*(("order/1", n) for n in (1, 2, 9, 10)), ("order/2", 5))]


def test_one_call_to_the_bus_carries_no_two_facts_of_an_aggregate(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.tell("order/1", 1, 2, 3)
    plant.tell("order/2", 1)
    calls: list[list[str]] = []
    deliver = plant.publisher.deliver

    def noted(envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        calls.append([envelope.aggregate for envelope in envelopes])
        return deliver(envelopes)

    monkeypatch.setattr(plant.publisher, "deliver", noted)
    plant.relay()

    assert calls == [["order/1", "order/2"], ["order/1"], ["order/1"]]


def test_what_was_published_is_kept_for_a_week(plant: Plant) -> None:
    plant.tell("order/1", 1)
    plant.relay()
    plant.clock.advance(timedelta(days=6, hours=23).total_seconds())
    assert len(plant.kept()) == 1

    plant.clock.advance(timedelta(hours=2).total_seconds())

    assert plant.kept() == []


def test_a_turn_is_bounded_and_the_rest_is_told_by_the_next(plant: Plant) -> None:
    for number in range(150):
        plant.tell(f"order/{number:03}", 1)

    first, second = plant.relay(), plant.relay()

    assert (first.published, first.has_more, first.pending) == (100, True, 50)
    assert (second.published, second.is_done, second.pending) == (50, True, 0)


def test_a_busy_aggregate_does_not_hold_up_the_others_of_its_partition(plant: Plant) -> None:
    plant.tell("a", *range(200))
    plant.tell("a/5", 1)
    plant.tell("ab", 1)
    plant.tell("b", 1, 2)

    turn = plant.relay()

    assert turn.has_more
    assert sorted({name for name, _ in plant.published()}) == ["a", "a/5", "ab", "b"]
    assert [n for name, n in plant.published() if name == "a"] == list(range(25))


def test_a_fact_refused_for_good_parks_its_aggregate_and_no_other(plant: Plant) -> None:
    plant.publisher.refusing["order/1"] = True
    plant.tell("order/1", 1, 2)
    plant.tell("order/2", 1, 2)

    turn = plant.relay()

    assert plant.published() == [("order/2", 1), ("order/2", 2)]
    assert (turn.parked, turn.is_done) == (("order/1",), True)
    (parked,) = plant.state().parked
    assert (parked.partition, parked.aggregate, parked.reason) == (PARTITION, "order/1", "MalformedDetail")
    assert parked.since == plant.clock.now()


def test_a_parked_aggregate_is_not_tried_again_and_those_behind_it_go_on(plant: Plant) -> None:
    plant.publisher.refusing["a"] = True
    plant.tell("a", *range(120))
    plant.relay()
    plant.publisher.refusing.clear()
    plant.tell("a/1", 1)
    plant.tell("b", 1)

    turn = plant.relay()

    assert plant.published() == [("a/1", 1), ("b", 1)]
    assert (turn.is_done, len(plant.waiting())) == (True, 120)


def test_a_fact_refused_ten_times_parks_its_aggregate(plant: Plant) -> None:
    plant.publisher.refusing["order/1"] = False
    plant.tell("order/1", 1)

    turns = [plant.relay() for _ in range(10)]

    assert [turn.parked for turn in turns] == [()] * 9 + [("order/1",)]
    assert [turn.refused for turn in turns] == [1] * 9 + [0]
    assert turns[-1].is_done


def test_a_fact_that_cannot_be_read_parks_its_aggregate(plant: Plant) -> None:
    plant.tell("order/1", 1)
    plant.tell("order/2", 1)
    key = Key(PARTITION, PENDING + place_of("order/1", 1))
    plant.tenant.documents.system().patch(key, [Set("envelope", "{")])

    plant.relay()

    assert plant.published() == [("order/2", 1)]
    assert [each.aggregate for each in plant.state().parked] == ["order/1"]


def test_what_waits_is_recorded_and_the_record_goes_when_nothing_does(plant: Plant) -> None:
    plant.publisher.is_down = True
    plant.tell("order/1", 1, 2)
    since = plant.clock.now()
    plant.clock.advance(60)
    plant.tell("order/2", 1)

    turn = plant.relay()

    assert (turn.fault, turn.pending, turn.oldest_at) == ("the bus does not answer", 3, since)
    (behind,) = plant.state().behind
    assert (behind.partition, behind.pending, behind.oldest_at) == (PARTITION, 3, since)
    assert behind.reason == "the bus does not answer"
    plant.publisher.is_down = False
    assert plant.relay().is_done
    assert plant.state() == model.OutboxState(behind=(), parked=())


def test_what_the_bus_took_before_it_failed_is_not_published_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.tell("order/1", 1, 2, 3)
    deliver = plant.publisher.deliver

    def failing(envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        if envelopes[0].version == 2:
            raise Unavailable("the bus does not answer")
        return deliver(envelopes)

    monkeypatch.setattr(plant.publisher, "deliver", failing)
    plant.relay()
    monkeypatch.undo()
    plant.relay()

    assert plant.published() == [("order/1", 1), ("order/1", 2), ("order/1", 3)]


def test_two_relays_at_once_publish_twice_at_most_and_keep_the_order(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.tell("order/1", 1, 2)
    deliver = plant.publisher.deliver

    def overtaken(envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        monkeypatch.undo()
        plant.relay()
        return deliver(envelopes)

    monkeypatch.setattr(plant.publisher, "deliver", overtaken)
    plant.relay()

    first_seen = list(dict.fromkeys(plant.published()))
    assert first_seen == [("order/1", 1), ("order/1", 2)]
    assert len({envelope.id for envelope in plant.publisher.published}) == 2
    assert plant.waiting() == []


def test_what_the_store_does_not_keep_for_a_replay_stays_and_is_published_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.tell("order/1", 1)
    write_many = MemoryDocuments.write_many

    def deletes_only(self: MemoryDocuments, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        write_many(self, [write for write in writes if isinstance(write, Delete)])
        return [write for write in writes if isinstance(write, Put)]

    with monkeypatch.context() as patch:
        patch.setattr(MemoryDocuments, "write_many", deletes_only)
        plant.relay()
    assert plant.waiting() == [place_of("order/1", 1)]

    plant.relay()

    assert plant.published() == [("order/1", 1), ("order/1", 1)]
    assert len({envelope.id for envelope in plant.publisher.published}) == 1
    assert plant.waiting() == []


def test_a_fact_that_another_relay_has_published_parks_nothing(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.tell("order/1", 1)

    def overtaken(envelopes: Sequence[Envelope]) -> Sequence[Refusal]:
        monkeypatch.undo()
        plant.relay()
        return [Refusal(envelope.id, "MalformedDetail", is_final=True) for envelope in envelopes]

    monkeypatch.setattr(plant.publisher, "deliver", overtaken)
    plant.relay()

    assert plant.state().parked == ()
    assert plant.published() == [("order/1", 1)]


def test_an_aggregate_parked_twice_keeps_its_first_reason(plant: Plant) -> None:
    fact = Waiting(aggregate="order/1", version=1, created_at=plant.clock.now(), text="", envelope=None)
    ledger.park(PARTITION, fact, "too large", plant.tenant)
    plant.clock.advance(60)

    ledger.park(PARTITION, fact, "malformed", plant.tenant)

    (parked,) = ledger.parked_in(PARTITION, plant.tenant)
    assert (parked.reason, parked.since) == ("too large", fact.created_at)


WAKE = Wake(tenant_id=TENANT, partition=PARTITION)


@pytest.mark.parametrize(
    ("attempt", "turn", "expected"),
    [
        (0, Turn(published=5), None),
        (0, Turn(parked=("order/1",)), None),
        (7, Turn(published=100, has_more=True), (0, 0)),
        (7, Turn(published=99, refused=1, has_more=True), (0, 0)),
        (0, Turn(fault="down"), (1, 5)),
        (3, Turn(published=3, fault="down", has_more=True), (4, 40)),
        (0, Turn(published=3, refused=1), (1, 5)),
        (2, Turn(refused=100, has_more=True), (3, 20)),
        (7, Turn(fault="down"), (8, 640)),
        (8, Turn(fault="down"), (9, 900)),
        (10_000, Turn(fault="down"), (10_001, 900)),
    ],
)
def test_the_next_look_comes_at_once_for_more_and_later_and_later_for_trouble(
    attempt: int, turn: Turn, expected: tuple[int, int] | None
) -> None:
    found = model.next_look(WAKE.model_copy(update={"attempt": attempt}), turn)

    assert (found and (found[0].attempt, found[1])) == expected


def test_a_long_partition_name_is_recorded_too(plant: Plant) -> None:

    name = "部" * 600
    plant.publisher.is_down = True
    plant.tenant.commit([Put(Key(name, "order"), {})], [Fact(OrderPlaced(), "order/1", 1)])

    service.relay_partition(name, plant.tenant, plant.publisher)

    assert [each.partition for each in plant.state().behind] == [name]
