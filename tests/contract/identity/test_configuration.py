"""The configuration and sessions tables: one suite over memory and DynamoDB (the emulator)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4  # noqa: TID251  table names that no other test uses

import boto3
import pytest

from local.emulator import Emulator
from local.settings import REGION
from makoto.adapters.clouds.aws.configuration import DynamoConfiguration
from makoto.adapters.clouds.aws.sessions import DynamoSessions
from makoto.adapters.clouds.memory.clock import DEFAULT_START, FixedClock
from makoto.adapters.clouds.memory.configuration import MemoryConfiguration
from makoto.adapters.clouds.memory.sessions import MemorySessions
from makoto.domain import Role, TenantStatus
from makoto.domain.membership import Membership
from makoto.errors import NotFound
from makoto.ports.configuration import CachedConfiguration, CertificateRecord, Configuration, StaleTenant
from makoto.ports.sessions import Sessions
from tests.builders import OTHER_TENANT, TENANT, tenant_record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import KeySchemaElementTypeDef


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Iterator["DynamoDBClient"]:
    made = boto3.client(
        "dynamodb",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="000000000000",
        aws_secret_access_key="test",
    )
    yield made
    made.close()


def table(client: "DynamoDBClient", partition: str, sort: str | None = None) -> str:
    name = f"makoto-test-{uuid4().hex}"
    schema: list[KeySchemaElementTypeDef] = [{"AttributeName": partition, "KeyType": "HASH"}]
    if sort:
        schema.append({"AttributeName": sort, "KeyType": "RANGE"})
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in schema],
        KeySchema=schema,
        BillingMode="PAY_PER_REQUEST",
    )
    return name


@pytest.fixture(params=["memory", "dynamodb"])
def configuration(request: pytest.FixtureRequest) -> Configuration:
    if request.param == "memory":
        return Configuration(MemoryConfiguration())
    client: DynamoDBClient = request.getfixturevalue("client")
    return Configuration(DynamoConfiguration(client, table(client, "pk", "sk")))


@pytest.fixture(params=["memory", "dynamodb"])
def sessions(request: pytest.FixtureRequest) -> Sessions:
    if request.param == "memory":
        return Sessions(MemorySessions())
    client: DynamoDBClient = request.getfixturevalue("client")
    return Sessions(DynamoSessions(client, table(client, "pk")))


def certificate(number: int, tenant_id: str = TENANT) -> CertificateRecord:
    return CertificateRecord(
        certificate_id=f"{number:064x}",
        tenant_id=tenant_id,
        device_id=f"edge-{number:02}",
        site="tsu",
        area="machining",
        line="line-1",
        cell="cell-1",
    )


def test_a_tenant_comes_back_as_it_was_saved(configuration: Configuration) -> None:
    record = tenant_record(features=("oee", "品質🔑"))

    configuration.save_tenant(record)

    assert configuration.tenant(TENANT) == record


def test_an_unknown_tenant_is_not_found(configuration: Configuration) -> None:
    configuration.save_tenant(tenant_record())

    with pytest.raises(NotFound):
        configuration.tenant(OTHER_TENANT)


def test_a_newer_version_replaces_and_an_older_one_is_refused(configuration: Configuration) -> None:
    configuration.save_tenant(tenant_record(version=2))
    newest = tenant_record(version=10, status=TenantStatus.SUSPENDED)
    configuration.save_tenant(newest)

    with pytest.raises(StaleTenant):
        configuration.save_tenant(tenant_record(version=9))

    assert configuration.tenant(TENANT) == newest


def test_saving_the_same_again_is_harmless_and_another_content_of_one_version_is_refused(
    configuration: Configuration,
) -> None:
    configuration.save_tenant(tenant_record(version=3))
    configuration.save_tenant(tenant_record(version=3))

    with pytest.raises(StaleTenant):
        configuration.save_tenant(tenant_record(version=3, status=TenantStatus.SUSPENDED))


def test_every_tenant_is_listed_as_it_was_saved_last(configuration: Configuration) -> None:
    configuration.save_tenant(tenant_record(OTHER_TENANT))
    configuration.save_tenant(tenant_record(version=1))
    newest = tenant_record(version=2, status=TenantStatus.SUSPENDED)
    configuration.save_tenant(newest)

    with pytest.raises(StaleTenant):
        configuration.save_tenant(tenant_record(version=1))

    assert configuration.tenants() == (newest, tenant_record(OTHER_TENANT))


@pytest.mark.parametrize("username", ["hanako@example.com", "花子", "record", "a#record", "' OR '1'='1"])
def test_a_membership_is_saved_read_replaced_and_forgotten(configuration: Configuration, username: str) -> None:
    member = Membership(username=username, tenant_id=TENANT, role=Role.VIEWER)
    promoted = member.model_copy(update={"role": Role.ENGINEER})

    configuration.save_membership(member)
    configuration.save_membership(promoted)
    assert configuration.membership(username) == promoted
    configuration.delete_membership(username)
    configuration.delete_membership(username)

    with pytest.raises(NotFound):
        configuration.membership(username)


def test_a_certificate_is_found_by_its_id_and_in_its_tenants_list_only(configuration: Configuration) -> None:
    mine = [certificate(number) for number in (3, 1, 2)]
    for each in (*mine, certificate(4, OTHER_TENANT)):
        configuration.save_certificate(each)
    configuration.save_tenant(tenant_record())

    assert configuration.certificate(mine[0].certificate_id) == mine[0]
    assert configuration.certificates_of(TENANT) == (mine[1], mine[2], mine[0])
    assert [each.device_id for each in configuration.certificates_of(OTHER_TENANT)] == ["edge-04"]


def test_a_disabled_certificate_is_disabled_under_both_keys(configuration: Configuration) -> None:
    configuration.save_certificate(certificate(1))

    disabled = certificate(1).model_copy(update={"status": "disabled"})
    configuration.save_certificate(disabled)

    assert configuration.certificate(disabled.certificate_id) == disabled
    assert configuration.certificates_of(TENANT) == (disabled,)


def test_a_deleted_certificate_is_gone_under_both_keys(configuration: Configuration) -> None:
    configuration.save_certificate(certificate(1))

    configuration.delete_certificate(certificate(1).certificate_id)
    configuration.delete_certificate(certificate(1).certificate_id)

    assert configuration.certificate(certificate(1).certificate_id) is None
    assert configuration.certificates_of(TENANT) == ()


def test_more_certificates_than_one_page_are_all_listed(configuration: Configuration) -> None:
    for number in range(120):
        configuration.save_certificate(certificate(number))

    assert len(configuration.certificates_of(TENANT)) == 120


def test_the_cache_sees_a_suspension_when_its_time_is_over(configuration: Configuration) -> None:
    clock = FixedClock()
    cached = CachedConfiguration(configuration, clock, ttl_s=10)
    configuration.save_tenant(tenant_record())
    assert cached.tenant(TENANT).status is TenantStatus.ACTIVE

    configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))

    clock.advance(9.9)
    assert cached.tenant(TENANT).status is TenantStatus.ACTIVE
    clock.advance(0.1)
    assert cached.tenant(TENANT).status is TenantStatus.SUSPENDED


def test_a_session_is_revoked_from_then_on(sessions: Sessions) -> None:
    assert not sessions.is_revoked("origin-1")

    sessions.revoke("origin-1", DEFAULT_START)
    sessions.revoke("origin-1", DEFAULT_START)

    assert sessions.is_revoked("origin-1")
    assert not sessions.is_revoked("origin-2")


def test_a_revoked_session_is_kept_by_the_table_until_it_expires(client: "DynamoDBClient") -> None:
    name = table(client, "pk")

    Sessions(DynamoSessions(client, name)).revoke("origin-1", DEFAULT_START)

    item = client.get_item(TableName=name, Key={"pk": {"S": "revoked#origin-1"}})["Item"]
    assert item["expires_at"] == {"N": str(int(DEFAULT_START.timestamp()))}
