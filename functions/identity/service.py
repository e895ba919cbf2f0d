"""Signing in and out, and what a member's token and the gate say."""

from dataclasses import dataclass

from functions.identity.model import (
    SESSION_LIFETIME,
    Login,
    Logout,
    Me,
    NoActiveTenant,
    Refresh,
    SessionEnded,
    TokenClaims,
    profile,
    token_claims,
)
from makoto.domain import PLATFORM_TENANT_ID, Principal, TenantRecord
from makoto.domain.membership import Membership
from makoto.domain.sign_in import Challenge, ChallengeAnswer, Tokens
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


def login(command: Login, ports: SignInPorts) -> Tokens | Challenge:
    return ports.identity.sign_in(command.username, command.password.get_secret_value())


def answer_challenge(command: ChallengeAnswer, ports: SignInPorts) -> Tokens | Challenge:
    return ports.identity.respond_to_challenge(command)


def refresh(command: Refresh, ports: SignInPorts) -> Tokens:
    return ports.identity.refresh(command.refresh_token)


def logout(command: Logout, principal: Principal, ports: SignInPorts) -> None:
    """End the caller's session: none of its access tokens passes the gate again, whatever their expiry."""
    if principal.session_id is not None:
        ports.sessions.revoke(principal.session_id, ports.clock.now() + SESSION_LIFETIME)
    if command.refresh_token is not None:
        ports.identity.revoke(command.refresh_token)


def me(principal: Principal, ports: SignInPorts) -> Me:
    platform = principal.tenant_id == PLATFORM_TENANT_ID
    tenant = None if platform else ports.configuration.tenant(principal.tenant_id)
    return Me(
        subject=principal.subject,
        username=principal.username,
        tenant_id=principal.tenant_id,
        role=principal.role,
        features=tenant.features if tenant else (),
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
