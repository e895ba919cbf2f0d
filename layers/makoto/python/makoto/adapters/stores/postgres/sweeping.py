"""Removal of expired documents, which PostgreSQL does not do by itself."""

from datetime import datetime
from functools import partial

from makoto.adapters.stores.postgres.errors import translated
from makoto.adapters.stores.postgres.pool import PostgresPool
from makoto.adapters.stores.postgres.statements import statements_of
from makoto.ports.connection import Connection

BATCH = 500


def sweep(connection: Connection[PostgresPool], schema: str, now: datetime, most: int) -> int:
    """Delete at most `most` documents that have expired, the oldest first, and say how many; locks 500 at a time.

    What another writer holds is left for the next sweep.
    """
    swept = 0
    while swept < most:
        wanted = min(BATCH, most - swept)
        found = connection.call(partial(_swept, schema=schema, now=now, most=wanted))
        swept += found
        if found < wanted:
            break
    return swept


def _swept(pool: PostgresPool, schema: str, now: datetime, most: int) -> int:
    with pool.lend() as session, translated():
        return session.execute(statements_of(schema).sweep, (now, most)).rowcount
