"""Messages on the wire: one sequence, columnar, small enough."""

from collections.abc import Iterator

import orjson
import pytest

from local.simulator.bursts import columns
from local.simulator.catalogue import FOOD, MACHINING, LinePlan, build_line, single_machine
from local.simulator.device import Device, Message
from local.simulator.metric import BAD, GOOD, Metric, Reading
from local.simulator.payload import MAX_BODY_BYTES, Column, pack
from makoto.codecs.telemetry import Columns, Decoder, Kind

MONDAY_MS = 1_767_571_200_000
SESSION = "01J9Z6ABCDEFGHJKMNPQRSTVWX"
SPEED = Metric("spindle/speed", "Double", "rpm", 0, 12000, 5.0, "DB10")


def hours_of(plan: LinePlan, hours: int, flush_s: int = 5) -> Iterator[list[Message]]:
    """The messages of the plan's first device, one list a simulated second."""
    line = build_line(plan, seed=1, start_ms=MONDAY_MS)
    station = line.stations[0]
    device = Device(station.name, SESSION, station.metrics)
    yield [device.birth(MONDAY_MS)]
    for second in range(hours * 3600):
        now_ms = MONDAY_MS + second * 1000
        line.advance(now_ms)
        messages = device.observe(station.snapshot(now_ms), now_ms)
        yield messages + (device.flush(now_ms) if second % flush_s == 0 else [])


@pytest.mark.parametrize("plan", [MACHINING, FOOD], ids=lambda plan: plan.name)
def test_all_kinds_of_message_share_one_sequence_without_a_gap(plan: LinePlan) -> None:
    sent = [message for messages in hours_of(plan, 1) for message in messages]
    assert [message.seq for message in sent] == list(range(len(sent)))
    assert [orjson.loads(message.body)["seq"] for message in sent] == list(range(len(sent)))
    assert sent[0].kind == "b"
    assert {message.kind for message in sent} >= {"b", "t", "s", "c"}


def test_the_columns_of_a_telemetry_message_are_of_one_length_and_in_order() -> None:
    for messages in hours_of(FOOD, 1):
        for message in messages:
            body = orjson.loads(message.body)
            for series in body.get("series", []):
                assert len(series["t"]) == len(series["v"]) == len(series.get("q", series["v"]))
                assert series["t"] == sorted(series["t"])


def test_qualities_are_left_out_where_all_are_good() -> None:
    column = Column("spindle/speed")
    column.append(1, Reading(10.0))
    assert column.document() == {"m": "spindle/speed", "t": [1], "v": [10.0]}
    column.append(2, Reading(None, BAD, "BadSensorFailure"))
    assert column.document() == {
        "m": "spindle/speed",
        "t": [1, 2],
        "v": [10.0, None],
        "q": [GOOD, BAD],
        "qs": [None, "BadSensorFailure"],
    }


