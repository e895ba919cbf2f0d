"""What people do about facts that wait: look, try again, publish again."""

import pytest

from functions.outbox import service
from functions.outbox.model import NothingToReplay, NotParked, Redrive, Replay
from functions.outbox.service import ListEvents, State
from makoto.adapters.clouds.memory.wakes import MemoryWake
from makoto.errors import Invalid
from makoto.ports.outbox import FIRST_WAKE_S
from tests.builders import TENANT
from tests.unit.outbox.conftest import PARTITION, Plant


def listed(plant: Plant, state: State, aggregate: str | None = None) -> list[tuple[str, int]]:
    found = service.list_events(ListEvents(partition=PARTITION, aggregate=aggregate, state=state), plant.tenant)
    return [(each.aggregate, each.version) for each in found.items]


@pytest.fixture
def troubled(plant: Plant) -> Plant:
    """One aggregate is parked, one has told two facts and has one to tell."""
    plant.publisher.refusing["order/1"] = True
    plant.tell("order/1", 1, 2)
    plant.tell("order/2", 1, 2)
    plant.relay()
    plant.tell("order/2", 3)
    plant.wakes.sent.clear()
    return plant


def test_facts_are_listed_by_their_state(troubled: Plant) -> None:
    assert listed(troubled, "parked") == [("order/1", 1), ("order/1", 2)]
    assert listed(troubled, "pending") == [("order/2", 3)]
    assert listed(troubled, "published") == [("order/2", 1), ("order/2", 2)]
    assert listed(troubled, "published", "order/1") == []
    assert listed(troubled, "parked", "order/1") == [("order/1", 1), ("order/1", 2)]
    assert listed(troubled, "pending", "order") == []


def test_a_listing_goes_on_behind_its_cursor(troubled: Plant) -> None:
    first = service.list_events(ListEvents(partition=PARTITION, state="published", limit=1), troubled.tenant)
    command = ListEvents(partition=PARTITION, state="published", limit=1, cursor=first.next_cursor)

    assert [each.version for each in service.list_events(command, troubled.tenant).items] == [2]


def test_a_redriven_aggregate_goes_out_in_order(troubled: Plant) -> None:
    troubled.publisher.refusing.clear()

    parked = service.redrive(Redrive(partition=PARTITION, aggregate="order/1"), troubled.tenant)
    troubled.relay()

    assert parked.reason == "MalformedDetail"
    assert [each for each in troubled.published() if each[0] == "order/1"] == [("order/1", 1), ("order/1", 2)]
    assert troubled.state().parked == ()
    assert troubled.wakes.sent == [MemoryWake(TENANT, PARTITION, FIRST_WAKE_S), MemoryWake(TENANT, PARTITION)]


def test_a_redriven_fact_has_all_its_attempts_again(plant: Plant) -> None:
    plant.publisher.refusing["order/1"] = False
    plant.tell("order/1", 1)
    for _ in range(10):
        plant.relay()
    service.redrive(Redrive(partition=PARTITION, aggregate="order/1"), plant.tenant)

    assert [plant.relay().parked for _ in range(10)] == [()] * 9 + [("order/1",)]


def test_an_aggregate_that_is_not_parked_cannot_be_redriven(troubled: Plant) -> None:
    with pytest.raises(NotParked):
        service.redrive(Redrive(partition=PARTITION, aggregate="order/2"), troubled.tenant)

    assert troubled.wakes.sent == []


def test_a_range_is_published_again_under_the_same_ids(plant: Plant) -> None:
    plant.tell("order/1", *range(1, 6))
    plant.relay()
    before = {each.version: each.id for each in plant.publisher.published}
    plant.publisher.published.clear()

    command = Replay(partition=PARTITION, aggregate="order/1", from_version=2, to_version=4)
    replayed = service.replay(command, plant.tenant)
    plant.relay()

    assert replayed.events == 3
    assert [(each.version, each.id) for each in plant.publisher.published] == [(n, before[n]) for n in (2, 3, 4)]
    assert plant.waiting() == []
    assert plant.wakes.sent[-1] == MemoryWake(TENANT, PARTITION)


def test_what_was_never_published_cannot_be_replayed(plant: Plant) -> None:
    plant.tell("order/1", 1)

    with pytest.raises(NothingToReplay):
        service.replay(Replay(partition=PARTITION, aggregate="order/1"), plant.tenant)
    with pytest.raises(Invalid):
        service.replay(Replay(partition=PARTITION, aggregate="order/1", from_version=2, to_version=1), plant.tenant)
