"""The session policies: what a tenant's credentials may do, each resource by its name (2,048 characters at most)."""

from typing import Any

from makoto.adapters.clouds.aws.names import aws_account, bucket_arn, secrets_arn, table_arn
from makoto.domain import TenantRecord

TABLE_ACTIONS = (
    "BatchGetItem",
    "BatchWriteItem",
    "ConditionCheckItem",
    "DeleteItem",
    "DescribeTable",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)
OBJECT_ACTIONS = ("AbortMultipartUpload", "DeleteObject", "GetObject", "PutObject")
KEY_ACTIONS = ("Decrypt", "GenerateDataKey")
SECRET_ACTIONS = ("CreateSecret", "DeleteSecret", "DescribeSecret", "GetSecretValue", "PutSecretValue")


def data_policy(record: TenantRecord) -> dict[str, Any]:
    """What the stores of one tenant need: its tables' items, its bucket's objects, its secrets, its key."""
    key_arn = aws_account(record).kms_key_arn
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("dynamodb", TABLE_ACTIONS, table_arn(record)),
            _allow("s3", ("ListBucket",), bucket_arn(record)),
            _allow("s3", OBJECT_ACTIONS, f"{bucket_arn(record)}/*"),
            _allow("secretsmanager", SECRET_ACTIONS, secrets_arn(record)),
            *([_allow("kms", KEY_ACTIONS, key_arn)] if key_arn else []),
        ],
    }


def walk_policy(record: TenantRecord) -> dict[str, Any]:
    """What reading a tenant's tables whole needs, as a move does and no use case."""
    return {"Version": "2012-10-17", "Statement": [_allow("dynamodb", ("Scan",), table_arn(record))]}


def _allow(service: str, actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"{service}:{action}" for action in actions], "Resource": resource}
