"""What alarm rules and watches add to the ingest of the same readings, one core."""

import time
from collections.abc import Callable

from functions.telemetry import alerting
from functions.telemetry.watches import Watch
from makoto.ports.documents import Key, Put
from tests.bench.ingest import BATCH, BATCHES, _body
from tests.bench.table import Row
from tests.unit.codecs.messages import DEVICE
from tests.unit.telemetry.alarming import rule, set_rule
from tests.unit.telemetry.world import World, message

METRICS, SAMPLES = 20, 50
READINGS = BATCHES * BATCH * METRICS * SAMPLES
SECONDS = BATCHES * BATCH * SAMPLES // 10
AIM_SCORED_US = 20.0
Prepare = Callable[[World], None]


def rows() -> list[Row]:
    """A machine of 20 metrics at 10 Hz, five seconds a message, 100 messages a batch; nanoseconds a reading."""
    plain = _cost_ns(lambda world: None)
    watched = _cost_ns(_watched(1.0), rounds=1)
    scored_us = (watched - plain) * READINGS / (METRICS * SECONDS) / 1000
    return [
        Row("ingest, a rule of another device, ns a reading", _cost_ns(_ruled(1, device="edge-99")), plain, 1.1),
        Row("ingest, 20 quiet alarm rules, ns a reading", _cost_ns(_ruled(METRICS, high=1e9)), plain, 1.5),
        Row("ingest, 20 chattering alarm rules, ns a reading", _cost_ns(_ruled(METRICS, high=1485.0)), plain, 3.0),
        Row("ingest, 20 metrics watched each second, us a scored reading", scored_us, AIM_SCORED_US, 1.0),
    ]


def _cost_ns(prepare: Prepare, rounds: int = 3) -> float:
    bodies = [[_body(batch * BATCH + seq, METRICS, SAMPLES) for seq in range(BATCH)] for batch in range(BATCHES)]
    return min(_seconds(prepare, bodies) for _ in range(rounds)) / READINGS * 1e9


def _seconds(prepare: Prepare, bodies: list[list[bytes]]) -> float:
    world = World()
    prepare(world)
    batches = [[message(body) for body in batch] for batch in bodies]
    begun = time.process_time()
    for batch in batches:
        world.store(batch)
    return time.process_time() - begun


def _ruled(count: int, **fields: object) -> Prepare:
    def prepare(world: World) -> None:
        for index in range(count):
            set_rule(world, rule(rule_id=f"rule-{index}", metric=f"spindle{index}/speed", **fields))

    return prepare


def _watched(interval_s: float) -> Prepare:
    def prepare(world: World) -> None:
        watch = Watch(device=DEVICE, min_interval_s=interval_s)
        put = Put(Key(alerting.PARTITION, alerting.WATCH + DEVICE), {"content": watch.model_dump_json()})
        world.tenant.documents.atomic(alerting.with_mark(put, world.tenant))

    return prepare
