"""A trace of a million edges: the graph in memory, and through the store the calls that a level costs."""

import random
import time
from collections.abc import Callable
from math import ceil
from statistics import quantiles
from typing import Any

from functions.traceability import records
from functions.traceability.activities import Activity, ActivityKind, Moved
from functions.traceability.model import Lot
from functions.traceability.tracing import explore
from makoto.adapters.clouds.memory import MemoryCloud
from makoto.adapters.clouds.memory.documents import LIMITS, MemoryDocuments
from makoto.adapters.system import SystemClock, SystemIds
from makoto.analytics.genealogy import Genealogy, Part, Step, genealogy_of, reach
from makoto.analytics.genealogy_paths import count_paths
from makoto.ports.context import TenantContext
from makoto.ports.documents import Put
from tests.bench.table import Row
from tests.builders import TENANT, tenant_record

LAYERS = 20
WIDTH = 12_500
"""Steps a layer; each takes two lots and gives two, so that 20 layers have a million edges."""

RUNS = 12
AIM_MS = 40.0
BATCH = 100
"""Documents that DynamoDB reads at once, the fewest of the stores."""

STORED_LAYERS, STORED_WIDTH = 8, 500


def rows() -> list[Row]:
    """The p95 of whole traces beside the same walk over bare lists; store calls beside the fewest that could do."""
    steps = _steps(LAYERS, WIDTH)
    graph = genealogy_of(steps)
    starts = [lot for step in steps[:WIDTH] for lot in (part.lot for part in step.inputs)]
    bare = _bare(steps)
    measured = _p95_ms(lambda: reach(graph, starts, "forward"))
    reference = _p95_ms(lambda: _walk(bare, starts))
    counted = _p95_ms(lambda: count_paths(graph, starts[0], "forward"))
    calls, fewest, took_ms = _stored()
    return [
        Row("genealogy, forward trace of 1 M edges, p95 ms of CPU", measured, reference, 3.0),
        Row("genealogy, every path of one lot through 1 M edges counted, p95 ms of CPU", counted, reference, 8.0),
        Row(f"genealogy, trace of {STORED_LAYERS * STORED_WIDTH * 4:,} stored edges, store calls", calls, fewest, 1.2),
        Row(f"genealogy, the same, ms of CPU a 1,000 edges, of {AIM_MS:.0f}", took_ms, AIM_MS, 1.0),
    ]


def _steps(layers: int, width: int) -> list[Step]:
    chance = random.Random(7)
    steps = []
    for layer in range(layers):
        for number in range(width):
            taken = [f"{layer}/{2 * number}", f"{layer}/{chance.randrange(2 * width)}"]
            given = [f"{layer + 1}/{2 * number}", f"{layer + 1}/{2 * number + 1}"]
            steps.append(Step(f"s{layer}/{number}", _parts(taken), _parts(given)))
    return steps


def _parts(lots: list[str]) -> tuple[Part, ...]:
    return tuple(Part(lot, 1.0, 1.0) for lot in lots)


def _bare(steps: list[Step]) -> dict[str, list[list[str]]]:
    """By lot, for each step that it went into, the lots that came out."""
    found: dict[str, list[list[str]]] = {}
    for step in steps:
        given = [part.lot for part in step.outputs]
        for part in step.inputs:
            found.setdefault(part.lot, []).append(given)
    return found


def _walk(bare: dict[str, list[list[str]]], starts: list[str]) -> int:
    seen, frontier = set(starts), list(starts)
    while frontier:
        following = []
        for lot in frontier:
            for given in bare.get(lot, ()):
                for other in given:
                    if other not in seen:
                        seen.add(other)
                        following.append(other)
        frontier = following
    return len(seen)


def _p95_ms(run: Callable[[], Any]) -> float:
    taken = []
    for _ in range(RUNS):
        begun = time.process_time()
        run()
        taken.append((time.process_time() - begun) * 1000)
    return quantiles(taken, n=20)[-1]


def _stored() -> tuple[int, int, float]:
    """Trace through the memory cloud, which reads 100 documents a call: calls, the fewest, ms a 1,000 edges."""
    tenant = _tenant()
    graph = genealogy_of(_steps(STORED_LAYERS, STORED_WIDTH))
    _store(graph, tenant)
    driver = tenant.documents.driver
    calls = [0]
    read_many = driver.read_many

    def counted(keys: Any) -> Any:
        calls[0] += ceil(len(keys) / BATCH)
        return read_many(keys)

    driver.read_many = counted  # type: ignore[method-assign]  # the wire is counted
    starts = [f"0-{number}" for number in range(2 * STORED_WIDTH)]
    begun = time.process_time()
    explored = explore(starts, "forward", tenant)
    took_ms = (time.process_time() - begun) * 1000
    fewest = ceil((len(explored.lots) + len(explored.activities)) / BATCH)
    assert len(explored.activities) == STORED_LAYERS * STORED_WIDTH
    return calls[0], fewest, took_ms / (STORED_LAYERS * STORED_WIDTH * 4 / 1000)


def _store(graph: Genealogy, tenant: TenantContext) -> None:
    now = tenant.clock.now()
    name = {lot: lot.replace("/", "-") for lot in {*graph.uses, *graph.sources}}
    puts = []
    for lot, short in name.items():
        sources = tuple(each.replace("/", "-") for each in graph.sources.get(lot, ()))
        uses = tuple(f"-{each.replace('/', '-')}" for each in graph.uses.get(lot, ()))
        stored = Lot(lot_id=short, material="steel", unit="kg", received_at=now, sources=sources, uses=uses)
        puts.append(Put(records.key("lot", short), {"content": stored.model_dump_json(exclude_defaults=True)}))
    for step in graph.steps.values():
        activity = Activity(
            activity_id=step.id.replace("/", "-"),
            kind=ActivityKind.PRODUCE,
            at=now,
            recorded_at=now,
            by="bench",
            inputs=tuple(_moved(name[part.lot]) for part in step.inputs),
            outputs=tuple(_moved(name[part.lot]) for part in step.outputs),
        )
        puts.append(Put(records.key("activity", activity.activity_id), records.activity_data(activity)))
    for start in range(0, len(puts), 1000):
        tenant.documents.batch_put(puts[start : start + 1000])


def _moved(lot: str) -> Moved:
    return Moved(lot_id=lot, material="steel", quantity=1, unit="kg", own=1)


def _tenant() -> TenantContext:
    assert LIMITS.max_batch_get >= BATCH
    stores = MemoryCloud(SystemClock(), SystemIds()).stores(TENANT)
    assert isinstance(stores.documents.driver, MemoryDocuments)
    return TenantContext(
        record=tenant_record(),
        principal=None,
        documents=stores.documents,
        objects=stores.objects,
        secrets=stores.secrets,
        clock=SystemClock(),
        ids=SystemIds(),
        correlation_id="bench",
    )
