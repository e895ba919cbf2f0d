"""The schema's way forward, on a real server."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from makoto.adapters.database.connection import Database, DatabaseLogin
from makoto.adapters.database.migration import MIGRATIONS, migrate
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.domain import TenantStatus
from tests.contract.tenancy.entries import NOON, admission, audit, entry, fact, next_version


def test_a_second_migration_applies_nothing(owner: DatabaseLogin, application: DatabaseLogin) -> None:
    assert migrate(owner, application) == ()


def test_migrations_at_the_same_time_apply_each_file_once(owner: DatabaseLogin, application: DatabaseLogin) -> None:
    fresh = owner.model_copy(update={"dbname": "fresh"})
    with owner.connect(autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")

    with ThreadPoolExecutor(3) as pool:
        applied = list(pool.map(lambda _: migrate(fresh, application), range(3)))

    files = sorted(file.stem for file in MIGRATIONS.glob("*.sql"))
    assert sorted(name for names in applied for name in names) == files


def test_the_application_may_change_neither_tables_nor_the_audit(application: DatabaseLogin) -> None:
    for forbidden in (
        "DROP TABLE tenants",
        "ALTER TABLE tenants DISABLE ROW LEVEL SECURITY",
        "DELETE FROM tenants",
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "CREATE TABLE mine (id int)",
        "SELECT * FROM _yoyo_migration",
    ):
        with application.connect(autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(forbidden.encode())


def test_not_even_the_application_deletes_an_event_that_is_not_published(database: Database) -> None:
    register = PostgresTenancy(database)
    stored = register.admit(entry(), admission(), audit())
    register.save(next_version(stored, TenantStatus.ACTIVE), audit(), fact())

    with database.platform() as connection:
        assert connection.execute("DELETE FROM outbox").rowcount == 0

    assert register.relay(lambda envelopes: None, NOON) == 1


def test_a_changed_password_is_taken_up(owner: DatabaseLogin, application: DatabaseLogin) -> None:
    renewed = application.model_copy(update={"password": type(application.password)("another")})

    migrate(owner, renewed)

    renewed.connect().close()
    migrate(owner, application)
    application.connect().close()


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "TRUNCATE audit"])
def test_not_even_the_owner_changes_the_audit(owner: DatabaseLogin, application: DatabaseLogin, change: str) -> None:
    with owner.connect(autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(change.encode())
