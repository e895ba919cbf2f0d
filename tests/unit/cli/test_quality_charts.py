"""`makoto quality …` of control charts, figures, pictures and gauges, through the real handlers."""

from pathlib import Path
from typing import Any

import pytest

from tests.entry.quality.conftest import at, subgroup
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.plant import LATHE, build, cells, read, write

CHART = {
    "chart_id": "bore",
    "title": "内径 1号ライン",
    "kind": "xbar_r",
    "characteristics": ["bore"],
    "subgroup_size": 5,
}
STUDY: dict[str, Any] = {
    "study_id": "caliper",
    "title": "ノギス",
    "gauge_id": "g-1",
    "characteristic": "bore",
    "parts": ["p1", "p2"],
    "operators": ["a", "b"],
    "trials": 2,
}


@pytest.fixture
def engineer(makoto: Terminal, world: World, tmp_path: Path) -> Terminal:
    """A chart with twenty quiet subgroups of the day before."""
    world.clock.advance(86_400)
    makoto.sign_in(ADMIN)
    build(makoto)
    assert makoto("quality", "put-chart", write(tmp_path / "chart.json", CHART | {"equipment": LATHE})).code == 0
    quiet = {"points": [subgroup(number) for number in range(20)]}
    assert makoto("quality", "import-points", "bore", write(tmp_path / "points.json", quiet)).code == 0
    return makoto


def test_limits_are_frozen_and_judge_what_comes(engineer: Terminal) -> None:
    freeze = ("quality", "freeze", "bore", "--to", at(200), "--effective-from", at(200))
    frozen = engineer(*freeze, "--exclude", "p007=coolant failed", "--reason", "first")
    assert frozen.code == 0
    assert cells(frozen)[0][0] == "mean"
    far = ("20.2", "20.21", "20.19", "20.2", "20.2")
    assert engineer("quality", "add-point", "bore", *far, "--id", "p100", "--at", at(210), "--lot", "H-7").code == 0

    points = cells(engineer("quality", "points", "bore", "--from", at(190)))

    assert [row[2] for row in points] == ["p019", "p100"]
    assert points[1][1] == "2026-04-01 12:30:00+09:00"
    assert "20.2" in points[1][3]
    assert " … " in points[1][4]
    assert "nelson_1" in points[1][5]
    assert cells(engineer("quality", "limits", "bore"))[0][0] == "1"
    assert cells(engineer("quality", "charts", "-e", LATHE))[0][0] == "bore"
    assert read(engineer("quality", "chart", "bore", "--json"))["limits_version"] == 1
    restarted = read(engineer("quality", "restart", "bore", "--reason", "new tool", "--at", at(220), "--json"))
    assert restarted["restarts"][0]["reason"] == "new tool"


def test_what_a_chart_does_not_take_is_refused(engineer: Terminal, tmp_path: Path) -> None:
    short = engineer("quality", "add-point", "bore", "20.0", "--at", at(300))
    assert (short.code, "/points/0" in short.err) == (2, True)
    assert engineer("quality", "add-point", "nothing", "1").err.startswith("404")
    assert engineer("quality", "freeze", "bore", "--exclude", "p007").code == 2
    assert engineer("quality", "freeze", "bore", "--from", at(0), "--to", at(5)).code == 2
    assert engineer("quality", "capability", "nothing").err.startswith("404")
    assert engineer("quality", "image", "nothing", "--out", "x.svg").err.startswith("404")
    assert not (tmp_path / "x.svg").exists()
    assert engineer("quality", "image", "bore", "--out", "x.gif").code == 2
    odd = write(tmp_path / "odd.json", CHART | {"chart_id": "odd", "subgroup_size": 99})
    assert engineer("quality", "put-chart", odd).code == 2
    engineer.sign_in(VIEWER)
    assert engineer("quality", "restart", "bore", "--reason", "x").err.startswith("403")


def test_capability_pareto_and_pictures(engineer: Terminal, tmp_path: Path) -> None:
    engineer("quality", "freeze", "bore", "--to", at(200), "--effective-from", at(0))
    capable = engineer("quality", "capability", "bore")
    assert [row[0] for row in cells(capable)][:2] == ["cp", "cpu"]
    assert "characteristic" in capable.out
    assert (
        read(engineer("quality", "capability", "bore", "--confidence", "0.9", "--json"))["capability"]["confidence"]
        == 0.9
    )
    assert engineer("quality", "image", "bore", "--out", "bore.png").code == 0
    assert (tmp_path / "bore.png").read_bytes().startswith(b"\x89PNG")
    engineer("quality", "record", "bore", "--inspected", "50", "--nonconforming", "3", "--at", at(10))
    pareto = engineer("quality", "pareto", "--by", "characteristic", "-c", "bore", "--out", "pareto.svg")
    assert cells(pareto)[0][2:] == ["3", "100.0 %", "100.0 %"]
    assert "<svg" in (tmp_path / "pareto.svg").read_text()
    assert engineer("quality", "pareto").code == 2


def test_a_gauge_study_is_registered_and_measured(engineer: Terminal, tmp_path: Path) -> None:
    assert engineer("quality", "put-gauge", write(tmp_path / "study.json", STUDY)).code == 0
    cellsof = [f"{part}:{who}:{trial}" for part in ("p1", "p2") for who in "ab" for trial in (1, 2)]
    values = ("20.01", "20.02", "20.01", "20.03", "20.08", "20.09", "20.09", "20.08")
    half = engineer(
        "quality", "measure", "caliper", *(f"{cell}={value}" for cell, value in zip(cellsof[:4], values, strict=False))
    )
    assert half.code == 0
    rest = [f"{cell}={value}" for cell, value in zip(cellsof[4:], values[4:], strict=True)]

    whole = read(engineer("quality", "measure", "caliper", *rest, "--json"))

    assert (whole["missing"], whole["result"]["parts"]) == (0, 2)
    assert cells(engineer("quality", "gauges"))[0][:2] == ["caliper", "ノギス"]
    assert "study_percent" in engineer("quality", "gauge", "caliper").out
    assert engineer("quality", "measure", "caliper", "p1:a=20").code == 2
    assert engineer("quality", "measure", "caliper", "p1:a:1=21").err.startswith("409")
    assert engineer("quality", "gauge", "tape").err.startswith("404")
