"""Makes, looks at and removes a tenant's stores in Azure with that tenant's own application."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from makoto.adapters.clouds import CloudDependencies, account_of
from makoto.adapters.clouds.azure import cosmos_container
from makoto.adapters.clouds.azure.account_client import account_lent
from makoto.adapters.clouds.azure.stores import TenantCloud
from makoto.adapters.clouds.azure.tenant_container import make_container, remove_container
from makoto.domain import AzureAccount, TenantRecord
from makoto.errors import Forbidden
from makoto.ports.provisioning import StoreRefused

DOCUMENTS = ("documents", "Cosmos DB Built-in Data Contributor")
OBJECTS = ("objects", "Storage Blob Data Contributor")
SECRETS = ("secrets", "Key Vault Secrets Officer")


def reach(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Take a token for each store and make nothing; Invalid where the database lies outside the tenant's regions."""
    cloud = TenantCloud(record, dependencies)
    cloud.blobs().call(lambda client: client.source.current())
    cloud.vault().call(lambda client: client.source.current())
    with account_lent(record, dependencies):
        return


def provision(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Make the container of documents and that of objects, and see that the vault opens; the vault is the tenant's."""
    cloud, account = TenantCloud(record, dependencies), account_of(record, AzureAccount)
    with _named(*DOCUMENTS), account_lent(record, dependencies) as client:
        cosmos_container.make_container(client, account.documents.database, record.tenant_id)
    with _named(*OBJECTS):
        cloud.blobs().call(lambda client: make_container(client, record.tenant_id))
    with _named(*SECRETS):
        cloud.secrets().names()


def remove(record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]:
    """Remove what was made for this tenant, and its secrets; return the names of what stays."""
    cloud, account = TenantCloud(record, dependencies), account_of(record, AzureAccount)
    with _named(*SECRETS):
        secrets = cloud.secrets()
        for name in secrets.names():
            secrets.delete(name)
    with _named(*DOCUMENTS), account_lent(record, dependencies) as client:
        cosmos_container.remove_container(client, account.documents.database, record.tenant_id)
    with _named(*OBJECTS):
        is_gone = cloud.blobs().call(lambda client: remove_container(client, record.tenant_id))
    return () if is_gone else (account.objects.container,)


@contextmanager
def _named(store: str, role: str) -> Iterator[None]:
    """Say which store refused, and the role that opens it."""
    try:
        yield
    except Forbidden as error:
        raise StoreRefused(f"{store}: refused; the application needs the role {role}") from error
