"""Looks into a tenant's part of AWS: endpoints, clocks, and whether its role may do more than the platform needs."""

from collections.abc import Callable, Iterator
from typing import Any

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.aws.credentials import CredentialsBroker
from makoto.adapters.clouds.aws.errors import ABSENT, DENIED, code_of, translated
from makoto.adapters.clouds.aws.names import aws_account
from makoto.adapters.clouds.aws.session import client_of, platform_client, tenant_session
from makoto.adapters.endpoint_probes import Endpoint, endpoint_probes
from makoto.adapters.excess import excess
from makoto.domain import TenantRecord
from makoto.ports.diagnosis import Found, Probe

GRANTS = {
    ("documents", "write"): "dynamodb:PutItem on the table makoto-<tenant>-documents",
    ("documents", "read"): "dynamodb:GetItem on the table makoto-<tenant>-documents",
    ("documents", "query"): "dynamodb:Query on the table makoto-<tenant>-documents",
    ("documents", "atomic"): "dynamodb:PutItem, DeleteItem, ConditionCheckItem and BatchGetItem on the table",
    ("documents", "delete"): "dynamodb:DeleteItem on the table makoto-<tenant>-documents",
    ("objects", "write"): "s3:PutObject on makoto-<tenant>-assets/*",
    ("objects", "read"): "s3:GetObject on makoto-<tenant>-assets/*",
    ("objects", "list"): "s3:ListBucket on makoto-<tenant>-assets",
    ("objects", "delete"): "s3:DeleteObject on makoto-<tenant>-assets/*",
    ("secrets", "write"): "secretsmanager:CreateSecret on /makoto/<tenant>/*",
    ("secrets", "read"): "secretsmanager:GetSecretValue on /makoto/<tenant>/*",
    ("secrets", "update"): "secretsmanager:PutSecretValue on /makoto/<tenant>/*",
    ("secrets", "delete"): "secretsmanager:DeleteSecret on /makoto/<tenant>/*",
}
SERVICES = {"documents": "dynamodb", "objects": "s3", "secrets": "secretsmanager"}
WHOLE_ROLE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_NOBODYS = "makoto-t000000000000-documents"


def probes(record: TenantRecord, dependencies: CloudDependencies) -> Iterator[Probe]:
    """Endpoints and clocks; in an account of the tenant's own, the role's rights too.

    The platform's own role for hosted tenants may reach every hosted tenant by design: its session policy narrows it.
    """
    for store, service in SERVICES.items():
        url = dependencies.endpoint_url or f"https://{service}.{record.cloud.region}.amazonaws.com"
        yield from endpoint_probes(Endpoint(store, url, dependencies.network), dependencies.clock)
    if aws_account(record).external_id is not None:
        yield Probe("excess", "documents", lambda: _excess(record, dependencies))


def _excess(record: TenantRecord, dependencies: CloudDependencies) -> Found:
    """Try harmless reads with the role as it is, without the session policy that narrows every other use of it."""
    broker = dependencies.connections.keep(
        CredentialsBroker, lambda: CredentialsBroker(platform_client("sts"), dependencies.clock)
    )
    session = tenant_session(record, broker, policy=WHOLE_ROLE)

    def client(service: str) -> Any:  # any service's client
        return client_of(session, service, record.cloud.region, dependencies.endpoint_url)

    tried: dict[str, Callable[[], object]] = {
        "iam:ListUsers": lambda: client("iam").list_users(MaxItems=1),
        "s3:ListAllMyBuckets": lambda: client("s3").list_buckets(),
        "dynamodb:ListTables": lambda: client("dynamodb").list_tables(Limit=1),
        "dynamodb:GetItem on another tenant's table": lambda: client("dynamodb").get_item(
            TableName=_NOBODYS, Key={"_pk": {"S": "p"}, "_id": {"S": "1"}}
        ),
    }
    return excess([name for name, act in tried.items() if _is_allowed(act)])


def _is_allowed(act: Callable[[], object]) -> bool:
    """A thing that is not there was looked for, so it was allowed."""
    from botocore.exceptions import ClientError

    with translated():
        try:
            act()
        except ClientError as error:
            if code_of(error) not in DENIED | ABSENT:
                raise
            return code_of(error) in ABSENT
    return True
