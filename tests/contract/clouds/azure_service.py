"""Azure itself under contract, where the developer names one subscription's stores.

All of MAKOTO_TEST_AZURE_DIRECTORY_ID, MAKOTO_TEST_AZURE_CLIENT_ID, MAKOTO_TEST_AZURE_CLIENT_SECRET,
MAKOTO_TEST_BLOB_URL, MAKOTO_TEST_KEY_VAULT_URL, MAKOTO_TEST_COSMOS_URL, MAKOTO_TEST_COSMOS_KEY and
MAKOTO_TEST_AZURE_REGION. The application needs Storage Blob Data Contributor and Storage Blob Delegator on the account,
Key Vault Secrets Officer on the vault and Cosmos DB Built-in Data Contributor on the database account.
"""

import os
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import Self
from urllib.parse import urlsplit

from makoto.adapters.clouds import CloudDependencies, Connections, account_of, open_cloud
from makoto.adapters.clouds.azure import cosmos_container
from makoto.adapters.clouds.azure.cosmos_client import connect_account
from makoto.adapters.clouds.azure.stores import TenantCloud
from makoto.adapters.clouds.azure.tenant_container import make_container, remove_container
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import AzureAccount, TenantRecord
from makoto.ports.context import TenantStores
from tests.builders import tenant_record

NAMES = ("AZURE_DIRECTORY_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_REGION")
PLACES = ("BLOB_URL", "KEY_VAULT_URL", "COSMOS_URL", "COSMOS_KEY")


@dataclass
class AzureService:
    """Each tenant has a database and a container of its own, and a prefix in the one vault."""

    told: dict[str, str]
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    keys: MemoryKeyRing = field(default_factory=MemoryKeyRing)
    made: list[TenantRecord] = field(default_factory=list)

    @classmethod
    def named(cls) -> Self | None:
        """Return the service that the environment names, if it names all of it."""
        told = {name: os.environ.get(f"MAKOTO_TEST_{name}", "") for name in (*NAMES, *PLACES)}  # noqa: TID251  tests
        return cls(told) if all(told.values()) else None

    def tenant(self) -> TenantRecord:
        tenant_id = f"t{secrets.token_hex(6)}"
        record = tenant_record(tenant_id, cloud=self._account(tenant_id))
        account = account_of(record, AzureAccount)
        self.keys.entrust(tenant_id, account, {"client_secret": self.told["AZURE_CLIENT_SECRET"]})
        dependencies = self._dependencies()
        with connect_account(account.documents, self.told["COSMOS_KEY"], dependencies.network) as client:
            client.create_database_if_not_exists(account.documents.database)
            cosmos_container.make_container(client, account.documents.database, tenant_id)
        TenantCloud(record, dependencies).blobs().call(lambda client: make_container(client, tenant_id))
        self.made.append(record)
        return record

    def open(self, record: TenantRecord) -> TenantStores:
        return open_cloud("azure", record, self._dependencies())

    def set_clock(self) -> None:
        self.clock.advance((SystemClock().now() - self.clock.now()).total_seconds())

    def close(self) -> None:
        """Remove what the test has made; its database with the account's key."""
        while self.made:
            record = self.made.pop()
            described, cloud = account_of(record, AzureAccount).documents, TenantCloud(record, self._dependencies())
            objects, vault = self.open(record).objects, cloud.secrets()
            objects.delete_many([found.key for found in objects.list(limit=1000).items])
            for name in vault.names():
                vault.delete(name)
            cloud.blobs().call(partial(remove_container, tenant_id=record.tenant_id))
            with connect_account(described, self.told["COSMOS_KEY"], self._dependencies().network) as client:
                client.delete_database(described.database)

    def _account(self, tenant_id: str) -> AzureAccount:
        host = urlsplit(self.told["BLOB_URL"]).hostname or ""
        return AzureAccount.model_validate(
            {
                "region": self.told["AZURE_REGION"],
                "directory_id": self.told["AZURE_DIRECTORY_ID"],
                "client_id": self.told["AZURE_CLIENT_ID"],
                "authentication": "client_secret",
                "documents": {"endpoint": self.told["COSMOS_URL"], "database": f"makoto-test-{tenant_id}"},
                "objects": {
                    "endpoint": self.told["BLOB_URL"],
                    "account": host.partition(".")[0],
                    "container": f"makoto-test-{tenant_id}",
                },
                "secrets": {"endpoint": self.told["KEY_VAULT_URL"]},
            }
        )

    def _dependencies(self) -> CloudDependencies:
        return CloudDependencies(
            self.clock, SystemIds(), connections=Connections(clock=self.clock), key_ring=lambda: self.keys
        )
