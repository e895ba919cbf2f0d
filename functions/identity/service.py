"""Signing in and out, and what a member's token and the gate say."""

from dataclasses import dataclass

from pydantic import SecretStr

from functions.identity.model import (
    SESSION_LIFETIME,
    ConfirmTotp,
    Login,
    Logout,
    Me,
    NoActiveTenant,
    Refresh,
    RemoveTotp,
    SessionEnded,
    TokenClaims,
    TotpAlreadyOn,
    TotpOffer,
    profile,
    token_claims,
    totp_offer,
)
from makoto.domain import PLATFORM_TENANT_ID, Principal, TenantRecord
from makoto.domain.membership import Membership
from makoto.domain.sign_in import Caller, Challenge, ChallengeAnswer, Tokens
from makoto.errors import NotFound
from makoto.ports.clock import Clock
from makoto.ports.configuration import CachedConfiguration, Configuration
from makoto.ports.identity import IdentityProvider
from makoto.ports.sessions import Sessions


@dataclass(frozen=True)
class SignInPorts:
    """What signing in and out needs."""

    identity: IdentityProvider
    configuration: Configuration
    sessions: Sessions
    clock: Clock


@dataclass(frozen=True)
class GatePorts:
    """What the gate asks about a proven token."""

    configuration: CachedConfiguration
    sessions: Sessions


def login(command: Login, caller: Caller, ports: SignInPorts) -> Tokens | Challenge:
    return ports.identity.sign_in(command.username, command.password.get_secret_value(), caller)


def answer_challenge(command: ChallengeAnswer, caller: Caller, ports: SignInPorts) -> Tokens | Challenge:
    return ports.identity.respond_to_challenge(command, caller)


def refresh(command: Refresh, ports: SignInPorts) -> Tokens:
    return ports.identity.refresh(command.refresh_token)


def logout(command: Logout, principal: Principal, ports: SignInPorts) -> None:
    """End the caller's session: none of its access tokens passes the gate again, whatever their expiry."""
    if principal.session_id is not None:
        ports.sessions.revoke(principal.session_id, ports.clock.now() + SESSION_LIFETIME)
    if command.refresh_token is not None:
        ports.identity.revoke(command.refresh_token)


def offer_totp(principal: Principal, access_token: SecretStr, ports: SignInPorts) -> TotpOffer:
    """Make a secret for the caller's authenticator app; TotpAlreadyOn where one is in use.

    Replacing it in one step would let a stolen token put the thief's app in the place of the owner's.
    """
    if ports.identity.has_totp(access_token):
        raise TotpAlreadyOn
    return totp_offer(ports.identity.offer_totp(access_token).get_secret_value(), principal.username)


def confirm_totp(command: ConfirmTotp, access_token: SecretStr, ports: SignInPorts) -> None:
    ports.identity.confirm_totp(access_token, command.totp_code, command.device_name)


def remove_totp(command: RemoveTotp, access_token: SecretStr, ports: SignInPorts) -> None:
    """Take the second factor away; nothing to prove and to do where there is none."""
    if ports.identity.has_totp(access_token):
        ports.identity.remove_totp(access_token, command.totp_code)


def me(principal: Principal, access_token: SecretStr, ports: SignInPorts) -> Me:
    platform = principal.tenant_id == PLATFORM_TENANT_ID
    tenant = None if platform else ports.configuration.tenant(principal.tenant_id)
    return Me(
        subject=principal.subject,
        username=principal.username,
        tenant_id=principal.tenant_id,
        role=principal.role,
        features=tenant.features if tenant else (),
        mfa=ports.identity.has_totp(access_token),
        tenant=profile(tenant) if tenant else None,
    )


def claims_of(username: str, configuration: Configuration) -> TokenClaims:
    """Read what a token may say of this person now; NoActiveTenant when it may say nothing."""
    try:
        membership = configuration.membership(username)
    except NotFound as error:
        raise NoActiveTenant(f"{username} has no active tenant") from error
    return token_claims(membership, _tenant_of(membership, configuration))


def pass_gate(principal: Principal, ports: GatePorts) -> TokenClaims:
    """Check what has changed since the token was issued; the claims returned are today's.

    Raises SessionEnded after a logout or when the membership is not the token's, NoActiveTenant when the tenant is not
    active. Tenant and membership are seen as late as the cached configuration is old.
    """
    if principal.session_id is None or ports.sessions.is_revoked(principal.session_id):
        raise SessionEnded("the session has ended")
    try:
        membership = ports.configuration.membership(principal.username)
    except NotFound as error:
        raise SessionEnded("the membership is gone") from error
    if (membership.tenant_id, membership.role) != (principal.tenant_id, principal.role):
        raise SessionEnded("the membership has changed")
    return token_claims(membership, _tenant_of(membership, ports.configuration))


def _tenant_of(membership: Membership, configuration: Configuration | CachedConfiguration) -> TenantRecord | None:
    """The member's tenant; none for the platform's own and for one that is gone."""
    if membership.tenant_id == PLATFORM_TENANT_ID:
        return None
    try:
        return configuration.tenant(membership.tenant_id)
    except NotFound:
        return None
