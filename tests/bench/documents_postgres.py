"""Each call of the documents port on PostgreSQL, against bare psycopg with the same idea on the same server."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from local.postgres import Postgres
from local.state import State
from makoto.ports.documents import Datum, Documents, IfAbsent, IfVersion, Key, Put, Query, Write
from tests.bench.table import Row
from tests.bench.turns import compared
from tests.contract.clouds.postgres_world import PostgresWorld, schema_of

AIM = 1.10
CALLS = 1500
FEWER = 300
ROWS = 100
ORDER: dict[str, Datum] = {
    "customer": "東都精機株式会社",
    "status": "released",
    "lines": [{"item": f"part-{n:04}", "quantity": n, "price": Decimal(f"{n}.25")} for n in range(1, 11)],
    "notes": "shaft, ground; deliver by the 20th " * 8,
    "is_urgent": False,
}
PLAIN: dict[str, Any] = {  # what psycopg's own JSON can write: no Decimal
    **ORDER,
    "lines": [{"item": f"part-{n:04}", "quantity": n, "price": n + 0.25} for n in range(1, 11)],
}
UPSERT = """INSERT INTO {t} (partition, id, data, version) VALUES (%s, %s, %s, %s)
    ON CONFLICT (partition, id) DO UPDATE SET data = excluded.data, version = excluded.version"""
INSERT = "INSERT INTO {t} (partition, id, data, version) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
GET = "SELECT data, version, expires_at FROM {t} WHERE partition = %s AND id = %s"
GET_MANY = """SELECT partition, id, data, version, expires_at FROM {t}
    WHERE (partition, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"""
QUERY = """SELECT id, data, version, expires_at FROM {t} WHERE partition = %s AND id >= %s ORDER BY id LIMIT %s"""


class Bare:
    """psycopg alone: one connection, the driver's own JSON, no tenant, no limits, no exact numbers."""

    def __init__(self, world: PostgresWorld, schema: str) -> None:
        told = world.database
        self.connection = psycopg.connect(
            host=told.host,
            port=told.port,
            dbname=told.database,
            user=world.keys["username"],
            password=world.keys["password"],
            autocommit=True,
        )
        self._table = f'"{schema}".documents'
        self.ids = [f"{n:04}" for n in range(ROWS)]
        self.version = "v"

    def sql(self, text: str) -> bytes:
        return text.format(t=self._table).encode()

    def get(self, number: int) -> object:
        return self.connection.execute(self.sql(GET), ("p", f"{number % ROWS:04}")).fetchone()

    def put(self, number: int) -> object:
        return self.connection.execute(self.sql(UPSERT), ("raw", f"{number % ROWS:04}", Jsonb(PLAIN), f"v{number}"))

    def query(self, number: int) -> object:
        return self.connection.execute(self.sql(QUERY), ("p", "", ROWS)).fetchall()

    def get_many(self, number: int) -> object:
        return self.connection.execute(self.sql(GET_MANY), (["p"] * ROWS, self.ids)).fetchall()

    def atomic(self, number: int) -> None:
        new = [("raw", f"{number}-{n}", Jsonb(PLAIN), f"v{number}") for n in range(9)]
        with self.connection.transaction():
            held = "SELECT version FROM {t} WHERE partition = 'raw' AND id = 'head' FOR UPDATE"
            self.connection.execute(self.sql(held)).fetchone()
            self.connection.cursor().executemany(self.sql(INSERT), new)
            self.connection.execute(self.sql(UPSERT), ("raw", "head", Jsonb(PLAIN), f"v{number}"))


class Ours:
    """One document over its version, nine that must be new, as a use case with its events."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._head = documents.put(Key("ours", "head"), ORDER)

    def read(self) -> None:
        self._head = self._documents.get(self._head.key)

    def atomic(self, number: int) -> None:
        new: list[Write] = [Put(Key("ours", f"{number}-{n}"), ORDER, IfAbsent()) for n in range(9)]
        self._documents.atomic([Put(self._head.key, ORDER, IfVersion(self._head.version)), *new])


def rows() -> list[Row]:
    """Microseconds; on loopback a call is as short as it can be, so the port's own share is as large as it can be."""
    with _documents() as (documents, bare):
        keys = [Key("p", each) for each in bare.ids]
        documents.batch_put([Put(key, ORDER) for key in keys])
        bare.connection.execute(bare.sql("VACUUM ANALYZE {t}"))
        ours = Ours(documents)

        def put(number: int) -> None:
            documents.put(Key("ours", f"{number % ROWS:04}"), ORDER)

        def query(_: int) -> None:
            documents.query(Query("p", limit=ROWS))

        return [
            compared("PostgreSQL, get", lambda n: documents.get(keys[n % ROWS]), bare.get, AIM, CALLS),
            compared("PostgreSQL, put", put, bare.put, AIM, CALLS),
            compared("PostgreSQL, query of 100", query, bare.query, AIM, FEWER),
            compared("PostgreSQL, batch_get of 100", lambda n: documents.batch_get(keys), bare.get_many, AIM, FEWER),
            compared("PostgreSQL, atomic of 10", ours.atomic, bare.atomic, AIM, FEWER, ours.read),
        ]


@contextmanager
def _documents() -> Iterator[tuple[Documents, Bare]]:
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(State.prepare(Path(folder)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the launcher lets go of its child
            server.start()
        world = PostgresWorld.on(server)
        record = world.tenant()
        bare = Bare(world, schema_of(record))
        try:
            yield world.open(record).documents, bare
        finally:
            bare.connection.close()
            world.connections.close()
            server.stop()
            server.wipe()
