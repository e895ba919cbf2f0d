"""Records of tenants that rent their stores, changed in one place, and the acts on them."""

from typing import Any

from makoto.adapters.clouds import Network
from makoto.adapters.provisioning import TenantCloudsProvisioner
from makoto.domain import CustomStores, SakuraAccount, TenantRecord
from tests.contract.clouds.rented_world import ACCOUNT, RentedWorld


def provisioner(world: RentedWorld, network: Network | None = None) -> TenantCloudsProvisioner:
    return TenantCloudsProvisioner(world.dependencies(network))


def account(record: TenantRecord) -> CustomStores:
    assert isinstance(record.cloud, CustomStores)
    return record.cloud


def bucket(record: TenantRecord) -> str:
    return record.cloud.objects.bucket  # type: ignore[union-attr]  # both kinds have one


def s3(world: RentedWorld) -> Any:
    return world.aws.root("s3", ACCOUNT)


def buckets(world: RentedWorld) -> set[str]:
    return {each["Name"] for each in s3(world).list_buckets()["Buckets"]}


def altered(world: RentedWorld, record: TenantRecord, **changes: Any) -> TenantRecord:
    """Change a tenant's record before its stores are made, with the keys entrusted for what it says then."""
    changed = record.model_copy(update=changes)
    world.ring.entrust(changed.tenant_id, changed.cloud, world.ring.keys(record.tenant_id, record.cloud))
    return changed


def with_objects(record: TenantRecord, **changes: Any) -> CustomStores:
    return account(record).model_copy(update={"objects": account(record).objects.model_copy(update=changes)})


def at_sakura(world: RentedWorld, record: TenantRecord, **changes: Any) -> TenantRecord:
    assert isinstance(record.cloud, SakuraAccount)
    objects = record.cloud.objects.model_copy(update=changes)
    return altered(world, record, cloud=record.cloud.model_copy(update={"objects": objects}))


def with_documents(record: TenantRecord, **changes: Any) -> CustomStores:
    return account(record).model_copy(update={"documents": account(record).documents.model_copy(update=changes)})
