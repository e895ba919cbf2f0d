"""History: every figure that is answered or exported is that of the readings that were sent."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import duckdb
import httpx
import pytest

from local.simulator import clock
from makoto.domain import instant_from_ms, ms_from_instant
from tests.system.company import Company, Json, Machine
from tests.system.laptop import LaptopCloud

STEP_MS = 5 * 60_000
HOUR_MS = 60 * 60_000
HOURS = 5
FIGURES = ("count", "min", "max", "mean", "last", "quality_share")
METRICS = ("spindle/speed", "温度")


class Point(NamedTuple):
    """A reading as it is sent and as it is told again."""

    metric: str
    t: int
    value: float | None
    quality: int


@dataclass(frozen=True)
class Recording:
    """What a device sent: some hours up to now, so that old ones are answered from files, new ones from summaries."""

    company: Company
    device: str
    start_ms: int
    points: list[Point]

    @property
    def end_ms(self) -> int:
        return self.start_ms + HOURS * HOUR_MS

    def ask(self, metrics: tuple[str, ...], **query: str | int | tuple[str, ...]) -> list[Json]:
        span = {"from": text(self.start_ms), "to": text(self.end_ms)}
        return self.company.ask("history", device=self.device, metric=metrics, **(span | query))

    def export(self, form: str, file: Path) -> None:
        """Ask for a file and fetch it from where the answer says, without a token."""
        asked = {"device": self.device, "format": form, "from": text(self.start_ms), "to": text(self.end_ms)}
        answer = self.company.client.get(self.company.url("telemetry", "export"), params=asked)
        assert answer.status_code == 200, answer.text
        fetched = httpx.get(answer.json()["url"])
        told = answer.json()
        assert (fetched.status_code, len(fetched.content), told["rows"]) == (200, told["bytes"], len(self.points))
        file.write_bytes(fetched.content)


def text(ms: int) -> str:
    return instant_from_ms(ms).isoformat(timespec="milliseconds")


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    return laptop.onboard("historia")


@pytest.fixture(scope="module")
def recording(company: Company) -> Recording:
    """Two metrics with a gap, doubtful and bad values, sent over HTTPS in messages out of order."""
    chance = Random(20261120)
    start_ms = clock.now_ms() // HOUR_MS * HOUR_MS - (HOURS - 1) * HOUR_MS
    points = sorted([point for metric in METRICS for point in points_of(chance, metric, start_ms)], key=lambda p: p.t)
    machine = Machine(company.register("recorder"))
    parts = [machine.telemetry(seq, *(series(metric, points[seq::4]) for metric in METRICS)) for seq in range(4)]
    for seq in (2, 0, 3, 1):
        assert company.send(parts[seq])["quarantined"] == []
    return Recording(company, machine.credentials.device_id, start_ms, points)


def points_of(chance: Random, metric: str, start_ms: int) -> Iterator[Point]:
    """A reading every 20 s or so up to now; nothing in the second hour."""
    t, end_ms = start_ms, clock.now_ms()
    while t < end_ms:
        if not HOUR_MS <= t - start_ms < 2 * HOUR_MS:
            quality = chance.choices((192, 64, 0, 500), (20, 2, 1, 1))[0]
            yield Point(metric, t, None if quality == 0 else round(chance.gauss(100, 15), 3), quality)
        t += chance.randrange(5_000, 35_000)


def series(metric: str, points: list[Point]) -> Json:
    chosen = [point for point in points if point.metric == metric]
    columns = {"t": [each.t for each in chosen], "v": [each.value for each in chosen]}
    return {"m": metric, **columns, "q": [each.quality for each in chosen]}


def plainly(recording: Recording, metric: str, end_ms: int) -> Iterator[Json]:
    """The figures of each step by plain arithmetic: bad and stale values are counted and never computed with."""
    points = [point for point in recording.points if point.metric == metric]
    for edge in range(recording.start_ms, end_ms, STEP_MS):
        inside = [each for each in points if edge <= each.t < edge + STEP_MS]
        used = [each.value for each in inside if each.quality in (192, 64) and each.value is not None]
        good = sum(each.quality == 192 for each in inside)
        yield {
            "time": text(edge),
            "metric": metric,
            "count": len(inside),
            "min": min(used, default=None),
            "max": max(used, default=None),
            "mean": pytest.approx(sum(used) / len(used)) if used else None,
            "last": used[-1] if used else None,
            "quality_share": pytest.approx(good / len(inside)) if inside else None,
        }


@pytest.mark.parametrize(("limit", "hours"), [(2000, HOURS), (7, 1)], ids=["one page", "many pages"])
def test_every_figure_is_that_of_plain_arithmetic_and_gaps_are_gaps(
    recording: Recording, limit: int, hours: int
) -> None:
    metric, end_ms = METRICS[1], recording.start_ms + hours * HOUR_MS

    told = recording.ask((metric,), step="5m", aggregation=FIGURES, limit=limit, to=text(end_ms))

    assert told == list(plainly(recording, metric, end_ms))


def test_raw_history_is_what_was_sent_in_the_order_of_time(recording: Recording) -> None:
    told = recording.ask(METRICS, step="raw", limit=700)

    assert [item["time"] for item in told] == sorted(item["time"] for item in told)
    assert {(item["metric"], item["time"], item["value"], item["quality"]) for item in told} == {
        (point.metric, text(point.t), point.value, point.quality) for point in recording.points
    }


def test_an_exported_csv_holds_every_reading(recording: Recording, tmp_path: Path) -> None:
    recording.export("csv", tmp_path / "export.csv")

    with (tmp_path / "export.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    told = [(row["metric"], datetime.fromisoformat(row["time"]), row["value"], int(row["quality"])) for row in rows]
    assert sorted(
        Point(metric, ms_from_instant(at), float(value) if value else None, quality)
        for metric, at, value, quality in told
    ) == sorted(recording.points)


def test_an_exported_parquet_file_holds_every_reading(recording: Recording, tmp_path: Path) -> None:
    recording.export("parquet", tmp_path / "export.parquet")

    query = "SELECT metric, epoch_ms(time), value, quality FROM read_parquet($file)"
    with duckdb.connect() as database:
        rows = database.execute(query, {"file": str(tmp_path / "export.parquet")}).fetchall()
    assert sorted(Point(*row) for row in rows) == sorted(recording.points)


def test_an_export_of_nothing_says_so(recording: Recording) -> None:
    span = {"from": "2001-01-01T00:00:00Z", "to": "2001-01-02T00:00:00Z"}

    answer = recording.company.client.get(
        recording.company.url("telemetry", "export"), params={"device": recording.device, **span}
    )

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:makoto:problem:nothing-to-export")
