"""What a PostgreSQL server says of its clock and of the role that the platform was given."""

from collections.abc import Iterator
from typing import Any

from makoto.adapters.endpoint_probes import skew
from makoto.adapters.excess import excess
from makoto.adapters.stores.postgres.errors import translated
from makoto.adapters.stores.postgres.pool import PostgresPool
from makoto.ports.clock import Clock
from makoto.ports.connection import Connection
from makoto.ports.diagnosis import Found, Probe

_POWERS = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_NAMES = ("SUPERUSER", "CREATEDB", "CREATEROLE", "BYPASSRLS")


def probes(connection: Connection[PostgresPool], clock: Clock) -> Iterator[Probe]:
    """The server's clock, and rights beyond those needed."""
    yield Probe("clock", "documents", lambda: connection.call(lambda pool: _time(pool, clock)))
    yield Probe("excess", "documents", lambda: connection.call(_powers))


def _time(pool: PostgresPool, clock: Clock) -> Found:
    (theirs,) = _row(pool, "SELECT clock_timestamp()")
    return skew(theirs, clock.now())


def _powers(pool: PostgresPool) -> Found:
    held = _row(pool, _POWERS)
    return excess([name for name, has_it in zip(_NAMES, held, strict=True) if has_it])


def _row(pool: PostgresPool, question: str) -> tuple[Any, ...]:
    with translated(), pool.lend() as session:
        return session.execute(question.encode()).fetchone() or ()
