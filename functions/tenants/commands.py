"""What the operator may ask for, each field with the one rule that it must keep."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from makoto.domain import AwsAccount, Slug, Value
from makoto.domain.clouds.aws import AccountId, Region, RoleArn

MOST_FEATURES = 32
LEAST_DISTINCT = 8
CUSTOMER_ROLE = "makoto-tenant-access"
"""The role that the platform may take in a customer's account; its own policy names no other."""

_DIRECTION_CONTROLS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)


def _plain_text(text: str) -> str:
    """Normalise to NFC and refuse what cannot be seen: controls, NUL, lone surrogates, direction overrides."""
    normal = unicodedata.normalize("NFC", text.strip())
    if not normal:
        raise ValueError("must not be blank")
    if any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} or each in _DIRECTION_CONTROLS for each in normal):
        raise ValueError("must not hold control characters")
    return normal


def _email(text: str) -> str:
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address) or ".." in address or address.startswith(".") or ".@" in address:
        raise ValueError("must be an e-mail address such as name@example.com")
    return address


@cache
def _time_zones() -> frozenset[str]:
    """Every zone of the tzdata package, so that no image of the machine decides what is a zone."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("must be the name of a time zone such as Asia/Tokyo")
    return name


def _hard_to_guess(external_id: str) -> str:
    if len(set(external_id)) < LEAST_DISTINCT:
        raise ValueError(f"must be random: at least {LEAST_DISTINCT} different characters")
    return external_id


def _distinct(features: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(features)) < len(features):
        raise ValueError("must not name a feature twice")
    return features


AgreedExternalId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", min_length=16, max_length=256), AfterValidator(_hard_to_guess)
]
"""The lengths are those of the customer's template, the characters those of `secrets.token_urlsafe`."""

PlainText = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_plain_text)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_plain_text)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=128), AfterValidator(_email)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
Feature = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]
"""Visible ASCII, as the header of draft-ietf-httpapi-idempotency-key-header carries it."""


class Administrator(Value):
    """The tenant's first user; the e-mail address is the user name."""

    email: Email
    name: PlainText


class Hosted(Value):
    """The stores lie in the platform's own account."""

    mode: Literal["hosted"]


class OwnAccount(Value):
    """The stores lie in the customer's account and are reached by its role."""

    mode: Literal["own_account"]
    account_id: AccountId
    region: Region
    role_arn: RoleArn
    external_id: AgreedExternalId

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

    def to_account(self) -> AwsAccount:
        return AwsAccount(
            account_id=self.account_id, region=self.region, role_arn=self.role_arn, external_id=self.external_id
        )


class OnboardTenant(Value):
    """Take a customer on; `organization` is its short code, unique among the living tenants."""

    name: PlainText
    organization: Slug
    administrator: Administrator
    cloud: Annotated[Hosted | OwnAccount, Field(discriminator="mode")]
    features: Annotated[tuple[Feature, ...], Field(max_length=MOST_FEATURES), AfterValidator(_distinct)] = ()
    time_zone: TimeZone = "Asia/Tokyo"
    locale: Literal["ja", "en"] = "ja"


class SuspendTenant(Value):
    """Refuse the tenant on every path until it is resumed."""

    reason: Reason
