"""PostgreSQL under contract: each tenant a schema of its own, the other stores from the memory cloud."""

import os
from dataclasses import dataclass, field, replace
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from local.postgres import DATABASE, OWNER, Postgres
from local.settings import HOST
from makoto.adapters.clouds import CloudDependencies, Connections, KeptConnection, Network, StoreKey, open_cloud
from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.stores.postgres import PostgresDocuments, PostgresPool, connect, make_store, remove_store
from makoto.adapters.system import SystemClock
from makoto.domain import TenantRecord
from makoto.domain.clouds import PostgresDatabase
from makoto.ports.context import TenantStores
from tests.contract.clouds.worlds import new_tenant

REAL_SERVER = "MAKOTO_TEST_POSTGRES_URL"
KEPT = 8


@dataclass
class PostgresWorld:
    """A server, and the schemas made in it, which `close` removes."""

    database: PostgresDatabase
    keys: dict[str, str]
    network: Network = field(default_factory=lambda: Network(allows_private=True, allows_plaintext=True))
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    connections: Connections = field(default_factory=lambda: Connections(KEPT))
    dependencies: CloudDependencies = field(init=False)
    tenants: list[TenantRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dependencies = CloudDependencies(self.clock, CountingIds())

    @classmethod
    def on(cls, server: Postgres) -> Self:
        """Stand on the session's own server."""
        password = server.state.remembered().database_owner_password
        database = PostgresDatabase(host=HOST, port=server.port, database=DATABASE, tls="disable")
        return cls(database, {"username": OWNER, "password": password})

    @classmethod
    def real(cls) -> Self | None:
        """Stand on the server that the environment names, if it names one; its user may create schemas."""
        url = os.environ.get(REAL_SERVER)  # noqa: TID251  a test against a real service
        if url is None:
            return None
        told = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        database = PostgresDatabase(
            host=told["host"],
            port=int(told.get("port", "5432")),
            database=told["dbname"],
            tls="disable" if told.get("sslmode") == "disable" else "verify-full",
        )
        network = Network(allows_private=True, allows_plaintext=True, ca_path=told.get("sslrootcert"))
        return cls(database, {"username": told["user"], "password": told["password"]}, network)

    def tenant(self) -> TenantRecord:
        record = new_tenant()
        make_store(self.connection(record), schema_of(record), record.tenant_id)
        self.tenants.append(record)
        return record

    def open(self, record: TenantRecord) -> TenantStores:
        others = open_cloud("memory", record, self.dependencies)
        return replace(others, documents=replace(others.documents, driver=self.driver(record)))

    def driver(self, record: TenantRecord) -> PostgresDocuments:
        return PostgresDocuments(self.connection(record), schema_of(record), self.dependencies.ids)

    def connection(self, record: TenantRecord) -> KeptConnection[PostgresPool]:
        key = StoreKey(record.tenant_id, "documents", self.database)
        return self.connections.connection(key, self.pool, close=PostgresPool.close)

    def pool(self) -> PostgresPool:
        return connect(self.database, self.keys, self.network, name="makoto-contract")

    def administrator(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A session of the world's own user, beside the driver's."""
        told = self.database
        return psycopg.connect(
            host=told.host,
            port=told.port,
            dbname=told.database,
            user=self.keys["username"],
            password=self.keys["password"],
            autocommit=True,
        )

    def close(self) -> None:
        for record in self.tenants:
            remove_store(self.connection(record), schema_of(record), record.tenant_id)
        self.connections.close()


def schema_of(record: TenantRecord) -> str:
    """The schema of one of a world's tenants; with the process's number, since a real server outlives the run."""
    return f"makoto-test-{os.getpid()}-{record.tenant_id}"
