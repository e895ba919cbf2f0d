"""What a user pool in memory holds, and the event that it sends to its trigger."""

from dataclasses import dataclass, field
from typing import Any

from makoto.domain.sign_in import ChallengeName
from makoto.ports.identity import IdentityUser


@dataclass
class PoolUser:
    username: str
    email: str
    password: str
    groups: set[str] = field(default_factory=set)
    enabled: bool = True
    must_change_password: bool = True
    must_have_totp: bool = False
    totp_secret: str | None = None
    totp_offered: str | None = None

    def public(self) -> IdentityUser:
        return IdentityUser(username=self.username, subject=self.username, email=self.email, enabled=self.enabled)


@dataclass(frozen=True)
class OpenChallenge:
    """A challenge waiting for its answer."""

    username: str
    challenge: ChallengeName
    totp_secret: str = ""


def pre_token_event(user: PoolUser, trigger: str, *, region: str, pool_id: str, client_id: str) -> dict[str, Any]:
    """Cognito's V2 event of pre-token generation."""
    attributes = {"sub": user.username, "email": user.email, "email_verified": "true"}
    groups = {"groupsToOverride": sorted(user.groups), "iamRolesToOverride": [], "preferredRole": None}
    return {
        "version": "2",
        "triggerSource": trigger,
        "region": region,
        "userPoolId": pool_id,
        "userName": user.username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
        "request": {"userAttributes": attributes, "groupConfiguration": groups, "scopes": []},
        "response": {"claimsAndScopeOverrideDetails": None},
    }
