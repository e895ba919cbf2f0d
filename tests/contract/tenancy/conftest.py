"""A real PostgreSQL for the session, migrated once, and the register of tenants on both of its stores."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from local.emulator import Emulator
from local.postgres import DATABASE, OWNER, Postgres
from local.settings import HOST
from makoto.adapters.clouds.memory.tenancy import MemoryTenancy
from makoto.adapters.database.connection import Database, DatabaseLogin
from makoto.adapters.database.migration import migrate
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.ports.tenancy import TenancyStore
from tests.contract.clouds.worlds import AwsWorld

APPLICATION = "makoto_app"


@pytest.fixture(scope="session")
def owner(postgres_server: Postgres) -> DatabaseLogin:
    password = postgres_server.state.remembered().database_owner_password
    return DatabaseLogin(username=OWNER, password=password, host=HOST, port=postgres_server.port, dbname=DATABASE)


@pytest.fixture(scope="session")
def application(postgres_server: Postgres, owner: DatabaseLogin) -> DatabaseLogin:
    """The application's login, after the migrations have made its role."""
    password = "p'ass\"word %s"  # what a generated password may hold
    login = DatabaseLogin(
        username=APPLICATION, password=password, host=HOST, port=postgres_server.port, dbname=DATABASE
    )
    migrate(owner, login)
    return login


@pytest.fixture
def database(application: DatabaseLogin, owner: DatabaseLogin) -> Iterator[Database]:
    """The application's connection to tables that are empty."""
    with owner.connect(autocommit=True) as connection:
        connection.execute("ALTER TABLE audit DISABLE TRIGGER audit_is_append_only")
        connection.execute("TRUNCATE tenants, moves, onboarding_steps, memberships, audit, outbox")
        connection.execute("ALTER TABLE audit ENABLE TRIGGER audit_is_append_only")
    database = Database(lambda: application)
    yield database
    database.close()


@dataclass
class Processes:
    """Registers as several processes of the platform have them: each its own, over one store."""

    another: Callable[[], TenancyStore]


@pytest.fixture(params=["memory", "postgres"])
def tenancy(request: pytest.FixtureRequest) -> TenancyStore:
    if request.param == "memory":
        return MemoryTenancy()
    return PostgresTenancy(request.getfixturevalue("database"))


@pytest.fixture
def processes(request: pytest.FixtureRequest, tenancy: TenancyStore) -> Iterator[Processes]:
    if isinstance(tenancy, MemoryTenancy):
        yield Processes(lambda: tenancy)
        return
    login: DatabaseLogin = request.getfixturevalue("application")
    databases: list[Database] = []

    def make() -> TenancyStore:
        databases.append(Database(lambda: login))
        return PostgresTenancy(databases[-1])

    yield Processes(make)
    for database in databases:
        database.close()


@pytest.fixture(scope="session")
def world(emulator: Emulator) -> AwsWorld:
    """The emulator with the roles of hosted tenants and of a tenant with its own account."""
    world = AwsWorld(emulator.endpoint)
    world.create_roles()
    return world
