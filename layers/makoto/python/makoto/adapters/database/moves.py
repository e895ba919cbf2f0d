"""The register of moves in PostgreSQL: a move is one JSON document beside what it is found by."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.types.json import Jsonb

from makoto.adapters.database.connection import Database, Row
from makoto.ports.move_entry import Move
from makoto.ports.move_store import MOST_LISTED, BegunMove, MoveStore
from makoto.ports.tenant_entry import Admission

_INSERT: LiteralString = """
    INSERT INTO moves (tenant_id, move_id, status, version, started_at, due_at, move, idempotency_key, fingerprint)
    VALUES (%(tenant_id)s, %(move_id)s, %(status)s, %(version)s, %(started_at)s, %(due_at)s, %(move)s, %(key)s,
        %(fingerprint)s)
    ON CONFLICT DO NOTHING"""

_UPDATE: LiteralString = """
    UPDATE moves SET status = %(status)s, version = %(version)s, due_at = %(due_at)s, move = %(move)s
    WHERE tenant_id = %(tenant_id)s AND move_id = %(move_id)s AND version = %(version)s - 1"""


class PostgresMoves(MoveStore):
    """One method, one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, move: Move, admission: Admission) -> bool:
        given = {**_row(move), "key": admission.key, "fingerprint": admission.fingerprint}
        with self._database.tenant(move.tenant_id) as connection:
            return connection.execute(_INSERT, given).rowcount == 1

    def begun(self, tenant_id: str, key: str) -> BegunMove | None:
        query: LiteralString = "SELECT move, fingerprint FROM moves WHERE tenant_id = %s AND idempotency_key = %s"
        with self._database.tenant(tenant_id) as connection:
            row = connection.execute(query, (tenant_id, key)).fetchone()
        return None if row is None else BegunMove(_move(row), row["fingerprint"])

    def read(self, tenant_id: str, move_id: str) -> Move | None:
        query: LiteralString = "SELECT move FROM moves WHERE tenant_id = %s AND move_id = %s"
        with self._database.tenant(tenant_id) as connection:
            row = connection.execute(query, (tenant_id, move_id)).fetchone()
        return None if row is None else _move(row)

    def update(self, move: Move) -> bool:
        with self._database.tenant(move.tenant_id) as connection:
            return connection.execute(_UPDATE, _row(move)).rowcount == 1

    def of_tenant(self, tenant_id: str) -> Sequence[Move]:
        query: LiteralString = """SELECT move FROM moves WHERE tenant_id = %s
            ORDER BY started_at DESC, move_id DESC LIMIT %s"""
        with self._database.tenant(tenant_id) as connection:
            return [_move(row) for row in connection.execute(query, (tenant_id, MOST_LISTED))]

    def overdue(self, before: datetime, limit: int) -> Sequence[Move]:
        query: LiteralString = """SELECT move FROM moves WHERE status = 'running' AND due_at < %s
            ORDER BY due_at LIMIT %s"""
        with self._database.platform() as connection:
            return [_move(row) for row in connection.execute(query, (before, limit))]


def _row(move: Move) -> Row:
    return {
        "tenant_id": move.tenant_id,
        "move_id": move.move_id,
        "status": move.status.value,
        "version": move.version,
        "started_at": move.started_at,
        "due_at": move.due_at,
        "move": Jsonb(move.model_dump(mode="json")),
    }


def _move(row: Row) -> Move:
    return Move.model_validate(row["move"])
