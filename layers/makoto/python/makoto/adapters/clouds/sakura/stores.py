"""What a tenant's record at Sakura Internet says, as stores."""

from makoto.adapters.clouds import CloudDependencies, account_of
from makoto.adapters.stores.endpoints import within
from makoto.adapters.stores.rented import RentedStores
from makoto.adapters.stores.s3 import Bucket, Dialect
from makoto.domain import SakuraAccount, TenantRecord

REGIONS = {"isk01": "jp-north-1", "tky01": "jp-east-1"}
DIALECT = Dialect(creates_once=False, replaces_version=False, batch_delete=False)
"""The vendor lists neither conditions nor batches (manual.sakura.ad.jp/cloud/objectstorage/api.html, February 2025)
and warns of SDKs that send checksum headers; none of them is sent."""


def sakura_stores(record: TenantRecord, dependencies: CloudDependencies) -> RentedStores:
    """Name the three stores; OutsideRegions where the site is in another region than the record."""
    account = account_of(record, SakuraAccount)
    region = REGIONS.get(account.objects.site, account.region)
    within(record, region, "/cloud/objects/site")
    bucket = Bucket(
        account.objects.bucket,
        region,
        endpoint_of(account, dependencies),
        "path",
        DIALECT,
        dependencies.network.ca_path,
    )
    return RentedStores(record, dependencies, account.documents, bucket, account.secrets)


def endpoint_of(account: SakuraAccount, dependencies: CloudDependencies) -> str:
    """The site's address, or that of the emulator which plays it on a laptop."""
    return dependencies.endpoint_url or f"https://s3.{account.objects.site}.sakurastorage.jp"
