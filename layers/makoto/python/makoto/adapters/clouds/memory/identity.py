"""People in this process: Cognito's flows with real RS256 tokens, one-time codes and the pre-token trigger."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from pydantic import SecretStr

from makoto.adapters.clouds.memory.one_time_codes import new_secret, shows, totp
from makoto.adapters.clouds.memory.pool import OpenChallenge, PoolUser, pre_token_event
from makoto.adapters.clouds.memory.signing import TokenSigner, process_signer
from makoto.adapters.system import SystemClock
from makoto.domain.sign_in import Caller, Challenge, ChallengeAnswer, ChallengeName, Tokens
from makoto.errors import MakotoError, NotFound
from makoto.ports.clock import Clock
from makoto.ports.identity import (
    AccessTokenRefused,
    ChallengeExpired,
    CodeRejected,
    IdentityUser,
    NewUser,
    PasswordRejected,
    RefreshRefused,
    SignInNotAllowed,
    SignInRefused,
    UserTaken,
    WrongTotpCode,
)
from makoto.settings import RuntimeSettings

__all__ = ["MemoryIdentity", "connect", "totp"]

ACCESS_TOKEN_S = 3600
SHORTEST_PASSWORD = 12
_BY_OUR_CLOCK: Any = dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf"), False)

Trigger = Callable[[dict[str, Any]], Mapping[str, Any]]


class MemoryIdentity:
    """A user pool; `pre_token_generation` is the trigger's handler, called with Cognito's V2 event."""

    def __init__(self, clock: Clock, signer: TokenSigner, *, region: str, pool_id: str, client_id: str) -> None:
        self.pre_token_generation: Trigger | None = None
        self.issuer = f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"
        self._clock, self._signer, self._region = clock, signer, region
        self._pool_id, self._client_id = pool_id, client_id
        self._users: dict[str, PoolUser] = {}
        self._groups: set[str] = set()
        self._challenges: dict[str, OpenChallenge] = {}
        self._refreshable: dict[str, tuple[str, str]] = {}  # refresh token -> username, origin_jti

    def sign_in(self, username: str, password: str, caller: Caller) -> Tokens | Challenge:
        user = self._find(username)
        if user is None or not user.enabled or not hmac.compare_digest(user.password.encode(), password.encode()):
            raise SignInRefused
        return self._next(user)

    def respond_to_challenge(self, answer: ChallengeAnswer, caller: Caller) -> Tokens | Challenge:
        opened = self._challenges.get(answer.session)
        user = self._find(answer.username)
        if opened is None or user is None or (opened.username, opened.challenge) != (user.username, answer.challenge):
            raise ChallengeExpired
        match opened.challenge:
            case ChallengeName.NEW_PASSWORD_REQUIRED:
                user.password, user.must_change_password = _accepted(answer), False
            case ChallengeName.MFA_SETUP:
                self._check_code(opened.totp_secret, answer)
                user.totp_secret = opened.totp_secret
            case ChallengeName.SOFTWARE_TOKEN_MFA:
                self._check_code(user.totp_secret, answer)
        del self._challenges[answer.session]
        answered_code = opened.challenge is not ChallengeName.NEW_PASSWORD_REQUIRED
        return self._issue(user) if answered_code else self._next(user)

    def refresh(self, refresh_token: str) -> Tokens:
        username, origin_jti = self._refreshable.get(refresh_token, ("", ""))
        user = self._users.get(username)
        if user is None or not user.enabled:
            raise RefreshRefused
        return self._tokens(user, origin_jti, trigger="TokenGeneration_RefreshTokens")

    def revoke(self, refresh_token: str) -> None:
        self._refreshable.pop(refresh_token, None)

    def has_totp(self, access_token: SecretStr) -> bool:
        return self._bearer(access_token).totp_secret is not None

    def offer_totp(self, access_token: SecretStr) -> SecretStr:
        user = self._bearer(access_token)
        user.totp_offered = new_secret()
        return SecretStr(user.totp_offered)

    def confirm_totp(self, access_token: SecretStr, totp_code: str, device_name: str | None) -> None:
        user = self._bearer(access_token)
        user.totp_secret = self._proven(user, totp_code)
        user.totp_offered = None

    def remove_totp(self, access_token: SecretStr, totp_code: str) -> None:
        user = self._bearer(access_token)
        self._proven(user, totp_code)
        user.totp_secret = user.totp_offered = None

    def _proven(self, user: PoolUser, totp_code: str) -> str:
        """The secret of the app that was offered, else of the one in use, when it shows the code."""
        secret = user.totp_offered or user.totp_secret
        if secret is None or not shows(secret, totp_code, self._clock.now()):
            raise WrongTotpCode
        return secret

    def _bearer(self, access_token: SecretStr) -> PoolUser:
        """Whose token this is; a token whose session has ended is nobody's."""
        key = self._signer.private_key.public_key()
        try:
            claims = jwt.decode(access_token.get_secret_value(), key, algorithms=["RS256"], options=_BY_OUR_CLOCK)
        except jwt.PyJWTError as error:
            raise AccessTokenRefused from error
        user = self._users.get(claims.get("username", ""))
        is_open = (claims.get("username"), claims.get("origin_jti")) in self._refreshable.values()
        if user is None or not user.enabled or not is_open or claims["exp"] <= self._clock.now().timestamp():
            raise AccessTokenRefused
        return user

    def sign_out_everywhere(self, username: str) -> None:
        user = self._known(username)
        kept = {token: of for token, of in self._refreshable.items() if of[0] != user.username}
        self._refreshable = kept

    def ensure_group(self, group: str, description: str) -> None:
        self._groups.add(group)

    def delete_group(self, group: str) -> None:
        self._groups.discard(group)
        for user in self._users.values():
            user.groups.discard(group)

    def create_user(self, user: NewUser) -> IdentityUser:
        if user.tenant_id not in self._groups:
            raise NotFound("there is no such group")
        password = user.temporary_password.get_secret_value() if user.temporary_password else secrets.token_urlsafe(16)
        username = user.email.lower()
        known = self._users.setdefault(username, PoolUser(username, user.email, password))
        if known.groups - {user.tenant_id}:
            raise UserTaken
        known.groups.add(user.tenant_id)
        return known.public()

    def delete_user(self, username: str) -> None:
        user = self._find(username)
        if user is not None:
            del self._users[user.username]

    def disable_user(self, username: str) -> None:
        self._known(username).enabled = False

    def enable_user(self, username: str) -> None:
        self._known(username).enabled = True

    def users_of(self, group: str) -> tuple[IdentityUser, ...]:
        return tuple(user.public() for user in self._users.values() if group in user.groups)

    def require_totp(self, username: str) -> None:
        """Ask for a one-time code from now on, as a pool with obligatory MFA does."""
        self._known(username).must_have_totp = True

    def _find(self, username: str) -> PoolUser | None:
        named = (user for user in self._users.values() if username.lower() in (user.username, user.email.lower()))
        return next(named, None)

    def _known(self, username: str) -> PoolUser:
        user = self._find(username)
        if user is None:
            raise NotFound("there is no such user")
        return user

    def _next(self, user: PoolUser) -> Tokens | Challenge:
        """What a right password leads to."""
        if user.must_change_password:
            return self._ask(OpenChallenge(user.username, ChallengeName.NEW_PASSWORD_REQUIRED))
        if user.totp_secret is not None:
            return self._ask(OpenChallenge(user.username, ChallengeName.SOFTWARE_TOKEN_MFA))
        if user.must_have_totp:
            secret = new_secret()
            return self._ask(OpenChallenge(user.username, ChallengeName.MFA_SETUP, secret), secret_code=secret)
        return self._issue(user)

    def _ask(self, opened: OpenChallenge, **parameters: str) -> Challenge:
        session = secrets.token_urlsafe(48)
        self._challenges[session] = opened
        return Challenge(challenge=opened.challenge, session=session, parameters=parameters)

    def _check_code(self, secret: str | None, answer: ChallengeAnswer) -> None:
        if not shows(secret, answer.totp_code, self._clock.now()):
            raise CodeRejected

    def _issue(self, user: PoolUser) -> Tokens:
        origin_jti, refresh_token = secrets.token_hex(16), secrets.token_urlsafe(64)
        tokens = self._tokens(user, origin_jti, trigger="TokenGeneration_Authentication")
        self._refreshable[refresh_token] = (user.username, origin_jti)
        return tokens.model_copy(update={"refresh_token": refresh_token})

    def _tokens(self, user: PoolUser, origin_jti: str, *, trigger: str) -> Tokens:
        now = int(self._clock.now().timestamp())
        both = {"sub": user.username, "iss": self.issuer, "iat": now, "auth_time": now, "exp": now + ACCESS_TOKEN_S}
        both |= {"origin_jti": origin_jti, "cognito:groups": sorted(user.groups)}
        access = {"token_use": "access", "client_id": self._client_id, "username": user.username}
        identity = {"token_use": "id", "aud": self._client_id, "cognito:username": user.username, "email": user.email}
        added = self._added_claims(user, trigger)
        return Tokens(
            access_token=self._signer.sign({**both, "jti": secrets.token_hex(16), **access, **added}),
            id_token=self._signer.sign({**both, "jti": secrets.token_hex(16), **identity}),
            expires_in_s=ACCESS_TOKEN_S,
        )

    def _added_claims(self, user: PoolUser, trigger: str) -> Mapping[str, Any]:
        if self.pre_token_generation is None:
            return {}
        try:
            answer = self.pre_token_generation(self._event(user, trigger))
        except MakotoError as error:
            raise SignInNotAllowed from error
        claims: Mapping[str, Any] = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
        added: Mapping[str, Any] = claims["claimsToAddOrOverride"]
        return added

    def _event(self, user: PoolUser, trigger: str) -> dict[str, Any]:
        return pre_token_event(user, trigger, region=self._region, pool_id=self._pool_id, client_id=self._client_id)


def _accepted(answer: ChallengeAnswer) -> str:
    password = answer.new_password.get_secret_value() if answer.new_password else ""
    kinds = (str.isupper, str.islower, str.isdigit)
    if len(password) < SHORTEST_PASSWORD or not all(any(map(kind, password)) for kind in kinds):
        raise PasswordRejected
    return password


def connect(settings: RuntimeSettings) -> MemoryIdentity:
    """Start without users; tokens are signed with the process's own key."""
    return MemoryIdentity(
        SystemClock(),
        process_signer(),
        region=settings.region,
        pool_id=settings.user_pool_id,
        client_id=settings.user_pool_client_id,
    )
