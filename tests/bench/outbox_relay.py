"""The relay on PostgreSQL in events a second, against bare psycopg with a table of its own and the same bus."""

import time
from typing import ClassVar

from functions.outbox import service
from makoto.adapters.clouds.memory import MemoryCloud
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.adapters.system import SystemClock, SystemIds
from makoto.events import Envelope, Event
from makoto.ports.context import TenantContext
from makoto.ports.documents import Datum, Documents, Key, Put
from makoto.ports.outbox import PENDING, place_of
from tests.bench.documents_postgres import Bare, _documents
from tests.bench.table import Row
from tests.builders import TENANT, tenant_record

EVENTS = 4000
AGGREGATES = 400
ROUNDS = 3
AIM = 0.15
"""The bare relay keeps no order, parks nothing, knows no tenant and keeps nothing for a replay."""

TAKE = """WITH taken AS (SELECT n FROM facts WHERE NOT done ORDER BY n LIMIT 100 FOR UPDATE SKIP LOCKED)
    UPDATE facts SET done = true FROM taken WHERE facts.n = taken.n RETURNING facts.envelope"""


class OrderChanged(Event):
    """A fact of about 400 bytes in its envelope."""

    name: ClassVar[str] = "order.changed"
    source: ClassVar[str] = "makoto.orders"

    text: str = "東都精機株式会社 shaft, ground"


def rows() -> list[Row]:
    """Take the best of three runs each, in turn."""
    with _documents() as (documents, bare):
        texts = [_envelope(n).model_dump_json() for n in range(EVENTS)]
        bare.connection.execute("CREATE TABLE facts (n int PRIMARY KEY, envelope text, done boolean DEFAULT false)")
        measured, reference = 0.0, 0.0
        for _ in range(ROUNDS):
            reference = max(reference, EVENTS / _bare(bare, texts))
            measured = max(measured, EVENTS / _ours(documents, texts))
        return [Row("PostgreSQL, outbox relay, events/s", measured, reference, AIM, "at least")]


def _ours(documents: Documents, texts: list[str]) -> float:
    tenant, publisher = _tenant(documents), MemoryPublisher()
    created_at = tenant.clock.now().isoformat()
    for start in range(0, EVENTS, 1000):
        documents.system().batch_put([_waiting(n, texts[n], created_at) for n in range(start, start + 1000)])
    begun = time.perf_counter()
    while not service.relay_partition("orders", tenant, publisher).is_done:
        pass
    took = time.perf_counter() - begun
    assert len(publisher.published) == EVENTS
    return took


def _bare(bare: Bare, texts: list[str]) -> float:
    bare.connection.execute("TRUNCATE facts")
    bare.connection.cursor().executemany("INSERT INTO facts (n, envelope) VALUES (%s, %s)", list(enumerate(texts)))
    publisher = MemoryPublisher()
    begun = time.perf_counter()
    while found := bare.connection.execute(TAKE).fetchall():
        publisher.deliver([Envelope.model_validate_json(text) for (text,) in found])
    took = time.perf_counter() - begun
    assert len(publisher.published) == EVENTS
    return took


def _waiting(number: int, text: str, created_at: str) -> Put:
    aggregate, version = _place(number)
    data: dict[str, Datum] = {"envelope": text, "created_at": created_at, "attempts": 0}
    return Put(Key("orders", PENDING + place_of(aggregate, version)), data)


def _place(number: int) -> tuple[str, int]:
    return f"order/{number % AGGREGATES:04}", number // AGGREGATES + 1


def _envelope(number: int) -> Envelope:
    aggregate, version = _place(number)
    return Envelope.around(
        OrderChanged(),
        tenant_id=TENANT,
        aggregate=aggregate,
        version=version,
        occurred_at=SystemClock().now(),
        correlation_id="bench",
    )


def _tenant(documents: Documents) -> TenantContext:
    others = MemoryCloud(SystemClock(), SystemIds()).stores(TENANT)
    return TenantContext(
        record=tenant_record(),
        principal=None,
        documents=Documents(documents.driver, documents.cursors, SystemClock(), SystemIds()),
        objects=others.objects,
        secrets=others.secrets,
        clock=SystemClock(),
        ids=SystemIds(),
        correlation_id="bench",
        wakes=MemoryWakes(),
    )
