"""The bucket of a tenant's objects in S3."""

import json
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from makoto.adapters.clouds.aws.credentials import TENANT_TAG
from makoto.adapters.clouds.aws.errors import code_of
from makoto.adapters.clouds.aws.names import aws_account, bucket_arn, bucket_name
from makoto.adapters.clouds.aws.tenant_resources import named_store
from makoto.adapters.stores.endpoints import OutsideRegions
from makoto.domain import TenantRecord
from makoto.errors import FieldError
from makoto.ports.provisioning import StoreTaken

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EXPORTS_LIVE_DAYS = 7
OLD_VERSIONS_LIVE_DAYS = 30
PAGES_PURGED_A_RUN = 20  # of 1,000 versions; about half a second each


class TenantBucket:
    """The bucket: private, TLS only, encrypted, versioned; exports live for a week, old versions for a month.

    A bucket of this account without a mark is ours too: a crash came between its creation and its mark, and nobody else
    knows the tenant's id.
    """

    def __init__(self, client: "S3Client", record: TenantRecord) -> None:
        self._client = client
        self._tenant_id = record.tenant_id
        self._region = record.cloud.region
        self._owner = aws_account(record).account_id
        self._key_arn = aws_account(record).kms_key_arn
        self._arn = bucket_arn(record)
        self.name = bucket_name(record.tenant_id)

    def make(self) -> None:
        """Create what is missing and set every property, the protective ones first."""
        with named_store("objects"):
            if not self._exists():
                self._create()
            if not self._is_ours():
                raise StoreTaken(f"objects: the bucket {self.name} belongs to somebody else")
            self._protect()
            self._keep_versions()

    def remove(self) -> bool:
        """Delete the bucket if it is this tenant's; false when it stays, for it holds objects or many old versions."""
        with named_store("objects"):
            if not self._exists() or not self._is_ours():
                return True
            if self._client.list_objects_v2(Bucket=self.name, MaxKeys=1).get("KeyCount", 0):
                return False
            if not self._purge():
                return False
            self._client.delete_bucket(Bucket=self.name)
        return True

    def _create(self) -> None:
        place: Any = {}
        if self._region != "us-east-1":
            place = {"CreateBucketConfiguration": {"LocationConstraint": self._region}}
        with suppress(self._client.exceptions.BucketAlreadyOwnedByYou):
            self._client.create_bucket(Bucket=self.name, **place)

    def _protect(self) -> None:
        closed: Any = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        by: Any = (
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self._key_arn}
            if self._key_arn
            else {"SSEAlgorithm": "AES256"}
        )
        encrypted: Any = {
            "Rules": [{"ApplyServerSideEncryptionByDefault": by, "BucketKeyEnabled": bool(self._key_arn)}]
        }
        tags: Any = {"TagSet": [{"Key": TENANT_TAG, "Value": self._tenant_id}]}
        self._client.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=closed)
        self._client.put_bucket_tagging(Bucket=self.name, Tagging=tags)
        self._client.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration=encrypted)
        self._client.put_bucket_policy(Bucket=self.name, Policy=json.dumps(self._tls_only()))

    def _keep_versions(self) -> None:
        self._client.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        rules: Any = [
            {
                "ID": "exports",
                "Status": "Enabled",
                "Filter": {"Prefix": "exports/"},
                "Expiration": {"Days": EXPORTS_LIVE_DAYS},
            },
            {
                "ID": "leftovers",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSIONS_LIVE_DAYS},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": EXPORTS_LIVE_DAYS},
            },
        ]
        self._client.put_bucket_lifecycle_configuration(Bucket=self.name, LifecycleConfiguration={"Rules": rules})

    def _tls_only(self) -> dict[str, Any]:
        statement = {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [self._arn, f"{self._arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    def _exists(self) -> bool:
        from botocore.exceptions import ClientError

        try:
            told = self._client.head_bucket(Bucket=self.name, ExpectedBucketOwner=self._owner)
        except ClientError as error:
            if code_of(error) in ("404", "NoSuchBucket"):
                return False
            raise
        self._require_region(told.get("BucketRegion", self._region))
        return True

    def _require_region(self, told: str) -> None:
        if told != self._region:
            detail = f"the bucket {self.name} lies in {told} and not in {self._region}"
            raise OutsideRegions(detail, errors=[FieldError("/cloud/region", "residency", detail)])

    def _is_ours(self) -> bool:
        from botocore.exceptions import ClientError

        try:
            tags = self._client.get_bucket_tagging(Bucket=self.name)["TagSet"]
        except ClientError as error:
            if code_of(error) == "NoSuchTagSet":
                return True
            raise
        return {"Key": TENANT_TAG, "Value": self._tenant_id} in tags

    def _purge(self) -> bool:
        """Remove old versions and deletion marks, which keep an empty bucket from being deleted; say whether all."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.name)
        for page in islice(pages, PAGES_PURGED_A_RUN):
            found: Any = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            old: Any = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            if old:
                self._client.delete_objects(Bucket=self.name, Delete={"Objects": old, "Quiet": True})
            if not page["IsTruncated"]:
                return True
        return False
