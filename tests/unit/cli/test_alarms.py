"""`makoto alarms …`, `anomalies …` and `telemetry series` through the real handlers, over what a device sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.times import now
from functions.telemetry import api
from makoto.domain import ms_from_instant
from makoto.ports.configuration import CertificateRecord
from makoto.ports.documents import Key
from tests.builders import TENANT, api_event, lambda_context
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import cells, read, write
from tests.unit.codecs.messages import DEVICE, series, telemetry

METRIC = "spindle/temperature"
HOT: dict[str, Any] = {
    "rule_id": "hot",
    "text": {"en": "Spindle too hot", "ja": "主軸過熱"},
    "metric": METRIC,
    "condition": "high",
    "high": 80.0,
    "severity": 3,
}
PLACE = {"site": "nagoya", "area": "machining", "line": "line-1", "cell": "mc-01"}
Hear = Callable[..., None]


@pytest.fixture
def operator(makoto: Terminal, world: World) -> Terminal:
    world.clock.advance((now() - world.clock.now()).total_seconds())
    makoto.sign_in(ADMIN)
    certificate = CertificateRecord(certificate_id="c-1", tenant_id=TENANT, device_id=DEVICE, **PLACE)
    world.platform.configuration.save_certificate(certificate)
    world.platform.open_tenant(TENANT, None, "test").documents.put(Key("device", DEVICE), {"device_id": DEVICE})
    return makoto


@pytest.fixture
def hear(operator: Terminal, world: World) -> Hear:
    """The device says values, each a second after the one before, the last one now."""
    said = iter(range(1000))

    def say(*values: float, metric: str = METRIC) -> None:
        now_ms = ms_from_instant(world.clock.now())
        times = [now_ms - 1000 * (len(values) - place) for place in range(1, len(values) + 1)]
        message = telemetry(series(metric, t=times, v=list(values)), seq=next(said), sent_at=now_ms)
        event = api_event("POST", f"/api/v1/tenants/{TENANT}/telemetry", body=message)
        answer = api.handler(event, lambda_context())
        assert answer["statusCode"] == 200, answer["body"]
        world.clock.advance(60)

    return say


@pytest.fixture
def alarm(operator: Terminal, hear: Hear, tmp_path: Path) -> str:
    """An alarm stands; its id."""
    assert operator("alarms", "put-rule", write(tmp_path / "hot.json", HOT)).code == 0
    hear(70.0, 90.0)
    return str(read(operator("alarms", "list", "--json"))[0]["alarm_id"])


def test_rules_are_set_listed_and_removed(operator: Terminal, hear: Hear, tmp_path: Path) -> None:
    file = write(tmp_path / "hot.json", HOT)
    for _ in range(2):
        assert read(operator("alarms", "put-rule", file, "--json"))["revision"] == 1
    assert cells(operator("alarms", "rules"))[0][:5] == ["hot", "3", METRIC, "high", "high 80"]
    operator("alarms", "put-rule", write(tmp_path / "hotter.json", HOT | {"high": 85}))
    assert [row[0] for row in cells(operator("alarms", "rule-versions", "hot"))] == ["1", "2"]
    assert read(operator("alarms", "rule", "hot", "--json"))["rule"]["high"] == 85
    contradiction = operator("alarms", "put-rule", write(tmp_path / "bad.json", HOT | {"low": 1}))
    assert (contradiction.code, "/body/low" in contradiction.err) == (2, True)
    assert "does not say `rule_id`" in operator("alarms", "put-rule", write(tmp_path / "no.json", {})).err
    assert read(operator("alarms", "remove-rule", "hot", "--json"))["is_removed"] is True
    assert operator("alarms", "rule", "hot").err.startswith("404")


def test_an_alarm_is_seen_acknowledged_and_shelved(operator: Terminal, alarm: str) -> None:
    listed = operator("alarms", "list", "--severity", "3")
    assert cells(listed)[0][:6] == ["3", "unacknowledged", DEVICE, METRIC, "Spindle too hot", "90"]
    assert "1 active, 1 not acknowledged" in listed.err
    assert read(operator("alarms", "ack", alarm, "--comment", "coolant", "--json"))["state"] == "acknowledged"
    assert operator("alarms", "ack", alarm).code == 0
    shelved = operator("alarms", "shelve", alarm, "--until", "2h", "--reason", "sensor is exchanged", "--json")
    assert read(shelved)["state"] == "shelved"
    assert read(operator("alarms", "unshelve", alarm, "--json"))["shelf"] is None
    steps = [row[1] for row in cells(operator("alarms", "show", alarm))]
    assert steps == ["raised", "acknowledged", "shelved", "unshelved"]
    assert operator("alarms", "shelve", alarm, "--until", "30d", "--reason", "x").code == 2
    assert "Not a time" in operator("alarms", "shelve", alarm, "--until", "later", "--reason", "x").err
    assert operator("alarms", "ack", f"{DEVICE}.cold.0123456789.1").err.startswith("404")
    operator.environment["MAKOTO_LANG"] = "ja"
    assert "主軸過熱" in operator("alarms", "list").out
    operator.sign_in(VIEWER)
    assert operator("alarms", "ack", alarm).err.startswith("403")


def test_what_is_odd_is_watched_and_listed(operator: Terminal, hear: Hear) -> None:
    watched = operator("anomalies", "watch", DEVICE, "-m", "spindle/*", "--threshold", "0.8", "--json")
    assert read(watched)["watch"]["metrics"] == ["spindle/*"]
    wobbling = [40 + (place * 7919 % 100) / 100 for place in range(600)]
    hear(*wobbling, 140.0, *wobbling[:5], metric="spindle/load")

    found = cells(operator("anomalies", "list", "--device", DEVICE, "--from", "1h"))

    assert [(row[1], row[2], row[3]) for row in found] == [(DEVICE, "spindle/load", "140")]
    assert read(operator("anomalies", "watch", DEVICE, "--show", "--json"))["threshold"] == 0.8
    assert read(operator("anomalies", "watch", DEVICE, "--off", "--json"))["watch"]["enabled"] is False
    assert operator("anomalies", "watch", DEVICE, "--threshold", "7").code == 2
    assert operator("anomalies", "watch", "edge-99", "--show").err.startswith("404")


def test_series_of_devices_are_tables_and_charts(operator: Terminal, hear: Hear, tmp_path: Path) -> None:
    hear(*(float(value) for value in range(200)))
    hear(1.0, 2.0, metric="spindle/speed")
    asked = ("telemetry", "series", "-d", DEVICE, "-m", METRIC, "--from", "1h", "-r", "1m")
    shown = operator(*asked, "-a", "max", "-a", "count")
    assert max(float(row[3]) for row in cells(shown) if row[3] != "–") == 199
    assert shown.err.startswith("Resolution 1m: ")
    assert read(operator(*asked, "--json"))["resolution"] == "1m"
    assert operator(*asked, "--plot", "series.png").code == 0
    assert (tmp_path / "series.png").read_bytes().startswith(b"\x89PNG")
    assert "Asia/Tokyo" in operator(*asked, "--plot", "-").out
    assert operator(*asked, "--zone", "Nowhere/City").code == 2
    ratio = {"expression": "a * 2", "inputs": {"a": {"metric": METRIC}}}
    assert operator("telemetry", "put-derived", "twice", write(tmp_path / "twice.json", ratio)).code == 0
    assert cells(operator("telemetry", "derived"))[0][:2] == ["twice", "a * 2"]
    tried = operator("telemetry", "try-derived", str(tmp_path / "twice.json"), "-d", DEVICE, "--from", "1h", "-r", "1m")
    assert max(float(row[3]) for row in cells(tried) if row[3] != "–") > 199
    wrong = write(tmp_path / "wrong.json", ratio | {"expression": "import os"})
    assert operator("telemetry", "put-derived", "wrong", wrong).code == 2
    assert operator("telemetry", "try-derived", wrong, "-d", DEVICE).code == 2
    assert operator("telemetry", "remove-derived", "twice").code == 0
    assert operator("telemetry", "remove-derived", "twice").err.startswith("404")


def test_a_long_series_comes_in_parts_and_is_put_together(operator: Terminal, hear: Hear, world: World) -> None:
    hear(*(float(value) for value in range(600)))
    asked: list[str] = []
    world.gateway.before = lambda method, path: asked.append(path)

    whole = read(
        operator(
            "telemetry",
            "series",
            "-d",
            DEVICE,
            "-m",
            METRIC,
            "--from",
            "30m",
            "--to",
            "5m",
            "-r",
            "1m",
            "--max-points",
            "4",
            "--json",
        )
    )

    (one,) = whole["series"]
    assert len(asked) > 3
    assert len(one["times"]) == len(set(one["times"])) == len(one["values"]["mean"]) >= 25
    assert one["times"] == sorted(one["times"])


def test_a_metrics_future_is_told_with_how_far_to_believe_it(
    operator: Terminal, hear: Hear, world: World, tmp_path: Path
) -> None:
    hear(*(50 + 10 * ((place // 60) % 5) for place in range(3600)))
    asked = (
        "telemetry",
        "forecast",
        "-d",
        DEVICE,
        "-m",
        METRIC,
        "-r",
        "1m",
        "--past",
        "50",
        "--horizon",
        "5",
        "--season",
        "5",
    )

    said = operator(*asked, "--chart", "ahead.png")

    assert said.code == 0, said
    assert "is_better_than_naive" in said.out
    assert len(read(operator(*asked, "--json"))["steps"]) == 5
    assert (tmp_path / "ahead.png").read_bytes().startswith(b"\x89PNG")
    assert operator(*asked[:4], "-m", "unknown").code != 0
    assert operator(*asked, "--level", "2").code == 2
    assert operator("telemetry", "reports", "states", "-d", DEVICE).err == "Nothing to show.\n"
    assert operator("telemetry", "reports", "moods", "-d", DEVICE).code == 2
