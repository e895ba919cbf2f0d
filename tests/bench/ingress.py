"""Foreign streams read: SHDR lines and Sparkplug payloads, beside a plain split and the bare protobuf library."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from makoto.codecs.ingress.portion import columns_of
from makoto.codecs.ingress.shdr import ShdrReader
from makoto.codecs.ingress.sparkplug import SparkplugReader
from makoto.codecs.ingress.sparkplug_proto import payload_class
from makoto.codecs.telemetry.columns import Columns
from makoto.domain import ms_from_instant
from tests.bench.table import Row

LINES, PAYLOADS, METRICS = 20_000, 4_000, 10
TRIES = 5
BEGUN = datetime(2026, 5, 1, tzinfo=UTC)
NOW_MS = ms_from_instant(BEGUN + timedelta(days=1))
TOPIC = "spBv1.0/plant/NDATA/edge-1"
DOUBLE, INT64 = 10, 4


def rows() -> list[Row]:
    """Lines and payloads a second on one core, from bytes to columns."""
    lines, payloads = _lines(), _payloads()
    assert len(_read_lines(lines)) == 2 * LINES
    assert _read_payloads(payloads) == METRICS * PAYLOADS
    return [
        Row(
            "SHDR to columns, lines/s, of splitting at pipes and reading time and numbers",
            LINES / _seconds(lambda: _read_lines(lines)),
            LINES / _seconds(lambda: _split(lines)),
            0.15,
            "at least",
        ),
        Row(
            f"Sparkplug to columns, payloads of {METRICS}/s, of protobuf's own parsing and each value's reading",
            PAYLOADS / _seconds(lambda: _read_payloads(payloads)),
            PAYLOADS / _seconds(lambda: _parse(payloads)),
            0.15,
            "at least",
        ),
    ]


def _lines() -> bytes:
    times = (BEGUN + timedelta(milliseconds=100 * at) for at in range(LINES))
    return "".join(f"{at:%Y-%m-%dT%H:%M:%S.%f}Z|Xact|{at.microsecond / 7:.3f}|line|12\n" for at in times).encode()


def _payloads() -> list[bytes]:
    made = []
    for at in range(PAYLOADS):
        payload = payload_class()(timestamp=NOW_MS + at, seq=(at + 1) % 256)
        for alias in range(METRICS):
            payload.metrics.add(alias=alias, timestamp=NOW_MS - at, double_value=at / 7)
        made.append(payload.SerializeToString())
    return made


def _read_lines(data: bytes) -> Columns:
    return columns_of(ShdrReader().read(data, NOW_MS).points)


def _split(data: bytes) -> list[tuple[float, str, float]]:
    made = []
    for line in data.decode().splitlines():
        stamp, *fields = line.split("|")
        at = datetime.fromisoformat(stamp).timestamp()
        made += [(at, key, float(value)) for key, value in zip(fields[::2], fields[1::2], strict=True)]
    return made


def _read_payloads(payloads: list[bytes]) -> int:
    reader = _born()
    return sum(len(columns_of(reader.read(each, NOW_MS, topic=TOPIC).points)) for each in payloads)


def _born() -> SparkplugReader:
    birth = payload_class()(timestamp=NOW_MS, seq=0)
    birth.metrics.add(name="bdSeq", datatype=INT64, long_value=0)
    for alias in range(METRICS):
        birth.metrics.add(name=f"metric-{alias}", alias=alias, datatype=DOUBLE, double_value=0.0)
    reader = SparkplugReader()
    reader.read(birth.SerializeToString(), NOW_MS, topic="spBv1.0/plant/NBIRTH/edge-1")
    return reader


def _parse(payloads: list[bytes]) -> list[tuple[int, int, float]]:
    parsed = (payload_class().FromString(each) for each in payloads)
    return [(each.alias, each.timestamp, each.double_value) for payload in parsed for each in payload.metrics]


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TRIES):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)
