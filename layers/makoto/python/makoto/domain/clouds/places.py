"""Where a tenant's data is to lie, as the operator says it; keys go to the key ring and are kept nowhere else."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from makoto.domain.clouds.aws import AccountId, AwsAccount, KeyArn, Region, RoleArn
from makoto.domain.clouds.azure import AzureAccount
from makoto.domain.clouds.custom import CustomStores
from makoto.domain.clouds.external_id import AgreedExternalId
from makoto.domain.clouds.keys import CloudKeys, checked_keys
from makoto.domain.clouds.sakura import SakuraAccount
from makoto.domain.value import Value

CUSTOMER_ROLE = "makoto-tenant-access"
"""The role that the platform may take in a customer's account; its own policy names no other."""


class Hosted(Value):
    """The stores lie in the platform's own account."""

    mode: Literal["hosted"]


class OwnAccount(Value):
    """The stores lie in the customer's AWS account and are reached by its role."""

    mode: Literal["own_account"]
    account_id: AccountId
    region: Region
    role_arn: RoleArn
    external_id: AgreedExternalId
    kms_key_arn: KeyArn | None = None

    @field_validator("kms_key_arn")
    @classmethod
    def _key_is_where_the_stores_are(cls, key_arn: str | None, given: ValidationInfo) -> str | None:
        place = [given.data.get("region"), given.data.get("account_id")]
        if key_arn is not None and None not in place and key_arn.split(":")[3:5] != place:
            raise ValueError("must be a key of account_id in region")
        return key_arn

    @field_validator("role_arn")
    @classmethod
    def _role_is_the_agreed_one(cls, role_arn: str, given: ValidationInfo) -> str:
        account_id = given.data.get("account_id")  # absent when it breaks its own rule
        parts = role_arn.split(":")
        if account_id is not None and parts[4] != account_id:
            raise ValueError("must be a role of account_id")
        if parts[5] != f"role/{CUSTOMER_ROLE}":
            raise ValueError(f"must be the role {CUSTOMER_ROLE} that the platform's template makes")
        return role_arn

    @property
    def account(self) -> AwsAccount:
        return AwsAccount(**self.model_dump(exclude={"mode"}))

    @property
    def keys(self) -> Mapping[str, SecretStr]:
        """The role is all there is."""
        return {}


class _WithKeys(Value):
    """Stores outside AWS: what opens them is given beside where they are."""

    keys: CloudKeys = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keys_are_those_of_the_account(self) -> Self:
        checked_keys(getattr(self, "account"), self.keys)  # noqa: B009 - each class below has one
        return self


class Azure(_WithKeys):
    """The stores lie in the customer's Azure subscription."""

    mode: Literal["azure"]
    account: AzureAccount


class Custom(_WithKeys):
    """The stores are the customer's own: PostgreSQL or MongoDB, an S3-compatible bucket, Vault."""

    mode: Literal["custom"]
    account: CustomStores


class Sakura(_WithKeys):
    """The stores are rented from Sakura Internet."""

    mode: Literal["sakura"]
    account: SakuraAccount


Place: TypeAlias = Annotated[Hosted | OwnAccount | Azure | Custom | Sakura, Field(discriminator="mode")]
