"""What onboarding does with stores that a tenant rents: made, taken over, kept apart, rotated, given back."""

from collections.abc import Iterator

import pytest
from hvac.exceptions import InvalidPath

from makoto.adapters.stores.s3.objects import MARK
from makoto.errors import Forbidden, Invalid
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import Key
from makoto.ports.key_ring import KeysMissing
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.mongo_world import MongoWorld
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_records import (
    account,
    altered,
    bucket,
    buckets,
    provisioner,
    s3,
    with_documents,
    with_objects,
)
from tests.contract.clouds.rented_world import RentedWorld, custom_account
from tests.contract.clouds.vault_world import VaultWorld
from tests.contract.clouds.worlds import AwsWorld


@pytest.fixture
def world(aws_world: AwsWorld, postgres_world: PostgresWorld, vault_world: VaultWorld) -> Iterator[RentedWorld]:
    world = RentedWorld(custom_account, aws_world, postgres_world, vault_world)
    yield world
    world.close()
    world.close_opened()


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


def test_a_custom_tenants_documents_may_be_in_mongodb(world: RentedWorld, mongo_world: MongoWorld) -> None:
    """The product's name in the record chooses the driver; the driver's own suites are in test_mongo.py."""
    record = world.onboarding()
    keys = dict(world.ring.keys(record.tenant_id, record.cloud))
    database = mongo_world.database.model_copy(update={"database": f"makoto-{record.tenant_id}"})
    record = altered(world, record, cloud=account(record).model_copy(update={"documents": database}))
    keys |= {f"documents.{name}": key for name, key in mongo_world.keys.items()}
    world.ring.entrust(record.tenant_id, record.cloud, keys)

    provisioner(world).reach(record)
    provisioner(world).provision(record)
    stores = world.open(record)
    stores.documents.put(Key("p", "1"), {"n": 1})
    stores.secrets.put("name", "x")

    assert world.open(record).documents.get(Key("p", "1")).data == {"n": 1}
    assert list(world.open(record).secrets.all_names()) == ["name"]
    assert list(provisioner(world).remove(record)) == []
