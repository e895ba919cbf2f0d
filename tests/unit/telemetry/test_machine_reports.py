"""What a machine reports is told to the other domains once, with the write that stores it."""

from typing import Any

import pytest
from hypothesis import given, settings

from functions.telemetry.reports import aggregate_of
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.events.telemetry import CountReport, MachineReported, StateReport
from makoto.ports.documents import Query
from makoto.ports.outbox import FIRST_WAKE_S, PENDING
from tests.unit.codecs.messages import DEVICE, NOW_MS, counters, state, telemetry
from tests.unit.telemetry.test_exactly_once import Refusing, some_delivery, world_on
from tests.unit.telemetry.world import PATH, World


def reports(world: World) -> list[MachineReported]:
    return world.facts(MachineReported)


def envelopes(world: World) -> list[Envelope]:
    found = world.tenant.documents.system().query(Query(f"telemetry#{DEVICE}", prefix=PENDING, limit=1000)).items
    return [Envelope.model_validate_json(str(each.data["envelope"])) for each in found]


def test_states_and_counters_of_one_write_are_told_as_one_fact() -> None:
    world = World()
    world.receive(state(seq=0, packml=6, reason=2), counters(seq=1), telemetry(seq=2))
    assert reports(world) == [
        MachineReported(
            tenant_id=world.tenant.tenant_id,
            device_id=DEVICE,
            equipment=str(PATH),
            states=(StateReport(t=NOW_MS, packml=6, mode=1, reason=2, order="MO-1"),),
            counts=(CountReport(t=NOW_MS, counters={"good": 120, "scrap": 3}),),
        )
    ]


def test_readings_alone_are_told_to_nobody_and_wake_nobody() -> None:
    world = World()
    world.receive(telemetry(), telemetry(seq=1))
    assert envelopes(world) == []
    assert world.wakes.sent == []


def test_the_relay_is_called_before_and_after_a_write_with_a_fact() -> None:
    world = World()
    world.receive(state())
    assert [(wake.partition, wake.delay_s) for wake in world.wakes.sent] == [
        (f"telemetry#{DEVICE}", FIRST_WAKE_S),
        (f"telemetry#{DEVICE}", 0),
    ]


def test_facts_of_one_device_have_versions_without_gaps_whatever_lies_between() -> None:
    world = World()
    for seq in range(0, 6, 2):
        world.receive(state(seq=seq, t=NOW_MS + seq))
        world.receive(telemetry(seq=seq + 1))
    told = envelopes(world)
    assert [(each.aggregate, each.version) for each in told] == [(aggregate_of(DEVICE), n) for n in (1, 2, 3)]


def test_a_message_that_comes_twice_is_told_once() -> None:
    world = World()
    for _ in range(2):
        world.receive(state(seq=0), state(seq=0), counters(seq=1))
        world.receive(counters(seq=1), state(seq=0))
    assert [(len(each.states), len(each.counts)) for each in reports(world)] == [(1, 1)]


@pytest.mark.parametrize("driver", [Refusing(before=[1]), Refusing(after=[1]), Refusing(before=[1, 2], after=[3])])
def test_a_crash_before_or_after_the_write_tells_each_report_once(driver: Refusing) -> None:
    documents = [state(seq=0), counters(seq=1), telemetry(seq=2)]
    world = world_on(driver)
    for _ in range(len(driver.before) + len(driver.after)):
        with pytest.raises(Unavailable):
            world.receive(*documents)
    world.receive(*documents)
    assert [(len(each.states), len(each.counts)) for each in reports(world)] == [(1, 1)]


def test_who_loses_a_race_reads_again_and_tells_what_is_left() -> None:
    world = world_on(driver := Raced())
    driver.first = lambda: world.receive(state(seq=0))
    world.receive(state(seq=0), state(seq=1, t=NOW_MS + 1))
    told = [[each.t for each in report.states] for report in reports(world)]
    assert told == [[NOW_MS], [NOW_MS + 1]]


class Raced(MemoryDocuments):
    """A store in which somebody else is faster, once."""

    first: Any = None

    def write_all(self, writes: Any, now: Any) -> None:
        if first := self.first:
            self.first = None
            first()
        super().write_all(writes, now)


def test_more_reports_than_fit_one_write_are_told_in_several_facts() -> None:
    world = World()
    world.receive(*[state(seq=seq, t=NOW_MS + seq, order="é" * 64) for seq in range(400)])
    told = envelopes(world)
    assert [each.version for each in told] == list(range(1, len(told) + 1))
    assert sum(len(each.states) for each in reports(world)) == 400
    assert max(len(each.model_dump_json()) for each in told) < 64_000


@settings(max_examples=40, deadline=None)
@given(some_delivery())
def test_any_delivery_of_the_same_messages_tells_the_same_reports(delivery: tuple[list[Any], list[list[Any]]]) -> None:
    messages, batches = delivery
    straight, delivered = World(), World()
    straight.store(messages)
    for batch in batches:
        delivered.store(batch)
    assert sorted(_states(delivered)) == sorted(_states(straight))


def _states(world: World) -> list[str]:
    return [each.model_dump_json() for report in reports(world) for each in report.states]
