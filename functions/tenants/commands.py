"""What the operator may ask for, each field with the one rule that it must keep."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from makoto.domain import LlmContract, Slug, Value
from makoto.domain.clouds.keys import CloudKeys
from makoto.domain.clouds.places import Place
from makoto.domain.clouds.stores import RegionName

MOST_FEATURES = 32
MOST_REGIONS = 8

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


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("must not name one twice")
    return names


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


class OnboardTenant(Value):
    """Take a customer on; `organization` is its short code, unique among the living tenants.

    `residency` names the regions in which its data may lie; left out, it is the region of its cloud alone.
    """

    name: PlainText
    organization: Slug
    administrator: Administrator
    cloud: Place
    features: Annotated[tuple[Feature, ...], Field(max_length=MOST_FEATURES), AfterValidator(_distinct)] = ()
    time_zone: TimeZone = "Asia/Tokyo"
    locale: Literal["ja", "en"] = "ja"
    residency: Annotated[tuple[RegionName, ...], Field(max_length=MOST_REGIONS), AfterValidator(_distinct)] = ()
    llm: LlmContract | None = None


class RotateKeys(Value):
    """Entrust the platform with other keys to the tenant's cloud; they are tried before the old ones are given up."""

    keys: CloudKeys


class SuspendTenant(Value):
    """Refuse the tenant on every path until it is resumed."""

    reason: Reason
