"""A move of 100,000 documents between two memory clouds, one core, and its gate; peak memory beside what it holds."""

import time
import tracemalloc
from collections.abc import Callable, Iterator

from functions.moves.copying import copy_documents, measure
from functions.moves.ports import Desk
from functions.moves.verifying import verify
from makoto.ports.documents import Datum, Key, Put
from makoto.ports.gate import Gate
from makoto.ports.move_entry import Move, MoveStep
from tests.bench.table import Row
from tests.builders import TENANT
from tests.unit.moves.world import World

DOCUMENTS = 100_000
BATCH = 1000
PER_PARTITION = 100
ROUNDS = 200_000
MOST_MB = 8.0
GATE_US = 3.0


def rows() -> list[Row]:
    """Copy and comparison against putting the same documents once; memory and gate against a bound."""
    put_per_s, copied_per_s, compared_per_s = _speeds()
    peak_mb = _peak_mb(DOCUMENTS)
    return [
        Row(
            "move, copy of 100k documents, documents/s, of putting them once", copied_per_s, put_per_s, 0.3, "at least"
        ),
        Row(
            "move, comparison of both sides, documents/s, of putting them once",
            compared_per_s,
            put_per_s,
            0.3,
            "at least",
        ),
        Row("move of 100k documents, peak memory beside the data, MB, of a bound of 8 MB", peak_mb, MOST_MB, 1.0),
        Row("gate before a write, µs, of a bound of 3 µs", _gate_us(), GATE_US, 1.0),
    ]


def _filled(count: int) -> tuple[World, float]:
    """The tenant's documents at the source, and how many were put a second."""
    world = World()
    documents = world.raw(world.source).documents
    begun = time.process_time()
    for batch in _batches(count):
        documents.batch_put(batch)
    return world, count / (time.process_time() - begun)


def _batches(count: int) -> Iterator[list[Put]]:
    for first in range(0, count, BATCH):
        yield [Put(_key(number), _data(number)) for number in range(first, min(first + BATCH, count))]


def _key(number: int) -> Key:
    return Key(f"device/{number // PER_PARTITION:06}", f"{number:08}")


def _data(number: int) -> dict[str, Datum]:
    return {"t": 1_700_000_000_000 + number, "m": "spindle/speed", "v": number % 1000, "q": "good", "path": ["a", "b"]}


def _speeds() -> tuple[float, float, float]:
    world, put_per_s = _filled(DOCUMENTS)
    move, desk = _begun(world)
    copied, seconds = _timed(move, desk, copy_documents, MoveStep.COPY_DOCUMENTS)
    verifying = copied.model_copy(update={"step": MoveStep.VERIFY, "paused_at": world.clock.now()})
    compared, also = _timed(verifying, desk, verify, MoveStep.VERIFY)
    assert copied.progress.documents == DOCUMENTS
    assert compared.source_tally == compared.target_tally
    return put_per_s, DOCUMENTS / seconds, DOCUMENTS / also


def _begun(world: World) -> tuple[Move, Desk]:
    move = world.start()
    return move, Desk(world.record(), "bench", world.ports)


def _timed(move: Move, desk: Desk, step: Callable[[Move, Desk], Move], name: MoveStep) -> tuple[Move, float]:
    begun = time.process_time()
    move = move.model_copy(update={"step": name})
    while move.step is name:
        move = step(move, desk)
    return move, time.process_time() - begun


def _peak_mb(count: int) -> float:
    """What counting and comparing hold at most beside the data, which lies in this process for once."""
    world, _ = _filled(count)
    move, desk = _begun(world)
    tracemalloc.start()
    move, _ = _timed(move, desk, measure, MoveStep.MEASURE)
    verifying = move.model_copy(update={"step": MoveStep.VERIFY, "paused_at": world.clock.now()})
    while (verifying.checkpoint.stage or "source").startswith("source") and verifying.step is MoveStep.VERIFY:
        verifying = verify(verifying, desk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def _gate_us() -> float:
    world = World()
    gate = Gate(world.cached.tenant(TENANT), world.cached.tenant)
    begun = time.process_time()
    for _ in range(ROUNDS):
        gate.passes()
    return (time.process_time() - begun) / ROUNDS * 1e6
