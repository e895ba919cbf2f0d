"""Makes and removes the stores that a tenant rents or runs, each with the tenant's own keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from makoto.adapters.stores.rented import RentedStores
from makoto.adapters.stores.s3.provisioning import RentedBucket
from makoto.adapters.stores.vault import folder_of
from makoto.errors import Forbidden, Unavailable
from makoto.ports.provisioning import StoreRefused
from makoto.ports.secrets import SecretNotFound

PROBE = "makoto-probe"


@dataclass(frozen=True)
class RentedProvisioning:
    """The semantics of `CloudProvisioner`."""

    stores: RentedStores
    can_create_buckets: bool = True

    def reach(self) -> None:
        """Check every address, then log in at each store."""
        self.stores.check()
        self.stores.product.reach(self.stores.documents_place)
        self._bucket.reach()
        self.stores.vault_connection.call(lambda session: session.ready())

    def provision(self) -> None:
        """Make the documents' store and the bucket, and see that the Vault's policy lets this tenant's secrets be."""
        self.stores.check()
        self.stores.product.make(self.stores.documents_place)
        self._bucket.make()
        self._prove_secrets()

    def remove(self) -> Sequence[str]:
        """Remove the secrets, the bucket and the documents, in which the secrets' names are."""
        self._remove_secrets()
        return (*self._bucket.remove(), *self.stores.product.remove(self.stores.documents_place))

    @property
    def _bucket(self) -> RentedBucket:
        stores = self.stores
        return RentedBucket(stores.bucket, stores.bucket_keys, stores.record.tenant_id, self.can_create_buckets)

    def _prove_secrets(self) -> None:
        """Write, read and delete one, as the platform will."""
        secrets = self.stores.secrets()
        try:
            secrets.create(PROBE, "probe")
            secrets.read(PROBE)
            secrets.delete(PROBE)
        except Forbidden as error:
            mount, folder = self.stores.vault.mount, folder_of(self.stores.record.tenant_id)
            raise StoreRefused(
                f"secrets: the policy must grant create, read and update on {mount}/data/{folder}*"
                f" and delete on {mount}/metadata/{folder}*"
            ) from error
        except SecretNotFound as error:
            raise StoreRefused("secrets: what is written cannot be read; the engine must be KV version 2") from error

    def _remove_secrets(self) -> None:
        stores = self.stores.stores()
        try:
            names = stores.secrets.all_names()
        except Unavailable:  # the documents are gone already, and the secrets went before them
            return
        for name in names:
            stores.secrets.delete(name)
