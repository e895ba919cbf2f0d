"""A machine's data from its certificate to the answers: what was said is what is told, once."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from local.simulator import clock
from local.simulator.bursts import burst
from makoto.domain import instant_from_ms
from tests.system.company import PLACE, Company, Json, Machine, eventually
from tests.system.laptop import MACHINING, LaptopCloud

READINGS = 10_000
ACCEPTED = 0


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    return laptop.company(MACHINING)


@pytest.fixture
def machine(company: Company, request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine of this test alone, connected."""
    device_id = f"story-{request.node.name[5:50].replace('_', '-').rstrip('-')}"
    with Machine(company.register(device_id)).connected() as machine:
        yield machine


def text(ms: int) -> str:
    return instant_from_ms(ms).isoformat(timespec="milliseconds")


def around(ms: int) -> dict[str, str]:
    return {"from": text(ms - 3_600_000), "to": text(ms + 60_000)}


def told(items: list[Json], *without: str) -> list[Json]:
    """What was said, without when it arrived."""
    return [{name: value for name, value in item.items() if name not in ("received_at", *without)} for item in items]


def ask(company: Company, machine: Machine, what: str, **query: Any) -> list[Json]:
    return company.ask(what, device=machine.credentials.device_id, **query)


def counted(company: Company, device: str, now_ms: int) -> int:
    """How many readings the history of a device holds."""
    metrics = [item["metric"] for item in company.ask("latest", device=device)]
    day = {"from": text(now_ms - 6 * 3_600_000), "to": text(now_ms + 60_000)}
    items = company.ask("history", device=device, metric=metrics, step="1m", aggregation="count", **day)
    return int(sum(item["count"] for item in items))


def test_what_a_machine_says_is_what_the_api_tells(company: Company, machine: Machine) -> None:
    now = clock.now_ms()
    speed: Json = {"m": "主軸/speed 🌀", "type": "Double", "unit": "1/min", "min": 0.0, "max": 9000.0}
    speed |= {"deadband": 0.5, "source": "ns=2;s=S1"}
    states: list[Json] = [
        {"packml": 6, "mode": 1, "reason": None, "order": "作業-7"},
        {"packml": 9, "mode": 1, "reason": 42},
    ]
    alarm: Json = {"id": "E-17", "severity": 3, "text": {"en": "Coolant low", "ja": "クーラント低下"}}
    series = {"m": speed["m"], "t": [now - 2000, now - 1000], "v": [1480.5, 1481.25]}

    machine.publish("b", machine.say("birth/1", 0, metrics=[speed]))
    machine.publish("t", machine.telemetry(1, series, {"m": "program", "t": [now], "v": ["切削 α"]}))
    machine.publish("s", machine.say("state/1", 2, t=now - 2000, **states[0]))
    machine.publish("s", machine.say("state/1", 3, t=now - 1000, **states[1]))
    machine.publish("c", machine.say("counters/1", 4, t=now - 2000, counters={"good": 10, "scrap": 1}))
    machine.publish("c", machine.say("counters/1", 5, t=now - 1000, counters={"good": 15, "scrap": 1}))
    machine.publish("a", machine.say("alarm/1", 6, t=now - 2000, active=True, **alarm))
    machine.publish("a", machine.say("alarm/1", 7, t=now - 1000, active=False, **alarm))
    acknowledged = machine.wait_stored(7)

    said = {"session": machine.session}
    assert acknowledged == {"session": machine.session, "seq": 7}
    assert told(ask(company, machine, "births", **around(now)), "time") == [
        {**said, "seq": 0, "metrics": [{**speed, "alias": None}]}
    ]
    assert told(ask(company, machine, "states", **around(now))) == [
        {**said, "seq": 2, "time": text(now - 2000), **states[0]},
        {**said, "seq": 3, "time": text(now - 1000), **states[1], "order": None},
    ]
    assert told(ask(company, machine, "counters", **around(now))) == [
        {**said, "seq": 4, "time": text(now - 2000), "good": 10, "scrap": 1}
        | {"good_delta": 0, "scrap_delta": 0, "event": None},
        {**said, "seq": 5, "time": text(now - 1000), "good": 15, "scrap": 1}
        | {"good_delta": 5, "scrap_delta": 0, "event": None},
    ]
    assert told(ask(company, machine, "alarm-records", **around(now))) == [
        {**said, "seq": 6, "time": text(now - 2000), "active": True, **alarm},
        {**said, "seq": 7, "time": text(now - 1000), "active": False, **alarm},
    ]
    assert ask(company, machine, "latest") == [
        {"device": machine.credentials.device_id, **PLACE, "metric": metric, "value": value}
        | {"quality": 192, "status": None, "time": text(at)}
        for metric, value, at in (("program", "切削 α", now), (speed["m"], 1481.25, now - 1000))
    ]
    assert ask(company, machine, "history", metric=speed["m"], step="raw", **around(now)) == [
        {"time": text(at), "metric": speed["m"], "value": value, "quality": 192, "status": None}
        for at, value in ((now - 2000, 1480.5), (now - 1000, 1481.25))
    ]
    assert ask(company, machine, "quarantine") == []


