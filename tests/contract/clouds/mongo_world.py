"""MongoDB under contract: each tenant a database of its own, the other stores from the memory cloud."""

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from local.servers.mongo import MongoServer
from makoto.adapters.clouds import CloudDependencies, Connections, KeptConnection, Network, StoreKey, open_cloud
from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.stores.mongo import MongoDocuments, connect, make_store, remove_store
from makoto.adapters.system import SystemClock
from makoto.domain import TenantRecord
from makoto.domain.clouds import MongoDatabase
from makoto.ports.context import TenantStores
from tests.contract.clouds.worlds import new_tenant

if TYPE_CHECKING:
    from pymongo import MongoClient

REAL_SERVER = "MAKOTO_TEST_MONGO_URL"
USERNAME, PASSWORD = "makoto", "correct horse"
KEPT = 8


@dataclass
class MongoWorld:
    """A server, and the databases made in it, which `close` removes."""

    database: MongoDatabase
    keys: dict[str, str]
    network: Network = field(default_factory=lambda: Network(allows_private=True, allows_plaintext=True))
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    connections: Connections = field(default_factory=lambda: Connections(KEPT))
    dependencies: CloudDependencies = field(init=False)
    tenants: list[TenantRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dependencies = CloudDependencies(self.clock, CountingIds())

    @classmethod
    def on(cls, server: MongoServer) -> Self:
        """Stand on a server of the session's own."""
        return cls(at(server.address), {"username": USERNAME, "password": PASSWORD})

    @classmethod
    def real(cls) -> Self | None:
        """Stand on the server that the environment names, if it names one; its user may make databases."""
        url = os.environ.get(REAL_SERVER)  # noqa: TID251  a test against a real service
        if url is None:
            return None
        from pymongo.uri_parser import parse_uri

        told = parse_uri(url)
        options: Any = told["options"]
        database = at(
            *(f"{host}:{port}" for host, port in told["nodelist"]), tls=bool(options.get("tls")), options=options
        )
        network = Network(allows_private=True, allows_plaintext=True, ca_path=options.get("tlsCAFile"))
        return cls(database, {"username": told["username"] or "", "password": told["password"] or ""}, network)

    def tenant(self) -> TenantRecord:
        record = new_tenant()
        make_store(self.connection(record), name_of(record), record.tenant_id)
        self.tenants.append(record)
        return record

    def open(self, record: TenantRecord) -> TenantStores:
        others = open_cloud("memory", record, self.dependencies)
        return replace(others, documents=replace(others.documents, driver=self.driver(record)))

    def driver(self, record: TenantRecord) -> MongoDocuments:
        return MongoDocuments(self.connection(record), name_of(record), self.dependencies.ids)

    def connection(self, record: TenantRecord) -> "KeptConnection[MongoClient[dict[str, Any]]]":
        key = StoreKey(record.tenant_id, "documents", self.database)
        return self.connections.connection(key, self.client, close=lambda client: client.close())

    def client(self) -> "MongoClient[dict[str, Any]]":
        return connect(self.database, self.keys, self.network, name="makoto-contract")

    def close(self) -> None:
        for record in self.tenants:
            remove_store(self.connection(record), name_of(record), record.tenant_id)
        self.connections.close()


def at(*hosts: str, tls: bool = False, options: dict[str, Any] | None = None) -> MongoDatabase:
    """Describe a server; a world gives each tenant a database with a name of its own."""
    replica_set = (options or {}).get("replicaSet")
    return MongoDatabase(
        hosts=hosts, replica_set=replica_set, database="unused", tls="verify-full" if tls else "disable"
    )


def name_of(record: TenantRecord) -> str:
    """The database of one of a world's tenants; with the process's number, since a real server outlives the run."""
    return f"makoto-test-{os.getpid()}-{record.tenant_id}"
