"""Recorded history as CSV: what an import or a demonstration starts from."""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from local.simulator.catalogue import build_line, line_plan
from local.simulator.line import Snapshot

COLUMNS = ("device", "metric", "time", "value", "quality", "status")
Row = tuple[str, str, str, str, int, str]


def record(
    line: str,
    seed: int,
    start: datetime,
    end: datetime,
    out: Path,
    *,
    step_s: float = 10.0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> int:
    """Write every metric of the line each `step_s`, start included, end excluded; return the number of rows."""
    rows = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for moment, snapshots in history(line, seed, start, end, step_s):
            batch = list(_rows(moment, snapshots))
            writer.writerows(batch)
            rows += len(batch)
            on_progress((moment - start) / (end - start))
    return rows


def history(
    line: str, seed: int, start: datetime, end: datetime, step_s: float
) -> Iterator[tuple[datetime, dict[str, Snapshot]]]:
    """Simulate the line's past; both ends need a zone."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("start and end need a time zone")
    moment = start
    model = build_line(line_plan(line), seed=seed, start_ms=_ms(start))
    while moment < end:
        model.advance(_ms(moment))
        yield moment, model.snapshots()
        moment += timedelta(seconds=step_s)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _rows(moment: datetime, snapshots: dict[str, Snapshot]) -> Iterator[Row]:
    time = moment.isoformat(timespec="milliseconds")
    for device, snapshot in snapshots.items():
        for metric, reading in snapshot.readings.items():
            value = "" if reading.value is None else str(reading.value).lower()
            yield device, metric, time, value, reading.quality, reading.status or ""