def test_ten_thousand_readings_in_are_ten_thousand_counted(company: Company) -> None:
    credentials = company.register("cnc-of-the-burst")

    done = burst(credentials, READINGS, timeout_s=60)

    assert done.readings == READINGS
    assert done.stored_s is not None
    assert counted(company, credentials.device_id, clock.now_ms()) == READINGS


def test_a_message_that_comes_again_changes_nothing(company: Company, machine: Machine) -> None:
    now = clock.now_ms()
    message = machine.telemetry(0, {"m": "a", "t": [now - 2000, now - 1000], "v": [1, 2]})
    other = {**message, "series": [{"m": "a", "t": [now], "v": [99]}]}

    assert machine.publish("t", message) == ACCEPTED
    assert machine.publish("t", message) == ACCEPTED
    machine.wait_stored(0)
    by_https = [company.send(message), company.send(other)]
    machine.publish("t", machine.telemetry(1, {"m": "b", "t": [now], "v": [1]}))
    machine.wait_stored(1)

    assert [(each["accepted"], each["duplicates"]) for each in by_https] == [(0, 1), (0, 1)]
    raw = ask(company, machine, "history", metric="a", step="raw", **around(now))
    assert [item["value"] for item in raw] == [1, 2]
    assert counted(company, machine.credentials.device_id, now) == 3


def test_what_comes_late_is_history_and_never_the_latest(company: Company, machine: Machine) -> None:
    now = clock.now_ms()
    machine.publish("t", machine.telemetry(0, {"m": "a", "t": [now], "v": [2]}))
    machine.wait_stored(0)

    machine.publish("t", machine.telemetry(1, {"m": "a", "t": [now - 30_000], "v": [1]}))
    machine.wait_stored(1)

    assert [item["value"] for item in ask(company, machine, "latest")] == [2]
    raw = ask(company, machine, "history", metric="a", step="raw", **around(now))
    assert [item["value"] for item in raw] == [1, 2]


def test_a_bad_point_is_kept_with_its_reason_and_the_good_beside_it_go_through(
    company: Company, machine: Machine
) -> None:
    now = clock.now_ms()
    broken = {"m": "a", "t": [now - 2, now - 1, now], "v": [1, "2", 3], "q": [192, 192, 77]}
    ahead = {"m": "b", "t": [now, now + 86_400_000], "v": [4, 5]}

    machine.publish("t", machine.telemetry(0, broken, ahead, {"m": "c", "t": [now], "v": [6]}))
    machine.wait_stored(0)

    refused = ask(company, machine, "quarantine")
    assert {(item["pointer"], item["rule"]) for item in refused} >= {("/series/1/t/1", "time_range")}
    assert any(item["pointer"].startswith("/series/0/q/2") for item in refused)
    values = {item["metric"]: item["value"] for item in ask(company, machine, "latest")}
    assert (values["b"], values["c"]) == (4, 6)


@pytest.mark.parametrize(
    ("kind", "body", "rule"),
    [
        ("t", b"{", "json"),
        ("t", b"", "json"),
        ("t", b"\xff\xfe\x00", "json"),
        ("t", b'{"a": NaN}', "finite"),
        ("t", b"[1, 2]", "type"),
        ("t", b'{"schema": "telemetry/9"}', "schema"),
        ("t", b'{"schema": "telemetry/1", "edge": "another-device"}', "edge"),
        ("s", b'{"temperature": 21.5}', "schema"),
    ],
)
def test_what_is_no_message_is_quarantined(
    company: Company, garbler: Machine, kind: str, body: bytes, rule: str
) -> None:
    before = len(ask(company, garbler, "quarantine"))

    garbler.publish(kind, body)

    kept = eventually(lambda: ask(company, garbler, "quarantine"), lambda items: len(items) > before)
    assert (kept[0]["reason"], kept[0]["rule"]) == ("message refused", rule)
    assert kept[0]["topic"] == f"{garbler.credentials.topic}/{kind}"


@pytest.fixture(scope="module")
def garbler(company: Company) -> Iterator[Machine]:
    with Machine(company.register("garbler")).connected() as machine:
        yield machine


def test_a_message_beyond_128_kb_is_not_stored_and_the_next_one_is(company: Company) -> None:
    """AWS IoT Core ends a connection that sends more; what gets through is refused by the codec."""
    with Machine(company.register("talker")).connected() as machine:
        now = clock.now_ms()
        large = machine.telemetry(0, {"m": "a", "t": [now], "v": ["x" * 129 * 1024]})
        with suppress(Exception, TimeoutError):
            machine.publish("t", large)
    with Machine(machine.credentials).connected() as again:
        again.publish("t", again.telemetry(0, {"m": "b", "t": [now], "v": [1]}))
        again.wait_stored(0)

    assert [item["metric"] for item in ask(company, again, "latest")] == ["b"]
    over_https = company.client.post(company.url("telemetry"), json=large)
    assert over_https.status_code in (404, 413, 422), over_https.text
