"""An AWS account: the platform's own for a hosted tenant, or the tenant's."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from makoto.domain.value import Value

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
RoleArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", max_length=560)
]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@:/-]+$", min_length=2, max_length=1224)]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
KeyArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-f0-9-]{36}$")]


class AwsAccount(Value):
    """The account and the role that reaches its stores; the external id only where the account is the tenant's own.

    `kms_key_arn`: the key that encrypts the tenant's objects, which the role must be granted; without it S3's own.
    """

    provider: Literal["aws"] = "aws"
    account_id: AccountId
    region: Region
    role_arn: RoleArn
    external_id: ExternalId | None = None
    kms_key_arn: KeyArn | None = None
