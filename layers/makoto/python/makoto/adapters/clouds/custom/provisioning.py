"""Makes, looks at and removes a custom tenant's stores with the keys that it entrusted."""

from collections.abc import Sequence

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.custom.stores import custom_stores
from makoto.adapters.stores.rented_provisioning import RentedProvisioning
from makoto.domain import TenantRecord


def reach(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Log in at each store and make nothing."""
    RentedProvisioning(custom_stores(record, dependencies)).reach()


def provision(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Make the schema or collection, and the bucket where there is none."""
    RentedProvisioning(custom_stores(record, dependencies)).provision()


def remove(record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]:
    """Remove what was made; return what stays."""
    return RentedProvisioning(custom_stores(record, dependencies)).remove()
