"""What a tenant's resources are called in AWS; every name ends the tenant's id, so none is another's prefix."""

from makoto.adapters.clouds import account_of
from makoto.domain import AwsAccount, TenantRecord


def aws_account(record: TenantRecord) -> AwsAccount:
    """Where the tenant's resources are."""
    return account_of(record, AwsAccount)


def table_name(tenant_id: str) -> str:
    """The table of the tenant's documents."""
    return f"makoto-{tenant_id}-documents"


def bucket_name(tenant_id: str) -> str:
    """The bucket of the tenant's objects."""
    return f"makoto-{tenant_id}-assets"


def secret_prefix(tenant_id: str) -> str:
    """The folder of the tenant's secrets."""
    return f"/makoto/{tenant_id}/"


def table_arn(record: TenantRecord) -> str:
    """All tables of the tenant."""
    return _arn(record, "dynamodb", f"table/makoto-{record.tenant_id}-*")


def bucket_arn(record: TenantRecord) -> str:
    """The tenant's bucket."""
    return f"arn:{_partition(record)}:s3:::{bucket_name(record.tenant_id)}"


def secrets_arn(record: TenantRecord) -> str:
    """All secrets of the tenant."""
    return _arn(record, "secretsmanager", f"secret:{secret_prefix(record.tenant_id)}*")


def _arn(record: TenantRecord, service: str, resource: str) -> str:
    account = aws_account(record)
    return f"arn:{_partition(record)}:{service}:{account.region}:{account.account_id}:{resource}"


def _partition(record: TenantRecord) -> str:
    return aws_account(record).role_arn.split(":")[1]
