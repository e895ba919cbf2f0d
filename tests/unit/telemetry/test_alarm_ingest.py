"""Alarms are judged with the write that stores their readings: each transition is told once, whatever happens."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.telemetry import alerting
from functions.telemetry.alarm_commands import AcknowledgeAlarm
from functions.telemetry.alarm_service import acknowledge_alarm
from functions.telemetry.alarm_states import Place, alarm_id_of, states_key
from functions.telemetry.batch import Incoming
from functions.telemetry.ingest import store_incoming
from functions.telemetry.portion import MAX_WRITES
from makoto.codecs.telemetry import Decoder
from makoto.domain import instant_from_ms
from makoto.errors import Unavailable
from makoto.events.telemetry import AlarmCleared, AlarmRaised
from makoto.ports.documents import Key, Put, Query
from tests.unit.codecs.messages import DEVICE, NOW_MS, alarm, birth, body, state, telemetry
from tests.unit.telemetry.alarming import METRIC, alarm_facts, hot, names, rule, set_rule, state_of, states, tick, told
from tests.unit.telemetry.test_exactly_once import Refusing, world_on
from tests.unit.telemetry.test_machine_reports import Raced
from tests.unit.telemetry.world import PATH, World, message


def world_with(*rules: Any) -> World:
    world = World()
    for each in rules:
        set_rule(world, each)
    return world


def test_a_reading_above_the_limit_raises_and_one_below_clears() -> None:
    world = world_with(rule())
    world.receive(hot(70.0, 81.0, seq=0))
    (raised,) = world.facts(AlarmRaised)
    assert raised == AlarmRaised(
        tenant_id=world.tenant.tenant_id,
        device_id=DEVICE,
        equipment=str(PATH),
        alarm_id=raised.alarm_id,
        rule_id="hot",
        metric=METRIC,
        severity=3,
        at=instant_from_ms(NOW_MS),
        value=81.0,
    )
    world.receive(hot(70.0, seq=1, at_ms=NOW_MS + 500))
    (cleared,) = world.facts(AlarmCleared)
    assert (cleared.alarm_id, cleared.at) == (raised.alarm_id, instant_from_ms(NOW_MS + 500))


def test_without_rules_no_state_is_kept_and_nothing_is_told() -> None:
    world = World()
    world.receive(hot(1e9, seq=0))
    assert world.tenant.documents.query(Query(f"telemetry#{DEVICE}", prefix="alarm")).items == ()
    assert alarm_facts(world) == []


def test_a_rule_of_a_line_and_a_pattern_judges_what_stands_below_and_matches() -> None:
    world = world_with(
        rule(rule_id="line", equipment="nagoya/machining/line-1", metric="spindle/*"),
        rule(rule_id="other-line", equipment="nagoya/machining/line-10", metric="*"),
        rule(rule_id="other-device", device="edge-08"),
        rule(rule_id="off", enabled=False),
    )
    world.receive(hot(99.0, seq=0), hot(99.0, seq=1, metric="coolant/level"))
    assert [fact.rule_id for fact in world.facts(AlarmRaised)] == ["line"]


def test_a_change_of_a_rule_counts_from_the_next_batch_on() -> None:
    world = world_with(rule())
    world.receive(hot(75.0, seq=0))
    set_rule(world, rule(high=70.0))
    world.receive(hot(75.0, seq=1, at_ms=NOW_MS + 1))
    assert names(world) == ["alarm_raised"]


def test_where_a_store_shows_the_mark_before_the_rule_the_rule_counts_within_half_a_minute() -> None:
    world = world_with(rule(high=1e9))
    put = Put(Key(alerting.PARTITION, alerting.RULE + "hot"), {"content": rule().model_dump_json()})
    _, mark = alerting.with_mark(put, world.tenant)
    world.tenant.documents.atomic([mark])
    world.receive(hot(99.0, seq=0))
    world.tenant.documents.atomic([put])
    world.clock.advance(29)
    world.receive(hot(99.0, seq=1, at_ms=NOW_MS + 1))
    assert names(world) == []
    world.clock.advance(1)
    world.receive(hot(99.0, seq=2, at_ms=NOW_MS + 2))
    assert names(world) == ["alarm_raised"]


def test_limits_are_compared_in_the_unit_that_the_birth_declares() -> None:
    world = world_with(rule(unit="degF", high=176.0), rule(rule_id="wrong", unit="bar", high=1.0))
    metric = {"m": METRIC, "type": "Double", "unit": "degC"}
    world.receive(birth(metrics=[metric], seq=0))
    world.receive(hot(79.0, 80.5, seq=1))
    assert [fact.rule_id for fact in world.facts(AlarmRaised)] == ["hot"]


def test_outside_of_execute_a_rule_is_suppressed() -> None:
    world = world_with(rule(only_in_states=[6]))
    world.receive(state(seq=0, packml=4, t=NOW_MS - 5000))
    world.receive(hot(99.0, seq=1))
    assert (names(world), state_of(world)) == ([], "suppressed")
    world.receive(state(seq=2, packml=6, t=NOW_MS + 1000), hot(99.0, seq=3, at_ms=NOW_MS + 2000))
    assert told(world) == [("alarm_raised", instant_from_ms(NOW_MS + 2000).isoformat().replace("+00:00", "Z"))]


def test_an_active_alarm_is_suppressed_when_the_machine_stops_though_its_metric_says_nothing() -> None:
    world = world_with(rule(only_in_states=[6]))
    world.receive(state(seq=0, packml=6, t=NOW_MS - 5000), hot(99.0, seq=1))
    world.receive(state(seq=2, packml=2, t=NOW_MS + 1000))
    assert (names(world), state_of(world)) == (["alarm_raised", "alarm_cleared"], "suppressed")
    assert world.facts(AlarmCleared)[0].at == instant_from_ms(NOW_MS + 1000)


def test_a_rule_that_is_about_something_else_now_lets_its_alarms_go() -> None:
    world = world_with(rule())
    world.receive(hot(99.0, seq=0))
    set_rule(world, rule(metric="another/*"))
    world.receive(hot(1.0, seq=1, metric="another/metric"))
    assert names(world) == ["alarm_raised", "alarm_cleared"]


def test_a_rule_of_one_device_leaves_no_document_with_another() -> None:
    world = world_with(rule(device="edge-08"))
    world.receive(hot(99.0, seq=0), state(seq=1))
    assert world.tenant.documents.query(Query(f"telemetry#{DEVICE}", prefix="alarm")).items == ()


def test_late_and_historical_readings_move_no_alarm() -> None:
    world = world_with(rule())
    world.receive(hot(70.0, seq=0))
    world.receive(hot(99.0, seq=1, at_ms=NOW_MS - 1))
    world.receive(hot(99.0, seq=2, at_ms=NOW_MS + 1, historical=True))
    assert names(world) == []
    assert [point.late for point in states(world).points.values()] == [1]


def test_an_alarm_that_the_device_tells_is_told_by_the_rule_named_device() -> None:
    world = World()
    world.receive(alarm(seq=0), alarm(seq=1, t=NOW_MS + 5, active=False))
    (raised,) = world.facts(AlarmRaised)
    assert (raised.rule_id, raised.metric, raised.severity, raised.value) == ("device", "coolant-low", 3, None)
    assert names(world) == ["alarm_raised", "alarm_cleared"]
    assert state_of(world, "device", "coolant-low") == "returned_unacknowledged"


def test_a_message_that_comes_twice_raises_once() -> None:
    world = world_with(rule())
    for _ in range(2):
        world.receive(hot(99.0, seq=0), hot(99.0, seq=0), alarm(seq=1))
    assert names(world) == ["alarm_raised", "alarm_raised"]


@pytest.mark.parametrize("driver", [Refusing(before=[2]), Refusing(after=[2]), Refusing(before=[2, 3], after=[4])])
def test_a_crash_before_or_after_the_write_tells_each_transition_once(driver: Refusing) -> None:
    world = world_on(driver)
    set_rule(world, rule())
    documents = [hot(99.0, seq=0), hot(70.0, seq=1, at_ms=NOW_MS + 1)]
    for _ in range(len(driver.before) + len(driver.after)):
        with pytest.raises(Unavailable):
            world.receive(*documents)
    world.receive(*documents)
    assert names(world) == ["alarm_raised", "alarm_cleared"]
    assert [each.version for each in alarm_facts(world)] == [1, 2]


def test_who_loses_a_race_judges_again_by_what_the_other_left() -> None:
    world = world_on(driver := Raced())
    set_rule(world, rule())
    driver.first = lambda: world.receive(hot(99.0, seq=0))
    world.receive(hot(98.0, seq=1, at_ms=NOW_MS + 1), hot(70.0, seq=2, at_ms=NOW_MS + 2))
    assert names(world) == ["alarm_raised", "alarm_cleared"]


def test_more_steps_than_fit_a_write_are_told_with_the_next_ones_and_none_is_lost() -> None:
    world = world_with(rule(metric="*"))
    parts = [{"m": f"metric-{index}", "t": [NOW_MS], "v": [99.0]} for index in range(40)]
    world.receive(telemetry(*parts, seq=0))
    assert len(alarm_facts(world)) == 12
    assert tick(world, after_s=1) == 1
    facts = alarm_facts(world)
    assert {each.data["metric"] for each in facts} == {part["m"] for part in parts}
    assert [each.version for each in facts] == list(range(1, 41))


def test_a_chattering_alarm_is_calmed_and_still_ends_as_it_is() -> None:
    world = world_with(rule())
    world.receive(hot(*[99.0, 70.0] * 100, 99.0, seq=0))
    assert names(world) == ["alarm_raised", "alarm_cleared"] * 3 + ["alarm_raised"]
    assert (states(world).calmed, state_of(world)) == (194, "unacknowledged")


def test_beyond_the_bound_further_alarms_of_a_device_are_refused_and_counted() -> None:
    world = world_with(rule(metric="*", high=1e9))
    for seq in range(5):
        parts = [{"m": f"metric-{seq}-{index}", "t": [NOW_MS], "v": [1.0]} for index in range(100)]
        world.receive(telemetry(*parts, seq=seq))
    assert (len(states(world).points), states(world).refused) == (250, 250)


def test_the_longest_names_and_texts_fit_the_document_and_no_message_is_lost() -> None:
    world, text = World(), {"en": "x" * 256, "ja": "熱" * 256}
    for first in range(0, 300, 50):
        some = range(first, first + 50)
        world.receive(*[alarm(seq=seq, id=f"{seq:03}" + "熱" * 125, text=text, t=NOW_MS + seq) for seq in some])
    stored = world.tenant.documents.get(states_key(DEVICE))
    assert len(str(stored.data["alarms"]).encode()) < 390_000
    assert (states(world).refused, world.quarantine()) == (50, [])
    assert tick(world, after_s=1) == 1
    assert [each.version for each in alarm_facts(world)] == list(range(1, 251))


def test_alarms_of_a_device_that_are_over_make_room_for_others() -> None:
    world = World()
    for seq in range(0, 300, 6):
        ids = [f"alarm-{seq + each}" for each in range(6)]
        world.receive(*[alarm(seq=2 * (seq + each), id=name, t=NOW_MS + seq) for each, name in enumerate(ids)])
        over = [alarm(seq=2 * (seq + each) + 1, id=name, active=False, t=NOW_MS + seq) for each, name in enumerate(ids)]
        world.receive(*over)
        for name in ids:
            alarm_id = alarm_id_of(DEVICE, Place("device", name), NOW_MS + seq)
            acknowledge_alarm(alarm_id, AcknowledgeAlarm(), world.tenant)
    assert states(world).refused == 0
    assert len(states(world).points) <= 250


def test_with_rules_as_many_messages_still_fit_as_an_atomic_write_takes() -> None:
    world = world_with(rule())
    documents = [hot(99.0 if seq % 2 else 70.0, seq=seq, at_ms=NOW_MS - 60_000 * (200 - seq)) for seq in range(200)]
    assert world.receive(*documents).accepted == 200
    assert names(world)[:2] == ["alarm_raised", "alarm_cleared"]


def test_room_for_what_alarms_may_need_is_left_beforehand() -> None:
    world = world_with(rule(metric="*"))
    documents = [hot(99.0, seq=seq, at_ms=NOW_MS - 60_000 * seq, metric=f"metric-{seq}") for seq in range(90)]
    incoming = [
        Incoming.of(message(each), Decoder().decode(body(each), device=DEVICE, received_at_ms=NOW_MS))
        for each in documents
    ]
    work = store_incoming(incoming, world.tenant)
    assert (work.accepted, work.max_writes) == (90, MAX_WRITES)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([70.0, 79.0, 81.0, 99.0]), min_size=1, max_size=12), st.data())
def test_in_whatever_batches_messages_come_the_same_is_told(values: list[float], data: st.DataObject) -> None:
    documents = [hot(value, seq=seq, at_ms=NOW_MS + 4000 * seq) for seq, value in enumerate(values)]
    of = rule(deadband=5.0, on_delay_s=data.draw(st.sampled_from([0, 6])), latching=data.draw(st.booleans()))
    straight, delivered = world_with(of), world_with(of)
    for document in documents:
        straight.receive(document)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=3)))
    for first, last in zip([0, *cuts], [*cuts, len(documents)], strict=True):
        for batch in filter(None, (documents[first:last], documents[:last])):
            delivered.receive(*batch)
    assert told(delivered) == told(straight)
