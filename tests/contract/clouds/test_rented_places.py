"""Where a rented store may stand, and what it is refused for."""

from collections.abc import Iterator

import pytest

from makoto.adapters.clouds import Network, open_cloud
from makoto.adapters.stores.endpoints import EndpointRefused, OutsideRegions
from makoto.errors import Invalid, Unavailable
from makoto.ports.documents import Key
from makoto.ports.provisioning import StoreRefused
from tests.contract.clouds.postgres_world import PostgresWorld
from tests.contract.clouds.rented_records import (
    account,
    altered,
    at_sakura,
    bucket,
    provisioner,
    s3,
    with_documents,
    with_objects,
)
from tests.contract.clouds.rented_world import RentedWorld, custom_account, sakura_account
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
