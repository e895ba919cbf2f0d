"""Charts: a gap stays open, times are the factory's, and any name can be drawn."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer

from cli.failures import Failed
from cli.plots import check_target, draw, series_of

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def rows(metric: str, values: list[Any]) -> list[dict[str, Any]]:
    return [
        {"time": (START + timedelta(minutes=minute)).isoformat(), "metric": metric, "mean": value}
        for minute, value in enumerate(values)
    ]


def test_a_gap_divides_a_line_and_is_never_bridged() -> None:
    (line,) = series_of(rows("temperature", [1.0, 2.0, None, None, 3.0, None]), ["mean"])

    assert [[value for _, value in run] for run in line.stretches()] == [[1.0, 2.0], [3.0]]


def test_each_aggregation_of_each_metric_is_a_line_of_its_own_in_time_order() -> None:
    found = [*rows("b", [1.0, 2.0])[::-1], *rows("a", [True])]

    lines = series_of([row | {"max": 9} for row in found], ["mean", "max"])

    assert [line.name for line in lines] == ["b (mean)", "b (max)", "a (mean)", "a (max)"]
    assert (lines[0].values, lines[2].values) == ((1.0, 2.0), (1.0,))
    assert lines[0].times[0] < lines[0].times[1]


def test_text_is_not_drawn() -> None:
    with pytest.raises(Failed, match="state is text"):
        series_of(rows("state", ["running"]), ["mean"])


@pytest.mark.parametrize(
    "names", [["temperature"], ["主軸温度", "負荷"], ["a$b$c", "_hidden", "x^2_1"], [f"m{i}" for i in range(24)]]
)
def test_a_png_is_drawn_whatever_the_names_are(
    tmp_path: Path, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = [row for name in names for row in rows(name, [1.0, 2.0, None, 4.0, None, 6.0])]
    file = tmp_path / "chart.png"

    draw(series_of(found, ["mean"]), str(file), title="edge-07  1m", zone=TOKYO)

    assert file.read_bytes().startswith(b"\x89PNG")
    assert str(file) in capsys.readouterr().err


def test_a_name_that_no_font_here_can_write_is_told_beside_the_chart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw(series_of(rows("\U000f0000", [1.0]), ["mean"]), str(tmp_path / "chart.png"), title="", zone=TOKYO)

    assert "#1 is \U000f0000" in capsys.readouterr().err


@pytest.mark.parametrize("values", [[1.0, 2.0, None, 4.0], [None, None], [5.0]])
def test_a_terminal_shows_the_factorys_clock(values: list[float | None], capsys: pytest.CaptureFixture[str]) -> None:
    draw(series_of(rows("temperature", values), ["mean"]), "-", title="edge-07  1m", zone=TOKYO)

    shown = capsys.readouterr().out
    assert "edge-07  1m" in shown
    assert "11-20 09:00" in shown


@pytest.mark.parametrize("target", ["chart.pdf", "chart", "no/folder/chart.png"])
def test_a_target_that_cannot_be_drawn_to_is_refused_at_once(target: str) -> None:
    with pytest.raises(typer.BadParameter):
        check_target(target)
