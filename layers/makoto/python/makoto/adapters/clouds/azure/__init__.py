"""Azure: a tenant's database, container and vault in its own subscription, opened as its directory allows."""

from makoto.adapters.clouds import CloudDependencies
from makoto.domain import TenantRecord
from makoto.ports.context import TenantStores

__all__ = ["connect"]


def connect(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores; nothing is imported or asked of Azure before the first use."""
    return dependencies.connections.keep(
        ("azure", record.tenant_id, record.cloud), lambda: _opened(record, dependencies)
    )


def _opened(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    from makoto.adapters.clouds.azure.stores import TenantCloud

    return TenantCloud(record, dependencies).stores()
