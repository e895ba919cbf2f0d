"""What a member may be told and where a proven caller may knock; pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import Field, StringConstraints

from makoto.domain import PLATFORM_TENANT_ID, Principal, Role, TenantId, TenantRecord, TenantStatus, Value
from makoto.domain.membership import Membership
from makoto.domain.sign_in import Password, TotpCode, Username
from makoto.errors import Conflict, Forbidden, Unauthenticated

SESSION_LIFETIME = timedelta(days=30)
"""At least as long as the user pool's client lets a refresh token live."""

PLATFORM_ORGANIZATION = "platform"
ISSUER = "Makoto"
"""The name over the codes in an authenticator app."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_SEEN = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]"
DeviceName = Annotated[str, StringConstraints(pattern=rf"^{_SEEN}(?:(?:{_SEEN}| )*{_SEEN})?$", max_length=64)]
RefreshToken = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", min_length=1, max_length=8192)]


class Login(Value):
    """Sign in with a password."""

    username: Username
    password: Password


class Refresh(Value):
    """Exchange a refresh token for a new access token."""

    refresh_token: RefreshToken = Field(repr=False)


class Logout(Value):
    """End this session; the refresh token, when given, is ended at the identity provider too."""

    refresh_token: RefreshToken | None = Field(default=None, repr=False)


class TotpOffer(Value):
    """A secret for an authenticator app, to be typed or shown as a QR code; it counts once a code confirms it."""

    secret_code: str = Field(repr=False)
    otpauth_uri: str = Field(repr=False)


class ConfirmTotp(Value):
    """Prove with a code that the app has the secret."""

    totp_code: TotpCode = Field(repr=False)
    device_name: DeviceName | None = None


class RemoveTotp(Value):
    """Go back to the password alone; a code proves that it is not only a stolen token that asks."""

    totp_code: TotpCode = Field(repr=False)


class TenantProfile(Value):
    """What every member may know of the tenant."""

    tenant_id: TenantId
    name: str
    organization: str
    status: TenantStatus
    time_zone: str
    locale: str


class Me(Value):
    """The caller; platform administrators have no tenant to show.

    `mfa` says whether the sign-in asks for a one-time code, so that who administers can be urged to enrol.
    """

    subject: str
    username: str
    tenant_id: TenantId
    role: Role
    features: tuple[str, ...]
    mfa: bool
    tenant: TenantProfile | None


class TokenClaims(Value):
    """What an access token says of its bearer, beside what the identity provider says itself."""

    tenant_id: TenantId
    role: Role
    cloud_provider: str
    organization: str
    features: tuple[str, ...]


class NoActiveTenant(Forbidden):
    """The person has no membership or its tenant is not active; the answer is the same."""


class SessionEnded(Unauthenticated):
    """The session was logged out, or the membership it stands on is gone or changed."""


class TotpAlreadyOn(Conflict):
    """An authenticator app is registered; another one needs its removal first, which a code proves."""

    def __init__(self) -> None:
        super().__init__("an authenticator app is registered already: remove it before adding another")


def totp_offer(secret: str, username: str) -> TotpOffer:
    """Write the secret as authenticator apps read it (github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    label = quote(f"{ISSUER}:{username}", safe="")
    asked = urlencode({"secret": secret, "issuer": ISSUER, "algorithm": "SHA1", "digits": 6, "period": 30})
    return TotpOffer(secret_code=secret, otpauth_uri=f"otpauth://totp/{label}?{asked}")


def token_claims(membership: Membership, tenant: TenantRecord | None) -> TokenClaims:
    """Derive the claims from what the platform wrote about the person; NoActiveTenant when that is not enough.

    Only the platform's own tenant, which holds no data, has no record.
    """
    if membership.tenant_id == PLATFORM_TENANT_ID:
        return _claims(membership, "aws", PLATFORM_ORGANIZATION, ())
    if tenant is None or tenant.status is not TenantStatus.ACTIVE:
        raise NoActiveTenant(f"{membership.username} has no active tenant")
    return _claims(membership, tenant.cloud.provider, tenant.organization, tenant.features)


def _claims(membership: Membership, provider: str, organization: str, features: tuple[str, ...]) -> TokenClaims:
    return TokenClaims(
        tenant_id=membership.tenant_id,
        role=membership.role,
        cloud_provider=provider,
        organization=organization,
        features=features,
    )


def profile(tenant: TenantRecord) -> TenantProfile:
    """Leave out where the tenant's stores are."""
    return TenantProfile(**tenant.model_dump(include=set(TenantProfile.model_fields)))


def gate_policy(principal: Principal, method_arn: str) -> dict[str, Any]:
    """Write the policy of everything this caller may ever ask for, since API Gateway keeps it by token for any path.

    Methods are listed: a `*` there would swallow slashes and match another tenant's path that ends like one's own.
    """
    stage = _stage_of(method_arn)
    own = f"api/v1/tenants/{principal.tenant_id}"
    paths = [own, f"{own}/*", "api/v1/auth/*"]
    if principal.role is Role.PLATFORM_ADMIN:
        return _policy([_statement("Allow", stage, [*paths, "api/v1/admin/*"])])
    return _policy([_statement("Allow", stage, paths), _statement("Deny", stage, ["api/v1/admin/*"])])


def closed_gate_policy(method_arn: str) -> dict[str, Any]:
    """Refuse every path: 403 to a caller who is known and may not come in."""
    return _policy([{"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": [f"{_stage_of(method_arn)}/*"]}])


def _stage_of(method_arn: str) -> str:
    """`arn:aws:execute-api:region:account:api/stage` of `…/stage/METHOD/path`."""
    return "/".join(method_arn.split("/", 2)[:2])


def _statement(effect: str, stage: str, paths: Sequence[str]) -> dict[str, Any]:
    resources = [f"{stage}/{method}/{path}" for path in paths for method in METHODS]
    return {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resources}


def _policy(statements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
