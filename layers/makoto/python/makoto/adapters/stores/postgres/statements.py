"""The SQL of a tenant's documents. A partition too long for an index is kept shortened, and whole beside it."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from makoto.errors import FieldError, Invalid

MAX_INDEXED_BYTES = 1600
"""Of a partition. A B-tree entry has 2,704 bytes at most (PostgreSQL 16, nbtree.h), and an id up to 1,000 of them."""

_SCHEMA = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", re.ASCII)
_PARTS = {
    "key": "partition = %s AND id = %s",
    "live": "(expires_at IS NULL OR expires_at > %s)",
    "into": "INTO {table} AS documents (partition, id, data, version, expires_at, whole_partition)",
    "row": "(%s, %s, %s::jsonb, %s, %s, %s)",
    # %b: in text form psycopg would escape every quote of the JSON
    "rows": """SELECT p, i, body::jsonb, version, expires_at, whole FROM
        unnest(%b::text[], %b::text[], %b::text[], %b::text[], %s::timestamptz[], %s::text[])
        AS given(p, i, body, version, expires_at, whole)""",
    "replacing": """ON CONFLICT (partition, id) DO UPDATE
        SET data = excluded.data, version = excluded.version, expires_at = excluded.expires_at""",
    "expired": "WHERE documents.expires_at <= %s",
    "keys": "unnest(%b::text[], %b::text[])",
    "read": "SELECT data, version, expires_at FROM {table}",
    "walk": "SELECT partition, id, whole_partition, data, version, expires_at FROM {table}",
    "next": "ORDER BY partition, id LIMIT %s",
}
_STATEMENTS = {
    "read": "{read} WHERE {key}",
    "point": """SELECT data, version, extract(epoch FROM expires_at)::bigint FROM {table}
        WHERE partition = $1::text AND id = $2::text""",
    # one index probe a key, whatever the planner believes of the table
    "read_many": """SELECT n, data, version, expires_at FROM {keys} WITH ORDINALITY AS k(p, i, n), LATERAL
        ({read} WHERE partition = k.p AND id = k.i LIMIT 1) AS d""",
    "put": "INSERT {into} VALUES {row} {replacing}",
    "put_if_absent": "INSERT {into} VALUES {row} {replacing} {expired}",
    "put_if_version": """UPDATE {table} SET data = %s::jsonb, version = %s, expires_at = %s
        WHERE {key} AND version = %s AND {live}""",
    "delete": "DELETE FROM {table} WHERE {key}",
    "delete_if_version": "DELETE FROM {table} WHERE {key} AND version = %s AND {live}",
    "put_many": "INSERT {into} {rows} {replacing}",
    "put_many_if_absent": "INSERT {into} {rows} {replacing} {expired}",
    "delete_many": "DELETE FROM {table} AS d USING {keys} AS k(p, i) WHERE d.partition = k.p AND d.id = k.i",
    "lock_many": """SELECT partition, id, version, expires_at FROM {keys} AS k(p, i), LATERAL
        (SELECT partition, id, version, expires_at FROM {table} WHERE partition = k.p AND id = k.i FOR UPDATE) AS d""",
    "scan": "SELECT id, data, version, expires_at FROM {table} WHERE partition = %s",
    "walk": "{walk} {next}",
    "walk_on": "{walk} WHERE (partition, id) > (%s, %s) {next}",
    "sweep": """DELETE FROM {table} WHERE (partition, id) IN (SELECT partition, id FROM {table}
        WHERE expires_at <= %s ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED)""",
}


@dataclass(frozen=True, slots=True)
class Statements:
    """Every statement over one schema; the parameters are in the order in which the columns stand."""

    read: bytes
    point: bytes
    point_name: bytes
    read_many: bytes
    put: bytes
    put_if_absent: bytes
    put_if_version: bytes
    delete: bytes
    delete_if_version: bytes
    put_many: bytes
    put_many_if_absent: bytes
    delete_many: bytes
    lock_many: bytes
    scan: bytes
    walk: bytes
    walk_on: bytes
    sweep: bytes


@lru_cache(maxsize=512)
def statements_of(schema: str) -> Statements:
    """Write the statements for one schema."""
    table = f"{quoted(schema)}.documents"
    parts = {name: part.format(table=table) for name, part in _PARTS.items()}
    written = {name: text.format(table=table, **parts).encode() for name, text in _STATEMENTS.items()}
    # PostgreSQL tells names apart by 63 bytes: two schemas must not share one
    return Statements(point_name=hashlib.sha256(table.encode()).hexdigest()[:40].encode(), **written)


def quoted(schema: str) -> str:
    """Write a schema's name as an identifier; `Invalid` for one that is no plain name."""
    if _SCHEMA.fullmatch(schema) is None:
        rule = FieldError("/cloud/documents/schema_name", "name", "letters, digits, - and _")
        raise Invalid("the schema's name is not accepted", errors=[rule])
    return f'"{schema}"'


def place_of(partition: str) -> str:
    """Say a partition as it is indexed; a shortened one is longer than any that is not, so the two never meet."""
    if len(partition) * 4 <= MAX_INDEXED_BYTES:
        return partition
    whole = partition.encode()
    if len(whole) <= MAX_INDEXED_BYTES:
        return partition
    digest = hashlib.sha256(whole).hexdigest()
    head = whole[: MAX_INDEXED_BYTES - len(digest)].decode(errors="ignore")
    return head + digest + "." * (MAX_INDEXED_BYTES + 1 - len(head.encode()) - len(digest))
