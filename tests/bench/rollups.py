"""Keeping hours and days: its share of storing the readings; and asking ninety days of one reading a second by hour."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from functions.telemetry import keys
from functions.telemetry.pages import DAY_MS, HALF_HOUR_MS, Level
from functions.telemetry.rolling import roll_device
from functions.telemetry.series import read_series
from functions.telemetry.series_model import AskSeries, Figure, SeriesAnswer
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.adapters.history_duckdb import DuckdbHistory
from makoto.analytics.rollups import Last, Rollup
from makoto.domain import DeviceId, instant_from_ms, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import Put, Write
from makoto.ports.history import History
from tests.bench.documents_postgres import _documents
from tests.bench.table import Row
from tests.unit.codecs.messages import DEVICE, NOW_MS
from tests.unit.telemetry.world import World, message

EDGE = DeviceId(DEVICE)
HOUR_MS, DAYS, METRICS = 3_600_000, 90, 20
AIM_SHARE, AIM_MS, ROUNDS = 0.10, 200.0, 15
START_MS = NOW_MS - (DAYS + 1) * DAY_MS


def rows() -> list[Row]:
    """Upkeep beside ingest: CPU a reading and DynamoDB's write units; then answers from pages, in ms."""
    return [*_upkeep("1 Hz, a message in 5 s", 1, 5), *_upkeep("1 a minute, a message a minute", 60, 60), *_answers()]


@dataclass
class Counted(MemoryDocuments):
    """Counts write units: one a KB begun and document, twice within a transaction (AWS, DynamoDB pricing)."""

    units: int = 0
    size: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def write(self, write: Write, now: datetime) -> str:
        self._count([write], 1)
        return super().write(write, now)

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        self._count(writes, 2)
        super().write_all(writes, now)

    def _count(self, writes: Iterable[Write], times: int) -> None:
        for write in writes:
            size = len(orjson.dumps(write.data, default=str)) + 100 if isinstance(write, Put) else 100
            self.size += size
            self.units += times * math.ceil(size / 1024)


def _upkeep(title: str, step_s: int, message_s: int) -> list[Row]:
    driver, world = Counted(), World()
    world.tenant = replace(world.tenant, documents=replace(world.tenant.documents, driver=driver))
    history = History(DuckdbHistory).of(world.tenant)
    world.clock.advance(16 * 60)
    ingest, upkeep = Spent(), Spent()
    for hour in range(24):
        world.clock.advance(3600)
        received = ms_from_instant(world.clock.now())
        seqs = range(hour * 3600 // message_s, (hour + 1) * 3600 // message_s)
        messages = [message(_body(seq, step_s, message_s), received_at_ms=received) for seq in seqs]
        ingest.add(lambda messages=messages: [world.store([each]) for each in messages], driver)  # type: ignore[misc]  # mypy knows no default in a lambda
        upkeep.add(lambda: roll_device(EDGE, world.tenant, history), driver)
    readings = DAY_MS // 1000 // step_s * METRICS
    name = f"upkeep of a day, {METRICS} metrics, {title}"
    shares = [each.of(readings) for each in (upkeep, ingest)]
    return [
        Row(f"{name}, {what}, of ingest", shares[0][place], shares[1][place], AIM_SHARE)
        for place, what in enumerate(
            ["ns CPU a reading", "write units a 1,000 readings", "KB written a 1,000 readings"]
        )
    ]


@dataclass
class Spent:
    """CPU and what was written."""

    cpu_s: float = 0.0
    units: int = 0
    size: int = 0

    def add(self, work: Callable[[], object], driver: Counted) -> None:
        before = driver.units, driver.size
        self.cpu_s += _cpu(work)
        self.units += driver.units - before[0]
        self.size += driver.size - before[1]

    def of(self, readings: int) -> tuple[float, float, float]:
        return self.cpu_s / readings * 1e9, self.units / readings * 1e3, self.size / readings


def _body(seq: int, step_s: int, message_s: int) -> bytes:
    first = NOW_MS + seq * message_s * 1000
    times = [first + each * 1000 for each in range(0, message_s, step_s)]
    series = [
        {"m": f"spindle{metric}/speed", "t": times, "v": [1480 + (t // 1000 * 7 + metric) % 997 / 100 for t in times]}
        for metric in range(METRICS)
    ]
    head = {"schema": "telemetry/1", "edge": DEVICE, "session": "01J9Z6ABCDEFGHJKMNPQRSTVWX", "seq": seq}
    return orjson.dumps({**head, "sent_at": first, "historical": False, "series": series})


def _answers() -> list[Row]:
    world = World()
    found = _rows_of("memory", world.tenant)
    with _documents() as (documents, _):
        return found + _rows_of("PostgreSQL", replace(world.tenant, documents=replace(documents, clock=world.clock)))


def _rows_of(store: str, tenant: TenantContext) -> list[Row]:
    _fill(tenant)
    history = History(DuckdbHistory)
    asked = {
        "by hour": {"resolution": "1h", "zone": "UTC"},
        "by day of Asia/Kolkata": {"resolution": "1d", "zone": "Asia/Kolkata"},
    }
    measured = list[Row]()
    for title, how in asked.items():
        command = AskSeries(
            devices=(EDGE,),
            metrics=("spindle7/speed",),
            start=instant_from_ms(START_MS),
            end=instant_from_ms(START_MS + DAYS * DAY_MS),
            max_points=10_000,
            figures=tuple(Figure),
            **how,
        )
        answer = read_series(command, tenant, history)
        _check(answer)
        took = min(_ms(lambda command=command: read_series(command, tenant, history)) for _ in range(ROUNDS))  # type: ignore[misc]  # mypy knows no default in a lambda
        pages = answer.read.hours
        points = len(answer.series[0].times)
        name = f"{DAYS} days at 1 Hz {title}, {store}: {points} points of {pages} documents, ms"
        measured.append(Row(name, took, AIM_MS, 1.0))
    return measured


def _check(answer: SeriesAnswer) -> None:
    counts = answer.series[0].values["count"]
    assert sum(int(each or 0) for each in counts) == DAYS * DAY_MS // 1000
    assert (answer.read.files, answer.read.minutes) == (0, 0)


def _fill(tenant: TenantContext) -> None:
    """Put the pages that rolling up would have put for ninety days of some metrics."""
    for metric in range(METRICS):
        pages = [
            Put(
                Level.HALF_HOURS.key(EDGE, page, f"spindle{metric}/speed"),
                {"rows": _page(page)},
            )
            for page in range(START_MS, START_MS + DAYS * DAY_MS, DAY_MS)
        ]
        assert not tenant.documents.batch_put(pages).failed
    sealed = NOW_MS // HOUR_MS
    tenant.documents.put(keys.ledger_key(EDGE), {"path": "nagoya/a/b/c", "sessions": "{}", "sealed": sealed})


def _page(page: int) -> str:
    level = Level.HALF_HOURS
    return level.to_text(level.to_json({t: _half_hour(t) for t in _halves(page)}, page), page)


def _halves(page: int) -> range:
    return range(page, page + DAY_MS, HALF_HOUR_MS)


def _half_hour(t: int) -> Rollup:
    value = 1480 + t // 1000 % 997 / 7
    first, last = Last(value, t, 0), Last(value + 1, t + HALF_HOUR_MS - 1000, 0)
    return Rollup(1800, 1800, 1800, value * 1800, value - 9.5, value + 9.25, last, 0, 12345.678 + value, first)


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
