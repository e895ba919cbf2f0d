"""A tenant as the hot path knows it: is it active, and where does its data live."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from makoto.domain.ids import TenantId
from makoto.domain.value import Value

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
RoleArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", max_length=560)
]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@:/-]+$", min_length=2, max_length=1224)]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]


class TenantStatus(StrEnum):
    """The tenant's life; only an active tenant is served."""

    ONBOARDING = "onboarding"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FAILED = "failed"
    DELETING = "deleting"
    DELETED = "deleted"


class CloudAccount(Value):
    """Where a tenant's stores are and the role that reaches them; the external id only where the account is its own."""

    provider: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,16}$")] = "aws"
    account_id: AccountId
    region: Region
    role_arn: RoleArn
    external_id: ExternalId | None = None


class TenantRecord(Value):
    """The projection of a tenant that the hot path reads; Aurora holds the whole."""

    tenant_id: TenantId
    name: str
    organization: str
    status: TenantStatus
    cloud: CloudAccount
    features: tuple[str, ...] = ()
    time_zone: str = "Asia/Tokyo"
    locale: str = "ja"
    version: int = Field(default=1, ge=1)
