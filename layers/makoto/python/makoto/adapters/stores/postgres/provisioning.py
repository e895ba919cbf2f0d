"""A tenant's store in PostgreSQL: a schema with the table of documents, and whose it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from makoto.adapters.stores.postgres.errors import translated
from makoto.adapters.stores.postgres.pool import PostgresPool, Session
from makoto.adapters.stores.postgres.statements import quoted
from makoto.errors import Forbidden, Invalid
from makoto.ports.connection import Connection
from makoto.ports.provisioning import StoreRefused, StoreTaken

_LOCK = b"SELECT pg_advisory_xact_lock(hashtextextended('makoto.store ' || %s, 0))"
_SCHEMA = b"SELECT 1 FROM pg_namespace WHERE nspname = %s"
_RELATIONS = b"SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)"

_TABLES = """
    CREATE TABLE IF NOT EXISTS {schema}.store (
        tenant_id text PRIMARY KEY,
        only_one boolean NOT NULL DEFAULT true UNIQUE CHECK (only_one)
    );
    CREATE TABLE IF NOT EXISTS {schema}.documents (
        partition text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        data jsonb NOT NULL,
        version text COLLATE "C" NOT NULL,
        expires_at timestamptz,
        whole_partition text COLLATE "C",
        PRIMARY KEY (partition, id)
    );
    CREATE INDEX IF NOT EXISTS documents_by_expiry ON {schema}.documents (expires_at) WHERE expires_at IS NOT NULL;
"""

_MARK = "INSERT INTO {schema}.store (tenant_id) VALUES (%s) ON CONFLICT (tenant_id) DO NOTHING"
_OWNER = "SELECT tenant_id FROM {schema}.store"


def make_store(connection: Connection[PostgresPool], schema: str, tenant_id: str) -> None:
    """Create what is missing; StoreTaken where the schema is another tenant's or holds what is not ours.

    An empty schema is taken over, for a user who may not create one.
    """

    def make(pool: PostgresPool) -> None:
        with _alone(pool, schema) as session:
            _require_unicode(session)
            found = _relations(session, schema)
            if found is None:
                session.execute(f"CREATE SCHEMA {quoted(schema)}".encode())
            elif found and _owner(session, schema, found) != tenant_id:
                raise StoreTaken(f"documents: the schema {schema} belongs to somebody else")
            session.execute(_TABLES.format(schema=quoted(schema)).encode())
            session.execute(_MARK.format(schema=quoted(schema)).encode(), (tenant_id,))

    connection.call(make)


def remove_store(connection: Connection[PostgresPool], schema: str, tenant_id: str) -> bool:
    """Drop the tables if they are this tenant's, and the schema if nothing else is in it; say whether they are gone."""

    def remove(pool: PostgresPool) -> bool:
        with _alone(pool, schema) as session:
            found = _relations(session, schema)
            if not found or _owner(session, schema, found) != tenant_id:
                return True
            session.execute(f"DROP TABLE {quoted(schema)}.documents, {quoted(schema)}.store".encode())
            if not _relations(session, schema):
                session.execute(f"DROP SCHEMA {quoted(schema)}".encode())
        return True

    return connection.call(remove)


@contextmanager
def _alone(pool: PostgresPool, schema: str) -> Iterator[Session]:
    """A transaction that no other making or removing of this schema runs beside."""
    try:
        with pool.lend() as session, translated(), session.transaction():
            session.execute(_LOCK, (schema,))
            yield session
    except Forbidden as refused:
        raise StoreRefused(f"documents: the database user may not make or remove the schema {schema}") from refused


def _relations(session: Session, schema: str) -> set[str] | None:
    """Name what is in the schema, or say that there is none."""
    if session.execute(_SCHEMA, (schema,)).fetchone() is None:
        return None
    return {name for (name,) in session.execute(_RELATIONS, (schema,))}


def _owner(session: Session, schema: str, relations: set[str]) -> str | None:
    if "store" not in relations:
        return None
    owner = session.execute(_OWNER.format(schema=quoted(schema)).encode()).fetchone()
    return None if owner is None else str(owner[0])


def _require_unicode(session: Session) -> None:
    encoding = session.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Invalid(f"the tenant's database is encoded in {encoding}: it has to be UTF8")
