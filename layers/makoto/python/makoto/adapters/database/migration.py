"""Brings Aurora's schema forward by the plain SQL files of `migrations/`, and its application role up to its secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

from psycopg.sql import SQL, Identifier, Literal
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI
from yoyo.migrations import default_migration_table

from makoto.adapters.database.connection import Connection, DatabaseLogin, translated_errors

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 6_120_951_073  # any number that nobody else locks by


def migrate(owner: DatabaseLogin, application: DatabaseLogin, folder: Path = MIGRATIONS) -> tuple[str, ...]:
    """Apply what is missing, one transaction a file, and return the names; harmless to repeat and to run twice at once.

    The application's role is made first, for the files grant it its rights.
    """
    with translated_errors(), _alone(owner) as connection:
        _ensure_role(connection, application)
        return _apply(owner, folder)


@contextmanager
def _alone(owner: DatabaseLogin) -> Iterator[Connection]:
    """Hold a lock that ends with this connection, however the process ends."""
    take: LiteralString = "SELECT pg_advisory_lock(%s)"
    with owner.connect(autocommit=True) as connection:
        connection.execute(take, (_LOCK,))
        yield connection


def _ensure_role(connection: Connection, application: DatabaseLogin) -> None:
    """Make the role that owns nothing, or give it the password that its secret says now, as a hash made here."""
    found: LiteralString = "SELECT FROM pg_roles WHERE rolname = %s"
    name = application.username
    if connection.execute(found, (name,)).fetchone() is None:
        connection.execute(SQL("CREATE ROLE {} LOGIN NOINHERIT").format(Identifier(name)))
    plain, user = application.password.get_secret_value().encode(), name.encode()
    verifier = connection.pgconn.encrypt_password(plain, user, b"scram-sha-256").decode()
    connection.execute(SQL("ALTER ROLE {} PASSWORD {}").format(Identifier(name), Literal(verifier)))


def _apply(owner: DatabaseLogin, folder: Path) -> tuple[str, ...]:
    migrations = read_migrations(str(folder))
    with _yoyo(owner) as backend:
        missing = backend.to_apply(migrations)
        backend.apply_migrations(missing)
        return tuple(migration.id for migration in missing)


@contextmanager
def _yoyo(owner: DatabaseLogin) -> Iterator[PostgresqlPsycopgBackend]:
    """Give yoyo the login as values, for a password in a URL would need quoting twice."""
    password = owner.password.get_secret_value()
    uri = DatabaseURI("postgresql", owner.username, password, owner.host, owner.port, owner.dbname, owner.tls)
    backend = PostgresqlPsycopgBackend(uri, default_migration_table)
    backend.init_database()
    try:
        yield backend
    finally:
        backend.connection.close()
