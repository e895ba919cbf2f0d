"""The clouds under contract: each opens stores of tenants that did not exist before."""

import itertools
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from makoto.adapters.clouds import CloudDependencies, open_cloud
from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.names import aws_account, bucket_name, table_name
from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain import AwsAccount, TenantRecord
from makoto.ports.context import TenantStores
from tests.builders import tenant_record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PLATFORM_ACCOUNT = "000000000000"
OWN_ACCOUNT = "222222222222"
REGION = "ap-northeast-1"
ROLE = "makoto-test-tenant-data"
EXTERNAL_ID = "makoto-external-1"
_NUMBERS = itertools.count(1)


def new_tenant(account_id: str = PLATFORM_ACCOUNT, external_id: str | None = None) -> TenantRecord:
    """A tenant of its own for one test."""
    cloud = AwsAccount(
        account_id=account_id,
        region=REGION,
        role_arn=f"arn:aws:iam::{account_id}:role/{ROLE}",
        external_id=external_id,
    )
    return tenant_record(f"t{next(_NUMBERS):012d}", cloud=cloud)


class World(Protocol):
    """A cloud with a clock that tests may move."""

    clock: FixedClock

    def tenant(self) -> TenantRecord:
        """Make a tenant with empty stores."""
        ...

    def open(self, record: TenantRecord) -> TenantStores:
        """Open a tenant's stores as another process would."""
        ...


@dataclass
class MemoryWorld:
    """The memory cloud."""

    clock: FixedClock = field(default_factory=FixedClock)
    dependencies: CloudDependencies = field(init=False)

    def __post_init__(self) -> None:
        self.dependencies = CloudDependencies(self.clock, CountingIds())

    def tenant(self) -> TenantRecord:
        return new_tenant()

    def open(self, record: TenantRecord) -> TenantStores:
        return open_cloud("memory", record, self.dependencies)


@dataclass
class AwsWorld:
    """AWS as the emulator plays it, with IAM enforced."""

    endpoint_url: str
    clock: FixedClock = field(default_factory=lambda: FixedClock(SystemClock().now()))
    broker: CredentialsBroker = field(init=False)

    def __post_init__(self) -> None:
        self.broker = CredentialsBroker(self.root("sts"), SystemClock())

    def tenant(self) -> TenantRecord:
        return self.made(new_tenant())

    def made(self, record: TenantRecord) -> TenantRecord:
        """Make a tenant's empty stores, as onboarding does."""
        account = aws_account(record).account_id
        create_table(self.root("dynamodb", account), table_name(record.tenant_id))
        self.root("s3", account).create_bucket(
            Bucket=bucket_name(record.tenant_id), CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        return record

    def open(self, record: TenantRecord) -> TenantStores:
        dependencies = CloudDependencies(self.clock, SystemIds(), self.endpoint_url)
        dependencies.connections.keep(CredentialsBroker, lambda: self.broker)
        return open_cloud("aws", record, dependencies)

    def root(self, service: str, account_id: str = PLATFORM_ACCOUNT, *, tries: int = 3) -> Any:
        """An account's administrator, who is above the policies."""
        import boto3
        from botocore.config import Config

        return boto3.client(  # type: ignore[call-overload]  # the service's name is free
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=account_id,
            aws_secret_access_key="test",
            config=Config(retries={"mode": "standard", "total_max_attempts": tries}),
        )

    def create_roles(self) -> None:
        """Make the role of hosted tenants, and that of a tenant with an account of its own."""
        self._create_role(PLATFORM_ACCOUNT, {})
        self._create_role(OWN_ACCOUNT, {"Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}})

    def _create_role(self, account_id: str, condition: dict[str, Any]) -> None:
        platform = {"AWS": f"arn:aws:iam::{PLATFORM_ACCOUNT}:root"}
        trust = {"Effect": "Allow", "Principal": platform, "Action": ["sts:AssumeRole", "sts:TagSession"], **condition}
        grants = {"Effect": "Allow", "Action": ["dynamodb:*", "s3:*", "secretsmanager:*"], "Resource": "*"}
        iam = self.root("iam", account_id)
        with suppress(iam.exceptions.EntityAlreadyExistsException):  # every folder of the tier shares one emulator
            iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=ROLE, PolicyName="stores", PolicyDocument=_policy(grants))


def create_table(client: "DynamoDBClient", name: str) -> None:
    """Make a tenant's table."""
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "_pk", "KeyType": "HASH"}, {"AttributeName": "_id", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "_pk", "AttributeType": "S"},
            {"AttributeName": "_id", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
