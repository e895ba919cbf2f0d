"""What only a look into the product itself tells: more rights than the platform needs, and the server's own clock."""

from collections.abc import Iterator
from typing import Any

from makoto.adapters.endpoint_probes import Endpoint, endpoint_probes, skew
from makoto.adapters.stores.rented import RentedStores
from makoto.domain.clouds import PostgresDatabase
from makoto.ports.clock import Clock
from makoto.ports.diagnosis import Fix, Found, Level, Probe

_POWERS = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_NAMES = ("SUPERUSER", "CREATEDB", "CREATEROLE", "BYPASSRLS")
GRANTS = {
    ("documents", "write"): "INSERT and UPDATE on the platform's schema (readWrite on the database for MongoDB)",
    ("documents", "read"): "SELECT on the platform's schema (readWrite on the database for MongoDB)",
    ("documents", "query"): "SELECT on the platform's schema (readWrite on the database for MongoDB)",
    ("documents", "atomic"): "INSERT, UPDATE and DELETE in one transaction (a replica set for MongoDB)",
    ("documents", "delete"): "DELETE on the platform's schema (readWrite on the database for MongoDB)",
    ("objects", "write"): "s3:PutObject on the bucket's objects",
    ("objects", "read"): "s3:GetObject on the bucket's objects",
    ("objects", "list"): "s3:ListBucket on the bucket",
    ("objects", "delete"): "s3:DeleteObject on the bucket's objects",
    ("secrets", "write"): 'capabilities "create" and "update" on <mount>/data/<tenant>/*',
    ("secrets", "read"): 'capability "read" on <mount>/data/<tenant>/*',
    ("secrets", "update"): 'capability "update" on <mount>/data/<tenant>/*',
    ("secrets", "delete"): 'capability "delete" on <mount>/metadata/<tenant>/*',
}


def rented_probes(rented: RentedStores) -> Iterator[Probe]:
    """The looks at stores that a tenant rents or runs one by one."""
    clock, network = rented.dependencies.clock, rented.dependencies.network
    yield from endpoint_probes(Endpoint("objects", rented.bucket.endpoint, network), clock)
    yield from endpoint_probes(Endpoint("secrets", rented.vault.endpoint, network), clock)
    if isinstance(rented.database, PostgresDatabase):
        connection = rented.product.driver(rented.documents_place)._connection  # type: ignore[attr-defined]  # PostgreSQL's
        yield Probe("clock", "documents", lambda: connection.call(lambda pool: _time(pool, clock)))
        yield Probe("excess", "documents", lambda: connection.call(_powers))


def _time(pool: Any, clock: Clock) -> Found:
    with pool.lend() as session:
        (theirs,) = session.execute("SELECT clock_timestamp()").fetchone()
    return skew(theirs, clock.now())


def _powers(pool: Any) -> Found:
    with pool.lend() as session:
        held = session.execute(_POWERS).fetchone()
    powers = [name for name, has_it in zip(_NAMES, held, strict=True) if has_it]
    if not powers:
        return Found(Level.OK, "no more rights than needed")
    told = ", ".join(powers)
    fix = Fix(
        en=f"Give the platform a role of its own without {told}.",
        ja=f"{told} を持たない専用ロールをプラットフォームに割り当ててください。",
    )
    return Found(Level.WARNING, f"the role may do more than the platform needs: {told}", fix)
