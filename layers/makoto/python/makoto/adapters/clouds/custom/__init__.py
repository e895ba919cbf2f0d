"""A tenant's own stores: PostgreSQL or MongoDB, an S3-compatible bucket, HashiCorp Vault."""

from makoto.adapters.clouds import CloudDependencies
from makoto.domain import TenantRecord
from makoto.ports.context import TenantStores

__all__ = ["connect"]


def connect(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores with the keys it entrusted; nothing is asked of them before the first use."""
    return dependencies.connections.keep(
        ("custom", record.tenant_id, record.cloud), lambda: _opened(record, dependencies)
    )


def _opened(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    from makoto.adapters.clouds.custom.stores import custom_stores

    return custom_stores(record, dependencies).stores()
