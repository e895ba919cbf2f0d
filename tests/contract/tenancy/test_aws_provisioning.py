"""A tenant's stores as AWS makes them, on the emulator with IAM and session policies enforced."""

import json
from typing import Any

import pytest

from makoto.adapters.clouds.aws.credentials import TenantRoleRefused
from makoto.adapters.clouds.aws.names import aws_account, bucket_name, table_name
from makoto.adapters.clouds.aws.policies import data_policy
from makoto.adapters.clouds.aws.provisioning import AwsProvisioner
from makoto.adapters.clouds.aws.tenant_resources import provisioning_policy
from makoto.conformance.verification import StoreNotUsable, verify_stores
from makoto.domain import TenantRecord
from makoto.domain.clouds.places import CUSTOMER_ROLE
from makoto.ports.context import TenantContext
from makoto.ports.documents import Key
from makoto.ports.provisioning import StoreRefused, StoreTaken
from stacks import grants
from stacks.constructs import tenant_data_role
from tests.contract.clouds.worlds import EXTERNAL_ID, OWN_ACCOUNT, ROLE, AwsWorld, create_table, new_tenant


@pytest.fixture(scope="module")
def provisioner(world: AwsWorld) -> AwsProvisioner:
    return AwsProvisioner(world.broker, world.endpoint_url)


@pytest.fixture(params=["hosted", "own account"])
def record(request: pytest.FixtureRequest) -> TenantRecord:
    """A tenant whose id no test had before."""
    return new_tenant() if request.param == "hosted" else new_tenant(OWN_ACCOUNT, EXTERNAL_ID)


def _opened(world: AwsWorld, record: TenantRecord) -> TenantContext:
    stores = world.open(record)
    return TenantContext(
        record=record,
        principal=None,
        documents=stores.documents,
        objects=stores.objects,
        secrets=stores.secrets,
        clock=world.clock,
        ids=stores.documents.ids,
        correlation_id="request-1",
    )


def _tables(world: AwsWorld, record: TenantRecord) -> list[str]:
    names: list[str] = world.root("dynamodb", aws_account(record).account_id).list_tables()["TableNames"]
    return [name for name in names if record.tenant_id in name]


def _buckets(world: AwsWorld, record: TenantRecord) -> list[str]:
    found: list[dict[str, Any]] = world.root("s3", aws_account(record).account_id).list_buckets()["Buckets"]
    return [each["Name"] for each in found if record.tenant_id in each["Name"]]


