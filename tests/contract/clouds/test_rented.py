"""What onboarding does with stores that a tenant rents: made, taken over, refused, kept apart, rotated, given back."""

from collections.abc import Iterator
from typing import Any

import pytest
from hvac.exceptions import InvalidPath

from makoto.adapters.clouds import Network, open_cloud
from makoto.adapters.provisioning import TenantCloudsProvisioner
from makoto.adapters.stores.endpoints import EndpointRefused, OutsideRegions
from makoto.adapters.stores.s3.objects import MARK
from makoto.domain import CustomStores, SakuraAccount, TenantRecord
from makoto.errors import Forbidden, Invalid, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import Key
from makoto.ports.key_ring import KeysMissing
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_world import ACCOUNT, RentedWorld, custom_account, sakura_account
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import AwsWorld


@pytest.fixture
def world(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    world = RentedWorld(custom_account, aws_world, postgres_world, vault_world)
    yield world
    world.close()
    world.close_opened()


@pytest.fixture
def sakura(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    world = RentedWorld(sakura_account, aws_world, postgres_world, vault_world)
    yield world
    world.close_opened()


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


def test_reaching_makes_nothing_and_making_twice_is_making_once(world: RentedWorld) -> None:
    record = world.onboarding()

    provisioner(world).reach(record)
    assert bucket(record) not in buckets(world)
    for _ in range(2):
        provisioner(world).provision(record)

    stores = world.open(record)
    stores.documents.put(Key("p", "1"), {"n": 1})
    assert stores.objects.list().items == ()
    assert stores.objects.folders().items == ()
    with pytest.raises(Invalid):
        stores.objects.upload(MARK, b"", content_type="text/plain")


def test_what_was_made_is_removed_and_what_holds_objects_stays(world: RentedWorld) -> None:
    record = world.tenant()
    stores = world.open(record)
    stores.secrets.put("name", "hunter2")
    stores.objects.upload("kept", b"x", content_type="text/plain")

    assert list(provisioner(world).remove(record)) == [bucket(record)]
    s3(world).delete_object(Bucket=bucket(record), Key="kept")
    provisioner(world).provision(record)

    for _ in range(2):
        assert list(provisioner(world).remove(record)) == []
    assert bucket(record) not in buckets(world)
    with pytest.raises(InvalidPath):
        world.vault.admin.secrets.kv.v2.read_secret_version(
            f"makoto/{record.tenant_id}/name", raise_on_deleted_version=True
        )


def test_a_bucket_that_was_there_is_taken_over_empty_and_given_back(world: RentedWorld) -> None:
    record = world.onboarding()
    s3(world).create_bucket(
        Bucket=bucket(record), CreateBucketConfiguration={"LocationConstraint": account(record).objects.region}
    )

    provisioner(world).provision(record)
    assert list(provisioner(world).remove(record)) == []

    assert bucket(record) in buckets(world)
    assert "Contents" not in s3(world).list_objects_v2(Bucket=bucket(record))


def test_a_bucket_that_holds_somebodys_objects_is_taken(world: RentedWorld) -> None:
    record = world.onboarding()
    s3(world).create_bucket(
        Bucket=bucket(record), CreateBucketConfiguration={"LocationConstraint": account(record).objects.region}
    )
    s3(world).put_object(Bucket=bucket(record), Key="theirs", Body=b"x")

    with pytest.raises(StoreTaken, match="objects"):
        provisioner(world).provision(record)
    provisioner(world).remove(record)

    assert s3(world).get_object(Bucket=bucket(record), Key="theirs")["Body"].read() == b"x"


def test_another_tenants_bucket_and_schema_are_taken_and_stay(world: RentedWorld) -> None:
    victim, thief = world.tenant(), world.onboarding()
    world.open(victim).documents.put(Key("p", "1"), {"of": "victim"})
    same_bucket = altered(world, thief, cloud=with_objects(thief, bucket=bucket(victim)))
    schema = account(victim).documents.schema_name  # type: ignore[union-attr]  # a PostgreSQL
    same_schema = altered(world, thief, cloud=with_documents(thief, schema_name=schema))

    for record, store in ((same_bucket, "objects"), (same_schema, "documents")):
        with pytest.raises(StoreTaken, match=store):
            provisioner(world).provision(record)
        provisioner(world).remove(record)

    assert world.open(victim).documents.get(Key("p", "1")).data == {"of": "victim"}
    assert bucket(victim) in buckets(world)


def test_another_tenants_vault_folder_is_refused_and_the_policy_is_named(world: RentedWorld) -> None:
    victim, thief = world.tenant(), world.onboarding()
    world.entrust(thief, world.vault.keys.get(victim.tenant_id) or world.vault.approle(victim))

    with pytest.raises(StoreRefused, match=f"secret/data/makoto/{thief.tenant_id}"):
        provisioner(world).provision(thief)
    with pytest.raises(Forbidden):
        world.open(thief).secrets.get("name")


def test_without_keys_nothing_is_opened(world: RentedWorld) -> None:
    record = world.onboarding()
    world.ring.forget(record.tenant_id, record.cloud)
    stores = world.open(record)

    for act in (
        lambda: provisioner(world).reach(record),
        lambda: stores.documents.find(Key("p", "1")),
        lambda: stores.objects.list(),
        lambda: stores.objects.signed_url("a", expires_in_s=60),
        lambda: stores.secrets.get("name"),
    ):
        with pytest.raises(KeysMissing):
            act()


def test_rotated_keys_are_taken_when_the_old_ones_are_refused(world: RentedWorld) -> None:
    record = world.tenant()
    stores = world.open(record)
    stores.secrets.put("name", "x")
    right = world.ring.keys(record.tenant_id, record.cloud)
    role = f"makoto-{record.tenant_id}"
    secret_id = world.vault.admin.auth.approle.generate_secret_id(role)["data"]["secret_id"]
    world.ring.entrust(record.tenant_id, record.cloud, {**right, "secrets.secret_id": "wrong"})
    other = world.open(record)
    with pytest.raises(CredentialsRefused):
        other.secrets.get("name")

    world.ring.entrust(record.tenant_id, record.cloud, {**right, "secrets.secret_id": secret_id})

    assert other.secrets.get("name").reveal() == "x"


def test_no_store_stands_on_the_platforms_inside_or_speaks_in_the_clear(world: RentedWorld) -> None:
    record = world.onboarding()
    strict = Network(ca_path=world.vault.network.ca_path)

    with pytest.raises(EndpointRefused):
        provisioner(world, strict).reach(record)
    dependencies = world.dependencies(strict)
    stores = open_cloud("custom", record, dependencies)
    for act in (
        lambda: stores.documents.find(Key("p", "1")),
        lambda: stores.objects.list(),
        lambda: stores.secrets.get("name"),
    ):
        with pytest.raises(EndpointRefused):
            act()


def test_a_tenants_stores_lie_in_its_regions(world: RentedWorld) -> None:
    record = world.onboarding()
    elsewhere = altered(world, record, residency=("eu-central-1",))
    foreign_host = altered(world, record, cloud=with_documents(record, host="db.x1.us-east-1.rds.amazonaws.com"))
    foreign_bucket = altered(
        world, record, cloud=with_objects(record, endpoint="https://s3.us-east-1.amazonaws.com", region="us-east-1")
    )

    with pytest.raises(OutsideRegions):
        world.open(elsewhere)
    for outside, pointer in ((foreign_host, "/cloud/documents"), (foreign_bucket, "/cloud/objects")):
        with pytest.raises(OutsideRegions) as refused:
            provisioner(world).reach(outside)
        assert refused.value.errors[0].pointer == pointer
    with pytest.raises(OutsideRegions):
        world.open(foreign_host).documents.find(Key("p", "1"))
    with pytest.raises(OutsideRegions):
        world.open(foreign_bucket).objects.list()


def test_a_bucket_that_lies_elsewhere_than_the_record_says_is_refused(world: RentedWorld) -> None:
    record = world.onboarding()
    s3(world).create_bucket(
        Bucket=bucket(record), CreateBucketConfiguration={"LocationConstraint": account(record).objects.region}
    )
    told_wrong = altered(world, record, cloud=with_objects(record, region="eu-central-1"))

    with pytest.raises(OutsideRegions, match="eu-central-1"):
        provisioner(world).provision(told_wrong)


def test_sakuras_bucket_is_made_by_the_tenant_and_lies_at_its_site(sakura: RentedWorld) -> None:
    record = sakura.onboarding()
    provisioner(sakura).provision(record)
    missing = at_sakura(sakura, record, bucket="makoto-missing")
    tokyo = at_sakura(sakura, record, site="tky01")

    with pytest.raises(StoreRefused, match="console"):
        provisioner(sakura).reach(missing)
    with pytest.raises(OutsideRegions):
        sakura.open(tokyo)


def test_what_sakura_cannot_is_refused_before_anything_is_sent(sakura: RentedWorld) -> None:
    objects = sakura.open(sakura.tenant()).objects
    etag = objects.upload("a", b"x", content_type="text/plain").etag

    for condition in ({"when_absent": True}, {"if_match": etag}):
        with pytest.raises(Invalid):
            objects.upload("a", b"y", content_type="text/plain", **condition)

    assert objects.download("a") == b"x"


def test_a_store_that_is_down_is_unavailable(world: RentedWorld) -> None:
    record = world.onboarding()
    down = altered(world, record, cloud=with_objects(record, endpoint="http://127.0.0.1:1"))

    with pytest.raises(Unavailable):
        provisioner(world).provision(down)
