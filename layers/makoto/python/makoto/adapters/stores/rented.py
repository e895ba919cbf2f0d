"""A tenant's stores where it rents or runs each of them by itself: a database, a bucket, a Vault."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from makoto.adapters.clouds import CloudDependencies, KeptConnection
from makoto.adapters.stores.endpoints import checked, within
from makoto.adapters.stores.place import HostAndPort, Place
from makoto.adapters.stores.products import DocumentsProduct, product_of
from makoto.adapters.stores.s3 import Bucket, Keys, S3Objects, open_bucket
from makoto.adapters.stores.vault import VaultSecrets, VaultSession, open_session
from makoto.domain import TenantRecord
from makoto.domain.clouds import MongoDatabase, PostgresDatabase, VaultMount
from makoto.ports.assembly import assembled
from makoto.ports.context import TenantStores

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class StaticKeys:
    """Keys that last until they are rotated."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class RentedStores:
    """One tenant's three; nothing is imported or sent before a store is first used."""

    record: TenantRecord
    dependencies: CloudDependencies
    database: PostgresDatabase | MongoDatabase
    bucket: Bucket
    vault: VaultMount

    def __post_init__(self) -> None:
        within(self.record, self.record.cloud.region, "/cloud/region")

    def stores(self) -> TenantStores:
        """Put the three together."""
        clock, ids = self.dependencies.clock, self.dependencies.ids
        documents = self.product.driver(self.documents_place)
        return assembled(self.record.tenant_id, documents, self.objects(), self.secrets(), clock=clock, ids=ids)

    def check(self) -> None:
        """Refuse an endpoint that is not public, not over TLS, or outside the tenant's regions."""
        network = self.dependencies.network
        checked(self.bucket.endpoint, network, "/cloud/objects")
        checked(self.vault.endpoint, network, "/cloud/secrets/endpoint")
        for place in (self.documents_place, self.objects_place, self.secrets_place):
            place.check()

    @property
    def product(self) -> DocumentsProduct:
        """The database's."""
        return product_of(self.database)

    @property
    def documents_place(self) -> Place[Any]:
        return self._place("documents", self.database, self.product.hosts(self.database))

    @property
    def objects_place(self) -> Place[Any]:
        return self._place("objects", self.bucket, (_host_of(self.bucket.address),))

    @property
    def secrets_place(self) -> Place[Any]:
        return self._place("secrets", self.vault, (_host_of(self.vault.endpoint),))

    def objects(self) -> S3Objects:
        connection = self.objects_place.connection(self._open_bucket)
        return S3Objects(self.bucket, connection, self.bucket_keys, self.dependencies.clock)

    def secrets(self) -> VaultSecrets:
        return VaultSecrets(self.vault_connection, self.vault.mount, self.record.tenant_id)

    @property
    def vault_connection(self) -> KeptConnection[VaultSession]:
        return self.secrets_place.connection(self._open_vault, VaultSession.close)

    def bucket_keys(self, life_s: float = 0) -> Keys:
        """Return the keys to the bucket, which outlive any address signed with them."""
        keys = self.objects_place.required_keys("access_key_id", "secret_access_key")
        return StaticKeys(keys["access_key_id"], keys["secret_access_key"])

    def _open_bucket(self) -> Any:
        checked(self.bucket.endpoint, self.dependencies.network, "/cloud/objects")
        self.bucket_keys()  # obstore would say of missing keys that they were refused
        return open_bucket(self.bucket, self.bucket_keys)

    def _open_vault(self) -> VaultSession:
        network, clock = self.dependencies.network, self.dependencies.clock
        endpoint = checked(self.vault.endpoint, network, "/cloud/secrets/endpoint")
        vault = self.vault.model_copy(update={"endpoint": endpoint})
        return open_session(vault, self.secrets_place.keys(), network, clock)

    def _place(self, store: str, settings: Any, hosts: tuple[HostAndPort, ...]) -> Place[Any]:
        return Place(self.record, self.dependencies, store, settings, hosts)


def _host_of(endpoint: str) -> HostAndPort:
    place = urlsplit(endpoint)
    return place.hostname or "", place.port or _PORTS[place.scheme]