def test_provisioned_stores_pass_verification(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    provisioner.provision(record)

    verify_stores(_opened(world, record), 1)


def test_provisioning_twice_is_provisioning_once(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    provisioner.provision(record)
    _opened(world, record).documents.put(Key("kept", "1"), {"by": "tenant"})

    provisioner.provision(record)

    assert _opened(world, record).documents.get(Key("kept", "1")).data == {"by": "tenant"}


def test_the_table_recovers_expires_and_is_marked(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    provisioner.provision(record)

    client, name = world.root("dynamodb", aws_account(record).account_id), table_name(record.tenant_id)
    table = client.describe_table(TableName=name)["Table"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "_ttl")
    assert client.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [
        {"Key": "makoto-tenant", "Value": record.tenant_id}
    ]


def test_the_bucket_is_private_versioned_encrypted_and_tls_only(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    provisioner.provision(record)

    client, name = world.root("s3", aws_account(record).account_id), bucket_name(record.tenant_id)
    closed = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    (encryption,) = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    (statement,) = json.loads(client.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    rules = {rule["ID"]: rule for rule in client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]}
    assert set(closed.values()) == {True}
    assert client.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert rules["exports"]["Expiration"] == {"Days": 7}


def test_removing_leaves_nothing_although_old_versions_exist(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    provisioner.provision(record)
    verify_stores(_opened(world, record), 1)

    assert provisioner.remove(record) == []

    assert (_tables(world, record), _buckets(world, record)) == ([], [])
    assert provisioner.remove(record) == []


def test_a_bucket_with_a_file_stays_and_is_named(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    provisioner.provision(record)
    _opened(world, record).objects.upload("history/a", b"kept", content_type="text/plain")

    assert provisioner.remove(record) == [bucket_name(record.tenant_id)]

    assert _opened(world, record).objects.download("history/a") == b"kept"


def test_half_made_stores_are_finished(world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord) -> None:
    client = world.root("s3", aws_account(record).account_id)
    place = {"LocationConstraint": record.cloud.region}
    client.create_bucket(Bucket=bucket_name(record.tenant_id), CreateBucketConfiguration=place)

    provisioner.provision(record)

    verify_stores(_opened(world, record), 1)


def test_half_made_stores_are_removed(world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord) -> None:
    client = world.root("s3", aws_account(record).account_id)
    place = {"LocationConstraint": record.cloud.region}
    client.create_bucket(Bucket=bucket_name(record.tenant_id), CreateBucketConfiguration=place)

    assert provisioner.remove(record) == []

    assert _buckets(world, record) == []


def test_a_table_of_somebody_else_is_neither_taken_nor_removed(
    world: AwsWorld, provisioner: AwsProvisioner, record: TenantRecord
) -> None:
    create_table(world.root("dynamodb", aws_account(record).account_id), table_name(record.tenant_id))

    with pytest.raises(StoreTaken):
        provisioner.provision(record)
    provisioner.remove(record)

    assert _tables(world, record) == [table_name(record.tenant_id)]


def test_a_wrong_external_id_makes_nothing(world: AwsWorld, provisioner: AwsProvisioner) -> None:
    record = new_tenant(OWN_ACCOUNT, "somebody-elses-id")

    with pytest.raises(TenantRoleRefused):
        provisioner.provision(record)

    assert (_tables(world, record), _buckets(world, record)) == ([], [])


def test_a_missing_permission_is_named_with_its_store(world: AwsWorld, provisioner: AwsProvisioner) -> None:
    record = new_tenant(OWN_ACCOUNT, EXTERNAL_ID)
    iam = world.root("iam", OWN_ACCOUNT)
    denied = {"Effect": "Deny", "Action": "dynamodb:UpdateContinuousBackups", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam.put_role_policy(RoleName=ROLE, PolicyName="denied", PolicyDocument=policy)
    try:
        with pytest.raises(StoreRefused, match="documents: UpdateContinuousBackups was refused"):
            provisioner.provision(record)
    finally:
        iam.delete_role_policy(RoleName=ROLE, PolicyName="denied")

    provisioner.provision(record)


def test_verification_names_what_the_role_may_not_do(world: AwsWorld, provisioner: AwsProvisioner) -> None:
    record = new_tenant(OWN_ACCOUNT, EXTERNAL_ID)
    provisioner.provision(record)
    iam = world.root("iam", OWN_ACCOUNT)
    denied = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam.put_role_policy(RoleName=ROLE, PolicyName="denied", PolicyDocument=policy)
    try:
        with pytest.raises(StoreNotUsable, match="objects: read failed"):
            verify_stores(_opened(world, record), 1)
    finally:
        iam.delete_role_policy(RoleName=ROLE, PolicyName="denied")


def test_one_tenants_provisioning_credentials_reach_no_other_tenant(
    world: AwsWorld, provisioner: AwsProvisioner
) -> None:
    victim, thief = new_tenant(), new_tenant()
    provisioner.provision(victim)
    mixed_up = victim.model_copy(update={"tenant_id": thief.tenant_id})

    table, bucket = provisioner._stores(mixed_up)
    table.name, bucket.name = table_name(victim.tenant_id), bucket_name(victim.tenant_id)

    for store in (table, bucket):
        with pytest.raises(StoreRefused):
            store.remove()
    assert _tables(world, victim) == [table_name(victim.tenant_id)]


def test_the_deployed_role_allows_what_provisioning_asks_for() -> None:
    record = new_tenant()
    asked = {
        action
        for policy in (provisioning_policy(record), data_policy(record))
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    allowed = {
        *tenant_data_role.TABLE_ACTIONS,
        *tenant_data_role.BUCKET_ACTIONS,
        *tenant_data_role.OBJECT_ACTIONS,
        *tenant_data_role.SECRET_ACTIONS,
    }

    assert asked <= allowed


def test_a_customers_role_is_the_one_that_its_template_makes_and_the_platform_may_take() -> None:
    assert CUSTOMER_ROLE == grants.CUSTOMER_ROLE


def test_the_session_policy_fits_into_a_session() -> None:
    assert len(json.dumps(provisioning_policy(new_tenant()), separators=(",", ":"))) <= 2048  # STS AssumeRole's limit
