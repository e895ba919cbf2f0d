"""A machine's data through the real routes of telemetry, as a person at a terminal meets it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.client import ApiClient
from cli.session import Session
from tests.builders import TENANT
from tests.unit.cli.conftest import ADMIN, Terminal, World
from tests.unit.codecs.messages import series, telemetry

PLACE = ("--site", "osaka", "--area", "machining", "--line", "l1", "--cell", "c3")
DEVICE = ("--device", "edge-07")


@pytest.fixture
def machine(makoto: Terminal, world: World) -> Terminal:
    """A registered device that has said four readings of a minute ago, one of them broken."""
    makoto.sign_in(ADMIN)
    assert makoto("devices", "register", "edge-07", *PLACE).code == 0
    now_ms = int(world.clock.now().timestamp() * 1000)
    times = [now_ms - 60_000 + each for each in (0, 100, 200)]
    good = series("主軸温度", t=times, v=[60.0, 61.0, 62.0])
    bad = series("spindle/load", t=[now_ms - 60_000, now_ms + 9 * 86_400_000], v=[30.5, 31.0])
    api = ApiClient(makoto.url, Session.load(makoto.home))
    api.call("POST", f"/api/v1/tenants/{TENANT}/telemetry", json=telemetry(good, bad, sent_at=now_ms))
    return makoto


def span(world: World) -> tuple[str, ...]:
    now = world.clock.now()
    return ("--from", (now - timedelta(minutes=5)).isoformat(), "--to", (now + timedelta(minutes=1)).isoformat())


def read(machine: Terminal, *words: str) -> Any:
    said = machine("telemetry", *words, "--json")
    assert said.code == 0, said
    return json.loads(said.out)


def test_the_latest_values_of_a_machine_are_shown(machine: Terminal) -> None:
    rows = read(machine, "latest", *DEVICE)

    assert {row["metric"]: row["value"] for row in rows} == {"主軸温度": 62.0, "spindle/load": 30.5}
    assert "2026-04-01 08:59:00.200+09:00" in machine("telemetry", "latest", "--site", "osaka").out
    assert {row["metric"] for row in read(machine, "latest", "--line", "l1")} == {"主軸温度", "spindle/load"}
    assert machine("telemetry", "latest", *DEVICE, "--line", "l1").code == 2


def test_the_history_comes_by_the_minute_or_raw(machine: Terminal, world: World) -> None:
    asked = ("history", *DEVICE, "--metric", "主軸温度", *span(world))

    rows = read(machine, *asked, "-a", "mean", "-a", "count")
    assert [(row["mean"], row["count"]) for row in rows if row["count"]] == [(61.0, 3)]
    raw = read(machine, *asked, "--step", "raw")
    assert [row["value"] for row in raw] == [60.0, 61.0, 62.0]
    assert "2026-04-01 08:59:00+09:00" in machine("telemetry", *asked).out


def test_a_table_rounds_for_people_and_json_keeps_every_digit(machine: Terminal, world: World) -> None:
    asked = ("history", *DEVICE, "--metric", "主軸温度", "--metric", "spindle/load", *span(world), "-a", "mean")

    means = [row["mean"] for row in read(machine, *asked) if row["mean"] is not None]
    table = machine("telemetry", *asked).out

    assert all(isinstance(mean, float) and f"{mean:.8g}" in table for mean in means)


def test_the_history_is_drawn(machine: Terminal, world: World, tmp_path: Path) -> None:
    asked = ("telemetry", "history", *DEVICE, "--metric", "主軸温度", "--step", "raw", *span(world))

    assert machine(*asked, "--plot", "chart.png").code == 0
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert "Asia/Tokyo" in machine(*asked, "--plot", "-").out


def test_the_broken_point_is_in_quarantine_with_its_reason(machine: Terminal) -> None:
    (row,) = read(machine, "quarantine", *DEVICE)

    assert "/series/1" in row["pointer"]
    assert row["reason"] in machine("telemetry", "quarantine", *DEVICE).out


def test_what_the_server_refuses_names_the_field(machine: Terminal, world: World) -> None:
    asked = ("telemetry", "history", *DEVICE, "--metric", "m")

    for broken in (("--step", "7x"), ("--aggregation", "median"), ("--from", "now", "--to", "2d")):
        said = machine(*asked, *broken)
        assert (said.code, said.err[:3]) == (2, "422")
        assert "/query/" in said.err
    assert machine("telemetry", "latest", "--device", "edge-99").code in {0, 1}
