"""The ingest use case on the memory cloud, one core: readings a second, and its share of decoding the same JSON."""

import time
from collections.abc import Callable

import orjson

from tests.bench.table import Row
from tests.unit.codecs.messages import NOW_MS
from tests.unit.telemetry.world import World, message

AIM = 0.5
ROUNDS = 5
BATCH = 100
BATCHES = 4


def rows() -> list[Row]:
    """Two shapes of message: what one machine sends in five seconds, and many metrics seldom sampled."""
    return [*_rows("20 metrics x 50 samples", 20, 50), *_rows("100 metrics x 10 samples", 100, 10)]


def _rows(title: str, metrics: int, samples: int) -> list[Row]:
    """Against decoding each batch as a whole, which a function that receives batches must hold, and against decoding
    one message and dropping it before the next, the least there can be."""
    bodies = [[_body(batch * BATCH + seq, metrics, samples) for seq in range(BATCH)] for batch in range(BATCHES)]
    readings = BATCHES * BATCH * metrics * samples
    ingest = readings / min(_ingested_in(bodies) for _ in range(ROUNDS))
    held = readings / min(_timed(lambda: _decode_held(bodies)) for _ in range(ROUNDS))
    dropped = readings / min(_timed(lambda: _decode_dropped(bodies)) for _ in range(ROUNDS))
    return [
        Row(f"ingest, {title}, readings/s, of decoding a batch", ingest, held, AIM, "at least"),
        Row(f"ingest, {title}, readings/s, of decoding and dropping", ingest, dropped, AIM, "at least"),
    ]


def _decode_held(bodies: list[list[bytes]]) -> None:
    for batch in bodies:
        decoded = [orjson.loads(body) for body in batch]
        assert len(decoded) == BATCH


def _decode_dropped(bodies: list[list[bytes]]) -> None:
    for batch in bodies:
        for body in batch:
            orjson.loads(body)


def _ingested_in(bodies: list[list[bytes]]) -> float:
    world = World()
    batches = [[message(body) for body in batch] for batch in bodies]
    return _timed(lambda: [world.store(batch) for batch in batches])


def _timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _body(seq: int, metrics: int, samples: int) -> bytes:
    first = NOW_MS - 3_600_000 + seq * samples * 100
    series = [
        {
            "m": f"spindle{metric}/speed",
            "t": [first + sample * 100 for sample in range(samples)],
            "v": [1480 + (seq * 7 + metric * 13 + sample * 3) % 1000 / 100 for sample in range(samples)],
        }
        for metric in range(metrics)
    ]
    head = {"schema": "telemetry/1", "edge": "edge-07", "session": "01J9Z6ABCDEFGHJKMNPQRSTVWX", "seq": seq}
    return orjson.dumps({**head, "sent_at": first, "historical": False, "series": series})
