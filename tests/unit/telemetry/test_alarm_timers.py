"""What is due is found by the schedule, once, and what is not due is not touched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from functions.telemetry.alarm_commands import AcknowledgeAlarm, AskAlarms
from functions.telemetry.alarm_service import acknowledge_alarm, list_alarms
from functions.telemetry.alarm_states import states_key
from functions.telemetry.alarm_timers import DUE, GRACE_MS, LISTED, let_time_pass
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.events.telemetry import AlarmEscalated
from makoto.ports.documents import ConditionRefused, Key, Query, Write
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.alarming import alarm_facts, hot, names, rule, set_rule, state_of, states, tick
from tests.unit.telemetry.test_exactly_once import world_on
from tests.unit.telemetry.test_machine_reports import Raced
from tests.unit.telemetry.world import World

GRACE_S = GRACE_MS / 1000


def world_with(**fields: Any) -> World:
    world = World()
    set_rule(world, rule(**fields))
    return world


def notes(world: World) -> int:
    return len(world.tenant.documents.query(Query(DUE, limit=100)).items)


def listed(world: World) -> int:
    return len(world.tenant.documents.query(Query(LISTED)).items)


def test_a_delay_ends_without_a_further_reading() -> None:
    world = world_with(on_delay_s=10)
    world.receive(hot(99.0, seq=0))
    assert tick(world, after_s=9 + GRACE_S) == 0
    assert names(world) == []
    assert tick(world, after_s=2) == 1
    assert names(world) == ["alarm_raised"]
    assert tick(world, after_s=60) == 0
    assert notes(world) == 0


def test_silence_raises_and_the_next_reading_clears() -> None:
    world = world_with(condition="stale", high=None, stale_after_s=60)
    world.receive(hot(1.0, seq=0))
    assert tick(world, after_s=61 + GRACE_S) == 1
    assert names(world) == ["alarm_raised"]
    world.receive(hot(1.0, seq=1, at_ms=NOW_MS + 90_000), received_at_ms=NOW_MS + 91_000)
    assert names(world) == ["alarm_raised", "alarm_cleared"]


def test_while_readings_come_silence_costs_a_note_for_each_wait_and_not_for_each_reading() -> None:
    world = world_with(condition="stale", high=None, stale_after_s=600)
    for seq in range(20):
        world.clock.advance(20)
        at = NOW_MS + 20_000 * (seq + 1)
        world.receive(hot(1.0, seq=seq, at_ms=at), received_at_ms=at)
    assert notes(world) == 1
    assert tick(world, after_s=300) == 1
    assert (names(world), notes(world)) == ([], 1)
    assert tick(world, after_s=600) == 1
    assert names(world) == ["alarm_raised"]


def test_an_alarm_that_nobody_acknowledges_is_escalated() -> None:
    world = world_with(escalate_after_min=(5, 15))
    world.receive(hot(99.0, seq=0))
    assert tick(world, after_s=290) == 0
    assert tick(world, after_s=20) == 1
    assert tick(world, after_s=600) == 1
    assert [fact.level for fact in world.facts(AlarmEscalated)] == [1, 2]
    assert notes(world) == 0


def test_a_tick_that_comes_twice_tells_once() -> None:
    world = world_with(on_delay_s=10)
    world.receive(hot(99.0, seq=0))
    world.clock.advance(11 + GRACE_S)
    kept = world.tenant.documents.query(Query(DUE)).items
    tick(world)
    for note in kept:  # the function died before it took the note away
        world.tenant.documents.put(note.key, note.data)
    assert tick(world) == 1
    assert names(world) == ["alarm_raised"]


def test_alarms_of_a_rule_that_is_switched_off_clear() -> None:
    world = world_with()
    world.receive(hot(99.0, seq=0))
    set_rule(world, rule(enabled=False))
    world.receive(hot(99.0, seq=1, at_ms=NOW_MS + 1))
    assert names(world) == ["alarm_raised"]
    set_rule(world, rule(rule_id="another", high=1e9))
    world.receive(hot(99.0, seq=2, at_ms=NOW_MS + 2))
    assert names(world) == ["alarm_raised", "alarm_cleared"]


def test_a_device_leaves_the_list_when_its_alarms_are_over_and_count_into_no_flood() -> None:
    world = world_with()
    world.receive(hot(99.0, 70.0, seq=0))
    assert (listed(world), state_of(world)) == (1, "returned_unacknowledged")
    (alarm,) = list_alarms(AskAlarms(), world.tenant).items
    acknowledge_alarm(alarm.alarm_id, AcknowledgeAlarm(), world.tenant)
    assert (listed(world), states(world).is_idle) == (1, True)
    assert tick(world, after_s=700) == 1
    assert (listed(world), states(world).is_listed) == (0, False)
    world.receive(hot(99.0, seq=1, at_ms=NOW_MS + 700_000), received_at_ms=NOW_MS + 700_000)
    assert listed(world) == 1


class Contended(MemoryDocuments):
    """A store in which somebody else is always faster with one device."""

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        if writes[0].key.partition == "telemetry#edge-99":
            raise ConditionRefused(0)
        super().write_all(writes, now)


def test_a_device_that_cannot_be_served_stays_due_and_holds_up_no_other() -> None:
    world = world_on(Contended())
    set_rule(world, rule(on_delay_s=10))
    world.receive(hot(99.0, seq=0))
    stored = world.tenant.documents.get(states_key(DEVICE))
    world.tenant.documents.put(states_key("edge-99"), stored.data)
    broken = Key(DUE, "2020-01-01T00:00:00.000Z#edge-99")
    world.tenant.documents.put(broken, {"device": "edge-99"})
    world.clock.advance(11 + GRACE_S)
    assert let_time_pass(world.tenant, lambda: False) == (1, 1)
    assert names(world) == ["alarm_raised"]
    assert broken in [note.key for note in world.tenant.documents.query(Query(DUE)).items]


def test_what_is_too_late_for_one_tick_waits_for_the_next() -> None:
    world = world_with(on_delay_s=10)
    world.receive(hot(99.0, seq=0))
    world.clock.advance(11 + GRACE_S)
    assert let_time_pass(world.tenant, lambda: True) == (0, 0)
    assert let_time_pass(world.tenant, lambda: False) == (1, 0)


def test_a_tick_that_loses_against_readings_judges_again_by_what_they_left() -> None:
    world = world_on(driver := Raced())
    set_rule(world, rule(on_delay_s=10))
    world.receive(hot(99.0, seq=0))
    world.clock.advance(11 + GRACE_S)
    driver.first = lambda: world.receive(hot(70.0, seq=1, at_ms=NOW_MS + 5000))
    assert tick(world) == 1
    assert names(world) == []


def test_readings_and_a_person_at_once_lose_neither() -> None:
    world = world_on(driver := Raced())
    set_rule(world, rule())
    world.receive(hot(99.0, seq=0))
    (alarm,) = list_alarms(AskAlarms(), world.tenant).items
    driver.first = lambda: world.receive(hot(70.0, seq=1, at_ms=NOW_MS + 5000))
    acknowledge_alarm(alarm.alarm_id, AcknowledgeAlarm(), world.tenant)
    assert names(world) == ["alarm_raised", "alarm_cleared", "alarm_acknowledged"]
    assert state_of(world) == "normal"
    assert [each.version for each in alarm_facts(world)] == [1, 2, 3]
