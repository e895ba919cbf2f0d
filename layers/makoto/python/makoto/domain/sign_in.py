"""What a sign-in exchanges: questions, answers and tokens; none of it shows in a log."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from makoto.domain.value import Value

Username = Annotated[str, StringConstraints(pattern=r"^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$", max_length=128)]
"""Any visible characters, as Cognito allows; no space, no control character."""

TotpCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


def _printable(password: SecretStr) -> SecretStr:
    if not password.get_secret_value().isprintable():
        raise ValueError("a password has visible characters and spaces only")
    return password


Password = Annotated[SecretStr, Field(min_length=1, max_length=256), AfterValidator(_printable)]


class Caller(Value):
    """Where a sign-in comes from, for the identity provider's judgement of its risk."""

    ip_address: str
    server_name: str
    server_path: str
    headers: tuple[tuple[str, str], ...] = ()


class ChallengeName(StrEnum):
    """What the identity provider may ask before it gives tokens."""

    NEW_PASSWORD_REQUIRED = "NEW_PASSWORD_REQUIRED"  # noqa: S105  a name
    SOFTWARE_TOKEN_MFA = "SOFTWARE_TOKEN_MFA"  # noqa: S105  a name
    MFA_SETUP = "MFA_SETUP"


class Tokens(Value):
    """What a sign-in gives; a refresh brings no new refresh token."""

    access_token: str = Field(repr=False)
    id_token: str = Field(repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    expires_in_s: int
    token_type: str = "Bearer"  # noqa: S105  RFC 6750


class Challenge(Value):
    """A question to answer within minutes; MFA_SETUP brings its `secret_code` for the authenticator app."""

    challenge: ChallengeName
    session: str = Field(repr=False)
    parameters: dict[str, str] = Field(default_factory=dict, repr=False)


class ChallengeAnswer(Value):
    """The answer: a new password to NEW_PASSWORD_REQUIRED, a code of six digits to the other two."""

    challenge: ChallengeName
    session: str = Field(min_length=20, max_length=2048, pattern=r"^[!-~]+$", repr=False)
    username: Username
    new_password: Password | None = None
    totp_code: TotpCode | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _answers_what_was_asked(self) -> Self:
        asked_password = self.challenge is ChallengeName.NEW_PASSWORD_REQUIRED
        if (self.new_password is not None, self.totp_code is not None) != (asked_password, not asked_password):
            raise ValueError("NEW_PASSWORD_REQUIRED takes new_password, the other challenges take totp_code")
        return self
