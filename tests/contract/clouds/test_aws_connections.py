"""A tenant's clients in AWS: replaced when refused, left alone when down, bounded in memory and open files."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from makoto.adapters.clouds import CloudDependencies, StoreKey, open_cloud
from makoto.adapters.clouds.aws.credentials import MAX_HELD, CredentialsBroker
from makoto.adapters.clouds.memory import FixedClock
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import TenantRecord
from makoto.errors import Unavailable
from makoto.ports.connection import CredentialsRefused, StoreDown
from makoto.ports.context import TenantStores
from makoto.ports.documents import Key
from tests.contract.clouds.loopback_aws import loopback_aws
from tests.contract.clouds.worlds import AwsWorld, new_tenant

KEY = Key("p", "1")
MOST_MB = 128
MOST_DESCRIPTORS = 320


@pytest.fixture
def tenant(aws_world: AwsWorld) -> TenantRecord:
    return aws_world.tenant()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(SystemClock().now())


@pytest.fixture
def broker(aws_world: AwsWorld, clock: FixedClock) -> CredentialsBroker:
    return CredentialsBroker(aws_world.root("sts"), clock)


@pytest.fixture
def dependencies(aws_world: AwsWorld, broker: CredentialsBroker) -> CloudDependencies:
    made = CloudDependencies(SystemClock(), SystemIds(), aws_world.endpoint_url)
    made.connections.keep(CredentialsBroker, lambda: broker)
    return made


def _client(stores: TenantStores) -> Any:
    return stores.documents.driver._connection.call(lambda client: client)  # type: ignore[attr-defined]  # the wire is under test


def _refuse(code: str) -> Any:
    def respond(**_: object) -> None:
        raise ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "any")  # type: ignore[typeddict-item]  # the fields that are read

    return respond


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "InvalidToken"])
def test_a_request_whose_keys_are_refused_is_sent_again_with_fresh_ones(
    code: str, dependencies: CloudDependencies, broker: CredentialsBroker, tenant: TenantRecord, clock: FixedClock
) -> None:
    stores = open_cloud("aws", tenant, dependencies)
    old, first = broker.credentials(tenant), _client(stores)
    first.meta.events.register("before-call.dynamodb", _refuse(code))
    clock.advance(6)

    assert stores.documents.find(KEY) is None

    assert _client(stores) is not first
    assert broker.credentials(tenant) != old


def test_keys_that_are_a_moment_old_are_not_asked_for_again(
    broker: CredentialsBroker, tenant: TenantRecord, clock: FixedClock
) -> None:
    first = broker.credentials(tenant)
    broker.forget(tenant)
    assert broker.credentials(tenant) == first

    clock.advance(5)
    broker.forget(tenant)

    assert broker.credentials(tenant) != first


def test_forgetting_one_tenants_keys_leaves_anothers(
    broker: CredentialsBroker, tenant: TenantRecord, clock: FixedClock
) -> None:
    other = new_tenant()
    kept = broker.credentials(other)
    broker.credentials(tenant)
    clock.advance(6)

    broker.forget(tenant)

    assert (broker.credentials(other), len(broker)) == (kept, 1)


def test_the_broker_keeps_no_more_keys_than_it_says(broker: CredentialsBroker) -> None:
    for _ in range(3):
        broker.credentials(new_tenant())
    for number in range(MAX_HELD):
        broker._holder((f"t{number}", new_tenant().cloud, ""))  # type: ignore[arg-type]  # a thousand requests would be slow

    assert len(broker) == MAX_HELD


def test_a_refusal_that_stays_is_told_as_one(dependencies: CloudDependencies, tenant: TenantRecord) -> None:
    connection = dependencies.connections.connection(StoreKey(tenant.tenant_id, "documents"), object)

    def refused(_: object) -> None:
        raise CredentialsRefused("still")

    with pytest.raises(CredentialsRefused):
        connection.call(refused)


def test_a_table_that_is_down_is_left_alone_and_the_other_tenants_are_served(
    dependencies: CloudDependencies, tenant: TenantRecord, aws_world: AwsWorld
) -> None:
    stores, sent = open_cloud("aws", tenant, dependencies), list[int]()

    def unreachable(**_: object) -> None:
        sent.append(1)
        raise EndpointConnectionError(endpoint_url="http://dynamodb")

    _client(stores).meta.events.register("before-call.dynamodb", unreachable)
    for _ in range(5):
        with pytest.raises(Unavailable):
            stores.documents.find(KEY)
    with pytest.raises(StoreDown) as refused:
        stores.documents.find(KEY)

    assert len(sent) == 5
    assert refused.value.retry_after_s == 15
    assert open_cloud("aws", aws_world.tenant(), dependencies).documents.find(KEY) is None
    assert stores.objects.list().items == ()


def test_a_thousand_tenants_in_one_process_stay_within_the_stated_bound() -> None:
    """Over what one tenant costs: 128 MiB, and 320 open files in all (docs/adr/0014)."""
    with loopback_aws() as url:
        environment = {
            **os.environ,  # noqa: TID251  a child's
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "ap-northeast-1",
            "AWS_ENDPOINT_URL": url,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        answer = subprocess.run(
            [sys.executable, "-m", "tests.contract.clouds.thousand_tenants", url],
            env=environment,
            capture_output=True,
            check=True,
            timeout=300,
        )
    print(answer.stdout.decode())
    found = json.loads(answer.stdout)

    assert found["clients"] == 256
    assert found["all"]["descriptors"] <= MOST_DESCRIPTORS
    assert found["all"]["rss_mb"] - found["one"]["rss_mb"] <= MOST_MB
