"""Cosmos DB under contract: the stand-in, or the account that MAKOTO_TEST_COSMOS_URL and _KEY name.

Objects and secrets are the memory cloud's. Each tenant has a database of its own.
"""

import itertools
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.servers.cosmos.access import KEY
from local.servers.node import ensure_packages
from local.servers.tls import Authority
from makoto.adapters.clouds import CloudDependencies, Connections, Network, StoreKey, open_cloud
from makoto.adapters.clouds.azure.cosmos_client import CONTAINER, close_container, connect_account, connect_container
from makoto.adapters.clouds.azure.cosmos_container import make_container
from makoto.adapters.clouds.azure.cosmos_properties import indexing
from makoto.adapters.clouds.azure.documents import CosmosDocuments
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import TenantRecord
from makoto.domain.clouds.azure import CosmosDatabase
from makoto.ports.context import TenantStores
from makoto.ports.cursors import Cursors
from makoto.ports.documents import Documents
from tests.contract.clouds.worlds import new_tenant

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy, CosmosClient

READY_WITHIN_S = 20
REAL_URL = os.environ.get("MAKOTO_TEST_COSMOS_URL", "")  # noqa: TID251  the developer's own account
REAL_KEY = os.environ.get("MAKOTO_TEST_COSMOS_KEY", "")  # noqa: TID251
PREFIX = f"makoto-test-{secrets.token_hex(4)}"
_NUMBERS = itertools.count(1)


@dataclass
class CosmosWorld:
    """One account; a test may look at it with the account's key, and ask the stand-in for faults."""

    url: str
    key: str
    network: Network
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    connections: Connections = field(default_factory=Connections)
    memory: CloudDependencies = field(init=False)
    databases: dict[str, CosmosDatabase] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memory = CloudDependencies(self.clock, SystemIds())

    def tenant(self) -> TenantRecord:
        record = new_tenant()
        database = CosmosDatabase(endpoint=self.url, database=f"{PREFIX}-{next(_NUMBERS)}")
        self.databases[record.tenant_id] = database
        with self.account(database) as client:
            client.create_database(database.database)
            make_container(client, database.database, record.tenant_id)
        return record

    def open(self, record: TenantRecord) -> TenantStores:
        """Open with a client of its own, as another process would."""
        others = open_cloud("memory", record, self.memory)
        connection = self.connections.connection(
            StoreKey(record.tenant_id, "documents", next(_NUMBERS)),
            lambda: connect_container(self.databases[record.tenant_id], self.key, self.network),
            close=close_container,
        )
        driver = CosmosDocuments(connection, SystemIds(), "session")
        ids = SystemIds()
        cursors = Cursors.of_tenant(record.tenant_id, others.secrets, ids)
        return replace(others, documents=Documents(driver, cursors, self.clock, ids))

    @contextmanager
    def account(self, database: CosmosDatabase) -> "Iterator[CosmosClient]":
        with connect_account(database, self.key, self.network) as client:
            yield client

    def fault(self, kind: str, *, times: int = 1, value: float = 1, after: int = 0) -> None:
        """Let the next requests for items fail."""
        import ssl

        context = ssl.create_default_context(cafile=self.network.ca_path)
        url = f"{self.url}/_stub/{kind}?n={times}&value={value}&after={after}"
        urllib.request.urlopen(urllib.request.Request(url, method="POST"), context=context, timeout=5).close()

    def close(self) -> None:
        self.connections.close()
        for database in self.databases.values() if REAL_URL else ():
            with self.account(database) as client:
                client.delete_database(database.database)


@contextmanager
def running_cosmos(
    folder: Path, *options: str, ends_by: signal.Signals = signal.SIGTERM
) -> Iterator[tuple[str, Network]]:
    """Run the stand-in as a process of its own; give its address and how to reach it."""
    ensure_packages()  # here and not in the process, which is given seconds to be ready
    port = free_port()
    authority = Authority.in_folder(folder / "tls")
    command = [
        sys.executable,
        "-m",
        "local.servers.cosmos",
        "--port",
        str(port),
        "--tls",
        str(authority.folder),
        *options,
    ]
    with (folder / "cosmos.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _await(port, process)
        yield f"https://127.0.0.1:{port}", Network(allows_private=True, ca_path=str(authority.ca_path))
    finally:
        process.send_signal(ends_by)
        process.wait(30)


@contextmanager
def cosmos_world(folder: Path) -> Iterator[CosmosWorld]:
    """Give the world of a session."""
    if REAL_URL:
        world = CosmosWorld(REAL_URL, REAL_KEY, Network())
        try:
            yield world
        finally:
            world.close()
        return
    with running_cosmos(folder) as (url, network):
        world = CosmosWorld(url, KEY, network)
        try:
            yield world
        finally:
            world.close()


def made_beforehand(administrator: "CosmosClient", database: str, **changes: Any) -> "ContainerProxy":
    """Make the container as the runbook tells the customer's administrator."""
    from azure.cosmos import PartitionKey

    told = {"partition_key": PartitionKey("/_pk"), "indexing_policy": indexing(), "default_ttl": -1, **changes}
    made: ContainerProxy = administrator.get_database_client(database).create_container(CONTAINER, **told)
    return made


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _await(port: int, process: "subprocess.Popen[Any]") -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the stand-in ended before it was ready"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("the stand-in was not ready in time")
