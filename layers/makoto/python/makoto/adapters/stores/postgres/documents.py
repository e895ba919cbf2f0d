"""Documents in a PostgreSQL table of one tenant, in READ COMMITTED: every read sees what was committed before it."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from makoto.adapters.stores.postgres.atomic import write_as_one
from makoto.adapters.stores.postgres.bulk import delete_parameters, portions, put_parameters
from makoto.adapters.stores.postgres.encoding import json_of
from makoto.adapters.stores.postgres.errors import translated
from makoto.adapters.stores.postgres.expressions import filter_sql
from makoto.adapters.stores.postgres.point import read_point
from makoto.adapters.stores.postgres.pool import PostgresPool, Session
from makoto.adapters.stores.postgres.statements import place_of, statements_of
from makoto.ports.connection import Connection
from makoto.ports.documents import (
    Always,
    Check,
    Chunk,
    ConditionRefused,
    Delete,
    Document,
    DocumentLimits,
    IfAbsent,
    IfVersion,
    Key,
    Plan,
    Put,
    Scan,
    Walked,
    Write,
)
from makoto.ports.ids import Ids

LIMITS = DocumentLimits(
    max_item_bytes=400_000,
    max_batch_get=1000,
    max_batch_put=1000,
    max_atomic_writes=100,
    max_atomic_bytes=4_000_000,
    atomic_scope="store",
)
VERSION_BYTES = 12

_Result = TypeVar("_Result")


class PostgresDocuments:
    """One table. Its expired documents go when `sweep` is called."""

    limits = LIMITS

    def __init__(self, connection: Connection[PostgresPool], schema: str, ids: Ids) -> None:
        self._connection = connection
        self._sql = statements_of(schema)
        self._ids = ids

    def read(self, key: Key) -> Document | None:
        place = place_of(key.partition)
        return self._asked(lambda session: read_point(session, self._sql, place, key))

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        places = delete_parameters(keys)
        rows = self._asked(lambda session: session.execute(self._sql.read_many, places).fetchall())
        return [Document(keys[n - 1], data, version, expires_at) for n, data, version, expires_at in rows], ()

    def scan(self, scan: Scan) -> Chunk:
        text, parameters = self._scan_sql(scan)
        rows = self._asked(lambda session: session.execute(text, parameters).fetchall())
        partition = scan.partition
        documents = [Document(Key(partition, each), data, version, at) for each, data, version, at in rows]
        return Chunk(documents, rows[-1][0] if len(rows) == scan.wanted else None)

    def write(self, write: Write, now: datetime) -> str:
        version = self._version()
        single = self._single(write, version, now)
        if single is None:
            self.write_all([write], now)
            return version
        text, parameters = single
        touched = self._asked(lambda session: session.execute(text, parameters).rowcount, writing=True)
        if not touched and not isinstance(write.when, Always):
            raise ConditionRefused
        return version

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        for some in portions([write for write in writes if isinstance(write, Put)]):
            self._written(self._sql.put_many, put_parameters(some, self._version))
        gone = [write.key for write in writes if isinstance(write, Delete)]
        if gone:
            self._written(self._sql.delete_many, delete_parameters(sorted(gone)))
        return ()

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        asked = [write for write in writes if not (isinstance(write, Check) and isinstance(write.when, Always))]
        if asked:
            self._lent(lambda session: write_as_one(session, self._sql, writes, now, self._version))

    def walk(self, after: str | None, wanted: int) -> Walked:
        """In the order of partition and id; the mark is `[partition as indexed, id]`."""
        text, start = (self._sql.walk, []) if after is None else (self._sql.walk_on, json.loads(after))
        rows = self._asked(lambda session: session.execute(text, [*start, wanted]).fetchall())
        documents = [Document(Key(whole or place, each), *rest) for place, each, whole, *rest in rows]
        resume = json.dumps(rows[-1][:2], ensure_ascii=False) if len(rows) == wanted else None
        return Walked(documents, resume)

    def explain(self, scan: Scan) -> Plan:
        text, parameters = self._scan_sql(scan)
        native = {"statement": text.decode(), "parameters": parameters}
        return Plan("partition", json.dumps(native, ensure_ascii=False))

    def _scan_sql(self, scan: Scan) -> tuple[bytes, list[Any]]:  # Any: what psycopg binds
        parts = [self._sql.scan]
        parameters: list[Any] = [place_of(scan.partition)]
        past = b" AND id < %s" if scan.descending else b" AND id > %s"
        for part, bound in ((b" AND id >= %s", scan.lower), (b" AND id < %s", scan.upper), (past, scan.after)):
            if bound:
                parts.append(part)
                parameters.append(bound)
        if scan.where is not None:
            kept, operands = filter_sql(scan.where)
            parts.append(f" AND {kept}".encode())
            parameters += operands
        order = b" ORDER BY id DESC LIMIT %s" if scan.descending else b" ORDER BY id LIMIT %s"
        return b"".join([*parts, order]), [*parameters, scan.wanted]

    def _single(self, write: Write, version: str, now: datetime) -> tuple[bytes, tuple[object, ...]] | None:
        """Say a write as one statement that touches a row or, its condition failing, none."""
        key = _place(write.key)
        match write:
            case Put(when=IfVersion(expected)):
                body = (json_of(write.data), version, write.expires_at)
                return self._sql.put_if_version, (*body, *key, expected, now)
            case Put():
                whole = write.key.partition if key[0] != write.key.partition else None
                row = (*key, json_of(write.data), version, write.expires_at, whole)
                absent = isinstance(write.when, IfAbsent)
                return (self._sql.put_if_absent, (*row, now)) if absent else (self._sql.put, row)
            case Delete(when=IfVersion(expected)):
                return self._sql.delete_if_version, (*key, expected, now)
            case Delete(when=Always()):
                return self._sql.delete, key
            case _:
                return None

    def _version(self) -> str:
        return self._ids.random(VERSION_BYTES).hex()

    def _written(self, text: bytes, parameters: Sequence[object]) -> None:
        self._asked(lambda session: session.execute(text, parameters), writing=True)

    def _asked(self, ask: Callable[[Session], _Result], *, writing: bool = False) -> _Result:
        def asked(session: Session) -> _Result:
            with translated(writing=writing):
                return ask(session)

        return self._lent(asked)

    def _lent(self, act: Callable[[Session], _Result]) -> _Result:
        def lent(pool: PostgresPool) -> _Result:
            with pool.lend() as session:
                return act(session)

        return self._connection.call(lent)


def _place(key: Key) -> tuple[str, str]:
    return place_of(key.partition), key.id
