"""One tenant's stores in Azure, put together."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from makoto.adapters.clouds import CloudDependencies, KeptConnection, StoreKey, account_of
from makoto.adapters.clouds.azure.blob_client import BlobClient, Container
from makoto.adapters.clouds.azure.cosmos_client import close_container, connect_container, regions_of
from makoto.adapters.clouds.azure.creation_lease import CreationLease
from makoto.adapters.clouds.azure.credentials import DOCUMENTS, OBJECTS, token_source
from makoto.adapters.clouds.azure.documents import CosmosDocuments
from makoto.adapters.clouds.azure.endpoints import check_database_regions
from makoto.adapters.clouds.azure.objects import BlobObjects
from makoto.adapters.clouds.azure.secrets import KeyVaultSecrets
from makoto.adapters.clouds.azure.vault_client import VaultClient, open_vault
from makoto.domain import AzureAccount, TenantRecord
from makoto.errors import Invalid
from makoto.ports.assembly import assembled
from makoto.ports.context import TenantStores

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy

_Client = TypeVar("_Client")


class TenantCloud:
    """One tenant's part of Azure: a connection a store, each with a credential of its own."""

    def __init__(self, record: TenantRecord, dependencies: CloudDependencies) -> None:
        self._record = record
        self._dependencies = dependencies
        self._account = account_of(record, AzureAccount)

    def stores(self) -> TenantStores:
        """Put the three stores together."""
        clock, ids = self._dependencies.clock, self._dependencies.ids
        documents = CosmosDocuments(self.documents(), ids, self._account.documents.consistency)
        objects = BlobObjects(self.blobs(), clock)
        return assembled(self._record.tenant_id, documents, objects, self.secrets(), clock=clock, ids=ids)

    def secrets(self) -> KeyVaultSecrets:
        """The driver of the vault; provisioning uses it too."""
        return KeyVaultSecrets(self.vault(), self._record.tenant_id, CreationLease(self.blobs()).alone)

    def documents(self) -> "KeptConnection[ContainerProxy]":
        return self._connection("documents", self._open_documents, close_container)

    def blobs(self) -> KeptConnection[BlobClient]:
        return self._connection("objects", self._open_blobs, BlobClient.close)

    def vault(self) -> KeptConnection[VaultClient]:
        return self._connection("secrets", self._open_vault, VaultClient.close)

    def _open_documents(self) -> "ContainerProxy":
        source = token_source(self._record, self._dependencies, DOCUMENTS)
        source.current()
        container = connect_container(self._account.documents, source, self._dependencies.network)
        try:
            check_database_regions(regions_of(container), self._record.regions)
        except Invalid:
            close_container(container)
            raise
        return container

    def _open_blobs(self) -> BlobClient:
        source = token_source(self._record, self._dependencies, OBJECTS)
        return BlobClient(Container.of(self._account.objects), source, self._dependencies.network)

    def _open_vault(self) -> VaultClient:
        return open_vault(self._record, self._account.secrets.endpoint, self._dependencies)

    def _connection(
        self, store: str, make: Callable[[], _Client], close: Callable[[_Client], None]
    ) -> KeptConnection[_Client]:
        key = StoreKey(self._record.tenant_id, store, self._account)
        return self._dependencies.connections.connection(key, make, close=close)
