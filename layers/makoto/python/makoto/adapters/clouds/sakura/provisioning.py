"""Makes, looks at and removes a tenant's stores at Sakura Internet with the keys that it entrusted."""

from collections.abc import Sequence

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.sakura.stores import sakura_stores
from makoto.adapters.stores.rented_provisioning import RentedProvisioning
from makoto.domain import TenantRecord


def reach(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Log in at each store and make nothing."""
    _provisioning(record, dependencies).reach()


def provision(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Make the schema and mark the bucket, which the tenant has made in Sakura's console (S3 calls cannot)."""
    _provisioning(record, dependencies).provision()


def remove(record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]:
    """Remove what was made; return what stays."""
    return _provisioning(record, dependencies).remove()


def _provisioning(record: TenantRecord, dependencies: CloudDependencies) -> RentedProvisioning:
    return RentedProvisioning(sakura_stores(record, dependencies), can_create_buckets=False)
