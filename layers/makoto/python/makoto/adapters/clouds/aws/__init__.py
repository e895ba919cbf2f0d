"""AWS: a tenant's table, bucket and secrets, reached only with credentials that name nothing else."""

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.stores.endpoints import within
from makoto.domain import TenantRecord
from makoto.ports.context import TenantStores

__all__ = ["connect"]


def connect(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores with the tenant's role; nothing is asked of AWS before the first use. OutsideRegions."""
    within(record, record.cloud.region, "/cloud/region")
    return dependencies.connections.keep(("aws", record.tenant_id, record.cloud), lambda: _opened(record, dependencies))


def _opened(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    from makoto.adapters.clouds.aws.credentials import CredentialsBroker
    from makoto.adapters.clouds.aws.session import platform_client
    from makoto.adapters.clouds.aws.stores import TenantCloud

    broker = dependencies.connections.keep(
        CredentialsBroker, lambda: CredentialsBroker(platform_client("sts"), dependencies.clock)
    )
    return TenantCloud(record, broker, dependencies).stores()
