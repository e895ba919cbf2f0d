"""The role to tenants' stores: beside the platform for hosted tenants, or in a customer's own account."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.grants import allow

TENANT_ID = "t????????????"
"""Fixed length, so that no tenant's name can prefix another's."""

TENANT_TAG = "makoto-tenant"
"""Each session carries its tenant's id, so that CloudTrail shows for whom the platform acted."""

TABLE_ACTIONS = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:CreateTable",
    "dynamodb:DeleteItem",
    "dynamodb:DeleteTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:GetItem",
    "dynamodb:ListTagsOfResource",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateItem",
    "dynamodb:UpdateTimeToLive",
)
BUCKET_ACTIONS = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:GetBucketTagging",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetObject",
    "s3:PutObject",
)
SECRET_ACTIONS = (
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
)
REASON = "tenants come after deployment; each session is narrowed to one tenant's names by its session policy"


class TenantDataRole(Construct):
    """A role over the stores named after tenants, taken only by the platform's own roles."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        platform_account: str,
        platform_roles: str,
        external_id: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        roles = f"arn:aws:iam::{platform_account}:role/{platform_roles}"
        known: dict[str, object] = {
            "ArnLike": {"aws:PrincipalArn": roles},
            "StringLike": {f"aws:RequestTag/{TENANT_TAG}": TENANT_ID},
        }
        agreed = {"StringEquals": {"sts:ExternalId": external_id}} if external_id is not None else {}
        platform = iam.AccountPrincipal(platform_account)
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            description="The platform's access to tenants' tables, buckets and secrets",
            assumed_by=iam.PrincipalWithConditions(platform, {**known, **agreed}),
            max_session_duration=cdk.Duration.hours(1),
        )
        # a statement of its own: an external id is a key of AssumeRole only
        tag = iam.PolicyStatement(actions=["sts:TagSession"], principals=[platform], conditions=known)
        assert self.role.assume_role_policy is not None  # every role made here has one
        self.role.assume_role_policy.add_statements(tag)
        self._allow_stores()

    def _allow_stores(self) -> None:
        stack = cdk.Stack.of(self)
        table = f"arn:{stack.partition}:dynamodb:{stack.region}:{stack.account}:table/makoto-{TENANT_ID}-*"
        bucket = f"arn:{stack.partition}:s3:::makoto-{TENANT_ID}-assets"
        secret = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:/makoto/{TENANT_ID}/*"
        allow(self.role, *TABLE_ACTIONS, on=[table], wildcard_because=REASON)
        allow(self.role, *BUCKET_ACTIONS, on=[bucket], wildcard_because=REASON)
        allow(self.role, *OBJECT_ACTIONS, on=[f"{bucket}/*"], wildcard_because=REASON)
        allow(self.role, *SECRET_ACTIONS, on=[secret], wildcard_because=REASON)
