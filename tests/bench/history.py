"""Ten million stored readings: a day of one metric by minute, through the use case, beside the same in bare DuckDB."""

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from functions.telemetry import keys
from functions.telemetry.model import Aggregation, AskHistory
from functions.telemetry.query import read_history
from makoto.adapters.history_duckdb import DuckdbHistory
from makoto.codecs.parquet import Numbers, Runs, Texts, parquet_file
from makoto.domain import instant_from_ms
from makoto.ports.history import History, StoredFile
from tests.bench.table import Row
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.world import World

METRICS, SECONDS, HOURS = 116, 3600, 24
START_MS = NOW_MS - 48 * SECONDS * 1000
AIM_MS = 200.0
ROUNDS = 7
BARE = """
    SELECT (t - ?) // 60000 AS minute, avg(v) FROM read_parquet(?)
    WHERE metric = ? AND t >= ? AND t < ? GROUP BY minute ORDER BY minute
"""


def rows() -> list[Row]:
    """The first question, which fetches the files and starts the engine, and those that follow."""
    world, history = World(), History(DuckdbHistory)
    for hour in range(HOURS):
        _store(world, history, hour)
    fresh = History(DuckdbHistory)
    first_ms = _timed_ms(lambda: _ask(world, fresh))
    next_ms, bare_ms = _in_turn(lambda: _ask(world, fresh), _bare(sorted(fresh.folder.rglob("*.parquet"))))
    readings = METRICS * SECONDS * HOURS / 1e6
    name = f"history, a day by minute of {readings:.0f} M readings, ms"
    return [
        Row(f"{name}, first", first_ms, AIM_MS, 5.0),
        Row(f"{name}, of {AIM_MS:.0f}", next_ms, AIM_MS, 1.0),
        Row(f"{name}, of bare DuckDB's mean", next_ms, bare_ms, 3.0),
    ]


def _ask(world: World, history: History) -> None:
    asked = AskHistory(
        device=DEVICE,
        metrics=("axis/57/load",),
        start=instant_from_ms(START_MS),
        end=instant_from_ms(START_MS + HOURS * SECONDS * 1000),
        aggregations=tuple(Aggregation),
        limit=2000,
    )
    page = read_history(asked, world.tenant, history)
    assert len(page.items) == HOURS * 60
    assert all(item["count"] == 60 for item in page.items)


def _store(world: World, history: History, hour: int) -> None:
    """Put an hour of every metric each second where compaction would have put it."""
    number = START_MS // (SECONDS * 1000) + hour
    raw = f"raw/{hour}.parquet"
    body = _hour(START_MS + hour * SECONDS * 1000, hour)
    world.tenant.objects.upload(raw, body, content_type="application/vnd.apache.parquet")
    tenant_history = history.of(world.tenant)
    target = tenant_history.scratch(f"{hour}.parquet")
    merged = tenant_history.merge([StoredFile(raw, len(body))], target)
    ulid = world.ids.ulid()
    key = keys.object_key(DEVICE, number, ulid)
    stored = world.tenant.objects.upload(key, target.read_bytes(), content_type="application/vnd.apache.parquet")
    figures = {"rows": merged.rows, "bytes": stored.bytes, "t_min": merged.t_min, "t_max": merged.t_max}
    world.tenant.documents.put(keys.file_key(DEVICE, number, ulid), {"object": key, **figures})


def _hour(first_ms: int, seed: int) -> bytes:
    rows = METRICS * SECONDS
    names = [f"axis/{metric}/load" for metric in range(METRICS)]
    walk = np.cumsum(np.random.default_rng(seed).normal(size=rows))
    return parquet_file(
        [
            Runs("metric", names, range(METRICS), [SECONDS] * METRICS),
            Numbers("t", np.tile(first_ms + np.arange(SECONDS, dtype=np.int64) * 1000, METRICS)),
            Numbers("v", np.round(walk, 2)),
            Texts("text", rows, {}),
            Runs("q", np.array([192], np.int32), [0], [rows]),
            Texts("status", rows, {}),
            Runs("clock", ["source"], [0], [rows]),
            Runs("session", ["01J9Z6ABCDEFGHJKMNPQRSTVWX"], [0], [rows]),
            Runs("seq", np.arange(SECONDS, dtype=np.int64), range(SECONDS), [METRICS] * SECONDS),
        ]
    )


def _bare(files: list[Path]) -> Callable[[], object]:
    connection = duckdb.connect()
    end_ms = START_MS + HOURS * SECONDS * 1000
    asked = [START_MS, [str(file) for file in files], "axis/57/load", START_MS, end_ms]
    return lambda: connection.execute(BARE, asked).fetchall()


def _in_turn(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Take the best of each, turn by turn, so that a busy machine is as busy for both."""
    rounds = [(_timed_ms(one), _timed_ms(other)) for _ in range(ROUNDS)]
    return min(each for each, _ in rounds), min(each for _, each in rounds)


def _timed_ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