def test_a_value_within_its_deadband_waits_until_the_longest_silence() -> None:
    device = Device("cnc-01", SESSION, [SPEED])
    line = build_line(MACHINING, seed=1, start_ms=MONDAY_MS)
    template = line.stations[0].snapshot(MONDAY_MS)
    sent = []
    for second, value in enumerate([100.0, 104.0, 105.0, 106.0] + [106.0] * 10):
        readings = {SPEED.name: Reading(value)}
        snapshot = type(template)(MONDAY_MS + second * 1000, readings, (), 0, 0, frozenset())
        device.observe(snapshot, snapshot.t_ms)
    for message in device.flush(MONDAY_MS):
        sent += orjson.loads(message.body)["series"][0]["t"]
    assert [(t_ms - MONDAY_MS) // 1000 for t_ms in sent] == [0, 2, 12]


def test_a_change_of_quality_is_sent_at_once_in_both_directions() -> None:
    device = Device("cnc-01", SESSION, [SPEED])
    line = build_line(MACHINING, seed=1, start_ms=MONDAY_MS)
    template = line.stations[0].snapshot(MONDAY_MS)
    for second, reading in enumerate([Reading(1.0), Reading(None, BAD, "BadSensorFailure"), Reading(1.0)]):
        snapshot = type(template)(MONDAY_MS + second * 1000, {SPEED.name: reading}, (), 0, 0, frozenset())
        device.observe(snapshot, snapshot.t_ms)
    (message,) = device.flush(MONDAY_MS)
    assert orjson.loads(message.body)["series"][0]["v"] == [1.0, None, 1.0]


@pytest.mark.parametrize("points", [1, 5_000, 40_000])
def test_no_message_is_over_the_limit_and_no_value_is_lost(points: int) -> None:
    filled = [Column(f"metric/{index}") for index in range(7)]
    for column in filled:
        for index in range(points):
            column.append(MONDAY_MS + index, Reading(index * 0.1234567890123))
    device = Device("edge", SESSION, [])
    messages = [device.telemetry(group, MONDAY_MS) for group in pack(filled)]
    assert max(len(message.body) for message in messages) <= MAX_BODY_BYTES
    times: dict[str, list[int]] = {}
    for message in messages:
        for series in orjson.loads(message.body)["series"]:
            times.setdefault(series["m"], []).extend(series["t"])
    assert times == {column.metric: column.times for column in filled}


def test_the_birth_lists_every_metric_with_type_unit_range_and_deadband() -> None:
    body = orjson.loads(Device("cnc-01", SESSION, [SPEED]).birth(5).body)
    assert body == {
        "schema": "birth/1",
        "edge": "cnc-01",
        "session": SESSION,
        "seq": 0,
        "sent_at": 5,
        "metrics": [
            {
                "m": SPEED.name,
                "type": "Double",
                "unit": "rpm",
                "min": 0,
                "max": 12000,
                "deadband": 5.0,
                "source": "DB10",
            }
        ],
    }


def test_a_death_has_no_number_in_the_sequence() -> None:
    device = Device("cnc-01", SESSION, [SPEED])
    device.birth(1)
    assert orjson.loads(device.death(9)) == {
        "schema": "death/1",
        "edge": "cnc-01",
        "session": SESSION,
        "sent_at": 9,
    }
    assert device.birth(10).seq == 1


def test_events_carry_wall_time_when_the_machines_live_faster() -> None:
    line = build_line(MACHINING, seed=1, start_ms=MONDAY_MS)
    device = Device("cnc-01", SESSION, line.stations[0].metrics)
    line.advance(MONDAY_MS + 3_600_000)
    snapshot = line.stations[0].snapshot(line.t_ms)
    messages = device.observe(snapshot, MONDAY_MS, lambda t_ms: MONDAY_MS + (t_ms - MONDAY_MS) // 60)
    times = [orjson.loads(message.body)["t"] for message in messages]
    assert times
    assert all(MONDAY_MS <= t_ms <= MONDAY_MS + 60_000 for t_ms in times)


@pytest.mark.parametrize("readings", [1, 9, 10_000, 10_007])
def test_a_burst_has_exactly_the_readings_asked_for_and_ends_now(readings: int) -> None:
    plan = MACHINING.stations[0]
    line = single_machine(plan, "demo", MACHINING.calendar, seed=1, start_ms=MONDAY_MS)
    end_ms = MONDAY_MS + 20_000_000
    made = columns(line, readings, end_ms)
    assert sum(len(column.times) for column in made) == readings
    assert max(column.times[-1] for column in made if column.times) == end_ms


def test_an_alarm_is_raised_once_and_cleared_once() -> None:
    alarms = [orjson.loads(one.body) for messages in hours_of(MACHINING, 3) for one in messages if one.kind == "a"]
    worn = [alarm for alarm in alarms if alarm["id"] == "tool-worn"]
    assert len(worn) >= 3
    assert [alarm["active"] for alarm in worn] == [index % 2 == 0 for index in range(len(worn))]
    assert worn[0]["text"] == {"en": "Tool worn: change is due", "ja": "工具摩耗：交換時期です"}


def test_what_happened_before_the_start_is_not_reported() -> None:
    line = build_line(FOOD, seed=1, start_ms=MONDAY_MS)
    assert [snapshot.statuses for snapshot in line.snapshots().values()] == [()] * len(line.stations)


@pytest.mark.parametrize("limit", range(2_000, 12_000, 500))
def test_the_limit_holds_for_the_whole_message(limit: int) -> None:
    column = Column("metric")
    for index in range(500):
        column.append(MONDAY_MS + index, Reading(index / 7))
    device = Device("edge", SESSION, [])
    assert all(len(device.telemetry(group, MONDAY_MS).body) <= limit for group in pack([column], limit))


def test_the_platform_reads_every_message_without_a_fault() -> None:
    decoder, faulty = Decoder(), 0
    for plan in (MACHINING, FOOD):
        for message in (one for messages in hours_of(plan, 2, flush_s=600) for one in messages):
            kind, name = Kind(message.kind), plan.stations[0].device_id
            decoded = decoder.decode(message.body, device=name, received_at_ms=MONDAY_MS + 8_000_000, kind=kind)
            assert decoded.faults == ()
            assert decoded.identity is not None
            assert decoded.identity.seq == message.seq
            assert message.readings == (len(decoded.content) if isinstance(decoded.content, Columns) else 0)
            faulty += b'"qs"' in message.body
    assert faulty > 0
