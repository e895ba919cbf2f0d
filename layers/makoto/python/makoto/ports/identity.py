"""People who sign in: their passwords, second factors and tokens, kept by an identity provider."""

from typing import Protocol

from pydantic import SecretStr

from makoto.domain import Role, TenantId, Value
from makoto.domain.sign_in import Caller, Challenge, ChallengeAnswer, Tokens
from makoto.errors import Conflict, FieldError, Forbidden, Invalid, Unauthenticated


class NewUser(Value):
    """Somebody to invite; the e-mail address is the name to sign in with.

    Without a temporary password the provider makes one and sends it by e-mail.
    """

    email: str
    tenant_id: TenantId
    role: Role
    temporary_password: SecretStr | None = None


class IdentityUser(Value):
    """A user as the provider knows him; `username` is the name that tokens and memberships carry."""

    username: str
    subject: str
    email: str
    enabled: bool


class SignInRefused(Unauthenticated):
    """The same answer to an unknown user, a disabled one and a wrong password, so that nobody can list users."""

    def __init__(self) -> None:
        super().__init__("the user name or the password is not right")


class PasswordResetRequired(Unauthenticated):
    """The password was right and is no longer good."""

    def __init__(self) -> None:
        super().__init__("the password must be reset by an administrator before the next sign-in")


class SignInNotAllowed(Forbidden):
    """The password was right, but the account has no place in an active tenant."""

    def __init__(self) -> None:
        super().__init__("this account belongs to no active tenant")


class ChallengeExpired(Unauthenticated):
    """The session is unknown, used or too old."""

    def __init__(self) -> None:
        super().__init__("the challenge is no longer open; sign in again")


class CodeRejected(Unauthenticated):
    """The one-time code is wrong or too old."""

    def __init__(self) -> None:
        super().__init__("the one-time code is not right")


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired or revoked."""

    def __init__(self) -> None:
        super().__init__("the refresh token is not good; sign in again")


class AccessTokenRefused(Unauthenticated):
    """The access token has expired or was revoked, or its bearer is gone."""

    def __init__(self) -> None:
        super().__init__("the access token is no longer good; sign in again")


class WrongTotpCode(Invalid):
    """A signed-in person's one-time code is wrong, too old or of an app that was never offered: he stays signed in."""

    def __init__(self) -> None:
        rule = FieldError("/body/totp_code", "totp_code", "wrong, too old or of another authenticator app")
        super().__init__("the one-time code is not right", errors=(rule,))


class PasswordRejected(Invalid):
    """The new password breaks the password policy."""

    def __init__(self) -> None:
        rule = FieldError("/body/new_password", "password_policy", "too short, too simple or used before")
        super().__init__("the new password breaks the password policy", errors=(rule,))


class UserTaken(Conflict):
    """The user name is somebody's in another tenant; which one is not said."""

    def __init__(self) -> None:
        super().__init__("the e-mail address is already in use")


class IdentityProvider(Protocol):
    """Each operation is safe to repeat. Raises the errors above, Throttled and Unavailable."""

    def sign_in(self, username: str, password: str, caller: Caller) -> Tokens | Challenge: ...

    def respond_to_challenge(self, answer: ChallengeAnswer, caller: Caller) -> Tokens | Challenge:
        """Answer a challenge; the next one may follow."""
        ...

    def refresh(self, refresh_token: str) -> Tokens: ...

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token and the access tokens it gave; harmless for one that is unknown."""
        ...

    def has_totp(self, access_token: SecretStr) -> bool:
        """Whether the token's bearer is asked for a one-time code at sign-in; AccessTokenRefused for a bad token."""
        ...

    def offer_totp(self, access_token: SecretStr) -> SecretStr:
        """Make a secret for an authenticator app, which counts once it is confirmed; the last one offered holds."""
        ...

    def confirm_totp(self, access_token: SecretStr, totp_code: str, device_name: str | None) -> None:
        """Ask for one-time codes from now on; WrongTotpCode unless the app shows this one."""
        ...

    def remove_totp(self, access_token: SecretStr, totp_code: str) -> None:
        """Ask no longer; WrongTotpCode unless the app shows this code."""
        ...

    def sign_out_everywhere(self, username: str) -> None:
        """End every refresh token of the user."""
        ...

    def ensure_group(self, group: str, description: str) -> None: ...

    def delete_group(self, group: str) -> None: ...

    def create_user(self, user: NewUser) -> IdentityUser:
        """Create the user in the group named like his tenant, or return him; UserTaken when he is in another's.

        The group must be there.
        """
        ...

    def delete_user(self, username: str) -> None: ...

    def disable_user(self, username: str) -> None:
        """Refuse further sign-ins and refreshes; NotFound for an unknown user."""
        ...

    def enable_user(self, username: str) -> None: ...

    def users_of(self, group: str) -> tuple[IdentityUser, ...]:
        """List the members of a group; none when there is no such group."""
        ...
