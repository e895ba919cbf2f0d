"""Sakura Internet: its object storage, with a PostgreSQL and a Vault on the tenant's servers there."""

from makoto.adapters.clouds import CloudDependencies
from makoto.domain import TenantRecord
from makoto.ports.context import TenantStores

__all__ = ["connect"]


def connect(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores with the keys it entrusted; nothing is asked of them before the first use."""
    return dependencies.connections.keep(
        ("sakura", record.tenant_id, record.cloud), lambda: _opened(record, dependencies)
    )


def _opened(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    from makoto.adapters.clouds.sakura.stores import sakura_stores

    return sakura_stores(record, dependencies).stores()
