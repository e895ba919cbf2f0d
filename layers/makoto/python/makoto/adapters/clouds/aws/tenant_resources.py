"""What making and removing a tenant's stores in AWS needs: the permissions, the waits, the wording of a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from makoto.adapters.clouds.aws.errors import DENIED, code_of, error_of, translated
from makoto.adapters.clouds.aws.names import bucket_arn, table_arn
from makoto.domain import TenantRecord
from makoto.ports.provisioning import StoreNotReady, StoreRefused

WAITS: Any = {"Delay": 2, "MaxAttempts": 30}
PASSING = frozenset(
    {
        "BucketNotEmpty",
        "ContinuousBackupsUnavailableException",
        "LimitExceededException",
        "OperationAborted",
        "ResourceInUseException",
    }
)
"""Another act on the same store, or on too many at once, is under way; only AWS answers so, no emulator."""

TABLE_ACTIONS = (
    "CreateTable",
    "DeleteTable",
    "DescribeContinuousBackups",
    "DescribeTable",
    "DescribeTimeToLive",
    "ListTagsOfResource",
    "TagResource",
    "UpdateContinuousBackups",
    "UpdateTimeToLive",
)
BUCKET_ACTIONS = (
    "CreateBucket",
    "DeleteBucket",
    "GetBucketTagging",
    "ListBucket",
    "ListBucketMultipartUploads",
    "ListBucketVersions",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
)
OBJECT_ACTIONS = ("AbortMultipartUpload", "DeleteObject", "DeleteObjectVersion")


def provisioning_policy(record: TenantRecord) -> dict[str, Any]:
    """What making and removing one tenant's stores needs, and nothing of what is in them."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("dynamodb", TABLE_ACTIONS, table_arn(record)),
            _allow("s3", BUCKET_ACTIONS, bucket_arn(record)),
            _allow("s3", OBJECT_ACTIONS, f"{bucket_arn(record)}/*"),
        ],
    }


def _allow(service: str, actions: tuple[str, ...], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [f"{service}:{action}" for action in actions], "Resource": resource}


@contextmanager
def named_store(store: str) -> Iterator[None]:
    """Say which store refused which permission; what passes by itself is translated as everywhere."""
    from botocore.exceptions import ClientError, WaiterError

    try:
        with translated():
            try:
                yield
            except ClientError as error:
                code, status = code_of(error), error.response["ResponseMetadata"].get("HTTPStatusCode", 500)
                if code in PASSING:
                    raise StoreNotReady(f"{store}: {error.operation_name} has to wait ({code})") from error
                if code in DENIED or code == "403" or error_of(code, status) is None:
                    raise StoreRefused(f"{store}: {error.operation_name} was refused ({code})") from error
                raise
    except WaiterError as error:
        raise StoreNotReady(f"{store}: still being made or removed") from error
