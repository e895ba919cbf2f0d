"""`makoto telemetry …`: tables in the factory's time, stable JSON, charts, and imports that survive a break."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from cli.commands import csv_import
from tests.in_process import Gateway, serving
from tests.unit.cli.conftest import ADMIN, VIEWER, Terminal, World
from tests.unit.cli.recorded_telemetry import Recorded, recorded_api

SPAN = ("--from", "2026-11-20T09:00+09:00", "--to", "2026-11-20T12:00+09:00")
HISTORY = ("telemetry", "history", "--device", "edge-07", "--metric", "temperature", *SPAN)


def minutes(values: list[Any], column: str = "mean") -> list[dict[str, Any]]:
    start = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    return [
        {"time": (start + timedelta(minutes=minute)).isoformat(), "metric": "temperature", column: value}
        for minute, value in enumerate(values)
    ]


@pytest.fixture
def recorded(world: World, makoto: Terminal, monkeypatch: pytest.MonkeyPatch) -> Any:
    record = Recorded()
    world.gateway = Gateway(instead=[recorded_api(record)])
    with serving(world.gateway) as url:
        record.url = makoto.url = url
        makoto.sign_in(ADMIN)
        yield record


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(csv_import, "PART_BYTES", 100)
    made = tmp_path / "history.csv"
    made.write_text("".join(f"2026-11-20T00:00:{second:02}Z,temperature,{second}\n" for second in range(20)))
    return made


def test_latest_values_are_a_table_on_the_factorys_clock(makoto: Terminal, recorded: Recorded) -> None:
    said = makoto("telemetry", "latest", "--site", "osaka", "--area", "machining")

    assert said.code == 0
    assert "2026-11-20 12:00:00.500+09:00" in said.out
    assert "2026-11-20 12:00:00+09:00" in said.out
    assert "主軸温度" in said.out
    assert "[red]run" in said.out
    assert recorded.asked == [{"site": ["osaka"], "area": ["machining"], "limit": ["200"]}]


def test_json_keeps_what_the_server_said(makoto: Terminal, recorded: Recorded) -> None:
    recorded.history = minutes([1.5, None])

    assert json.loads(makoto(*HISTORY, "--json").out) == recorded.history


def test_history_shows_gaps_as_gaps_and_each_aggregation_as_a_column(makoto: Terminal, recorded: Recorded) -> None:
    recorded.history = [row | {"max": 9.5} for row in minutes([1.5, None, 3.5])]

    said = makoto(*HISTORY, "-a", "mean", "-a", "max")

    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.out.splitlines() if line.startswith("│")]
    assert rows[1] == ["2026-11-20 09:01:00+09:00", "temperature", "–", "9.5"]
    (asked,) = recorded.asked
    assert asked["from"] == ["2026-11-20T09:00:00+09:00"]
    assert (asked["aggregation"], asked["step"], asked["metric"]) == (["mean", "max"], ["1m"], ["temperature"])


def test_raw_readings_ask_for_no_aggregation(makoto: Terminal, recorded: Recorded) -> None:
    recorded.history = minutes(["run", True, 2], "value")

    said = makoto(*HISTORY, "--step", "raw")

    assert "run" in said.out
    assert "aggregation" not in recorded.asked[0]


def test_a_long_history_is_fetched_page_by_page_up_to_the_limit(makoto: Terminal, recorded: Recorded) -> None:
    recorded.history = minutes(list(range(5000)))

    said = makoto(*HISTORY, "--limit", "4500", "--json")

    assert [row["mean"] for row in json.loads(said.out)] == list(range(4500))
    assert [asked["limit"] for asked in recorded.asked] == [["2000"], ["2000"], ["500"]]
    assert said.err == "The first 4500; there are more (--limit).\n"
    assert makoto(*HISTORY, "--limit", "5000", "--json").err == ""


def test_a_history_is_drawn_to_a_png_and_in_the_terminal(makoto: Terminal, recorded: Recorded, tmp_path: Path) -> None:
    recorded.history = minutes([1.0, 2.0, None, 4.0])

    assert makoto(*HISTORY, "--plot", "chart.png").code == 0
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    shown = makoto(*HISTORY, "--plot", "-")
    assert shown.code == 0
    assert "11-20 09:00" in shown.out
    assert "Asia/Tokyo" in shown.out


def test_what_cannot_be_drawn_is_said(makoto: Terminal, recorded: Recorded, tmp_path: Path) -> None:
    assert makoto(*HISTORY, "--plot", "chart.png").err == "Nothing to show.\n"
    assert not (tmp_path / "chart.png").exists()
    assert makoto(*HISTORY, "--plot", "chart.gif").code == 2
    recorded.history = minutes(["run"], "value")
    refused = makoto(*HISTORY, "--step", "raw", "--plot", "chart.png")
    assert (refused.code, refused.err) == (1, "temperature is text and cannot be drawn.\n")


def test_the_quarantine_says_where_and_why_and_cannot_move_the_cursor(makoto: Terminal, recorded: Recorded) -> None:
    said = makoto("telemetry", "quarantine", "--device", "edge-07")

    assert "/metrics/0/t" in said.out
    assert "2026-11-20 12:00:00+09:00" in said.out
    assert '{"t":\\x1b[2J}' in said.out


def test_an_export_is_downloaded_without_the_token(makoto: Terminal, recorded: Recorded, tmp_path: Path) -> None:
    said = makoto("telemetry", "export", "--device", "edge-07", "--out", "data.csv", *SPAN)

    assert (said.code, (tmp_path / "data.csv").read_bytes()) == (0, recorded.file)
    assert "7 rows, 11 bytes saved to data.csv" in said.err
    assert recorded.asked[0]["format"] == ["csv"]
    assert all("Authorization" not in headers for headers in recorded.signed_headers)
    asked = makoto("telemetry", "export", "--device", "edge-07", "--out", "data.parquet", "--json", *SPAN)
    assert json.loads(asked.out) == {"path": "data.parquet", "rows": 7, "bytes": 11}


@pytest.mark.parametrize("status", [403, 500])
def test_a_download_that_fails_leaves_the_old_file_alone(
    makoto: Terminal, recorded: Recorded, tmp_path: Path, status: int
) -> None:
    (tmp_path / "data.csv").write_text("old")
    recorded.signed_status = status

    said = makoto("telemetry", "export", "--device", "edge-07", "--out", "data.csv", *SPAN)

    assert (said.code, said.err) == (1, f"The download failed with {status}.\n")
    assert (tmp_path / "data.csv").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["data.csv"]


def test_a_file_is_imported_in_whole_lines(makoto: Terminal, recorded: Recorded, file: Path) -> None:
    said = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert said.code == 0
    assert said.out == "20 rows stored, 0 refused.\n"
    assert recorded.received == file.read_bytes()
    assert len(recorded.parts) > 3
    assert all(file.read_bytes()[:offset].endswith(b"\n") for offset in recorded.parts[1:])
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    expected = {"device": "edge-07", "filename": "history.csv", "sha256": digest, "total_bytes": file.stat().st_size}
    assert recorded.started == [expected]


def test_the_server_may_take_less_than_a_part(makoto: Terminal, recorded: Recorded, file: Path) -> None:
    recorded.lines_at_once = 1

    said = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert (said.code, said.out) == (0, "20 rows stored, 0 refused.\n")
    assert recorded.received == file.read_bytes()
    assert len(recorded.parts) == 20


def test_bad_rows_are_told_by_line_and_the_good_ones_are_stored(
    makoto: Terminal, recorded: Recorded, file: Path
) -> None:
    lines = file.read_text().splitlines()
    lines[4] = lines[17] = "2026-11-20T00:00:00Z,temperature,bad"
    file.write_text("\n".join(lines))

    said = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert (said.code, said.out) == (2, "18 rows stored, 2 refused.\n")
    assert [line for line in said.err.splitlines() if line.startswith("line ")] == [
        "line 5: value: not a number",
        "line 18: value: not a number",
    ]


def test_for_a_program_every_bad_row_is_in_the_result(makoto: Terminal, recorded: Recorded, file: Path) -> None:
    file.write_text("bad\n" * 150)

    said = makoto("telemetry", "import", str(file), "--device", "edge-07", "--json")

    outcome = json.loads(said.out)
    assert (outcome["import_id"], outcome["accepted"]) == ("import-1", 0)
    assert [row["line"] for row in outcome["rejected"]] == list(range(1, 151))
    recorded.received = b""
    again = makoto("telemetry", "import", str(file), "--device", "edge-07")
    assert "… and 50 more" in again.err


def test_an_import_that_breaks_off_goes_on_where_it_stood(
    makoto: Terminal, world: World, recorded: Recorded, file: Path
) -> None:
    def break_off(method: str, path: str) -> None:
        if method == "PUT" and len(recorded.parts) == 3:
            raise ConnectionAbortedError

    world.gateway.before = break_off
    first = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert first.code == 3
    assert f"Broken off after {len(recorded.received)} of {file.stat().st_size} bytes" in first.err
    assert len(recorded.parts) == 3

    world.gateway.before = lambda method, path: None
    second = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert second.code == 0
    assert "Resumes after" in second.err
    assert recorded.received == file.read_bytes()
    assert recorded.parts == sorted(set(recorded.parts))


def test_an_import_that_is_interrupted_says_how_to_go_on(
    makoto: Terminal, recorded: Recorded, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = csv_import._part

    def interrupted(source: BinaryIO, offset: int) -> bytes:
        if len(recorded.parts) == 2:
            raise KeyboardInterrupt
        return read(source, offset)

    monkeypatch.setattr(csv_import, "_part", interrupted)
    said = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert said.code == 130
    assert f"Broken off after {len(recorded.received)} of" in said.err


def test_an_import_that_was_finished_before_sends_nothing(makoto: Terminal, recorded: Recorded, file: Path) -> None:
    makoto("telemetry", "import", str(file), "--device", "edge-07")
    sent = len(recorded.parts)

    said = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert (said.code, said.out) == (0, "0 rows stored, 0 refused.\n")
    assert len(recorded.parts) == sent


def test_a_server_that_does_not_go_on_ends_the_import(makoto: Terminal, recorded: Recorded, file: Path) -> None:
    recorded.lines_at_once = 0

    said = makoto("telemetry", "import", str(file), "--device", "edge-07")

    assert said.code == 1
    assert "do not agree" in said.err
    assert len(recorded.parts) == 1


def test_a_viewer_imports_nothing(makoto: Terminal, recorded: Recorded, file: Path) -> None:
    makoto.sign_in(VIEWER)

    assert makoto("telemetry", "import", str(file), "--device", "edge-07").err.startswith("403 Not allowed")
    assert recorded.received == b""
