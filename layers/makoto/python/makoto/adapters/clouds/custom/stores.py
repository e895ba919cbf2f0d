"""What a custom tenant's record says, as stores."""

from makoto.adapters.clouds import CloudDependencies, account_of
from makoto.adapters.stores.rented import RentedStores
from makoto.adapters.stores.s3 import Bucket, Dialect
from makoto.domain import CustomStores, TenantRecord

DIALECT = Dialect()  # MinIO, Ceph and R2 know conditions and batches; provisioning sees the conditions proven


def custom_stores(record: TenantRecord, dependencies: CloudDependencies) -> RentedStores:
    """Name the three stores; OutsideRegions."""
    account = account_of(record, CustomStores)
    place = account.objects
    bucket = Bucket(place.bucket, place.region, place.endpoint, place.addressing, DIALECT, dependencies.network.ca_path)
    return RentedStores(record, dependencies, account.documents, bucket, account.secrets)
