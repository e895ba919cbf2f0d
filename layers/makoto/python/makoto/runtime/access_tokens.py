"""Proves an access token: signature, issuer, audience, use and time; nothing in the token says how to check it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn

import jwt
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, ValidationError

from makoto.domain import Role, TenantId
from makoto.errors import Unauthenticated
from makoto.ports.clock import Clock
from makoto.ports.signing_keys import Jwk, SigningKeys, UnknownKey
from makoto.runtime.composition import Platform

ALGORITHM = "RS256"
LEEWAY = timedelta(seconds=5)
LONGEST_TOKEN = 8192
SHORTEST_MODULUS_BITS = 2048

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)

Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=256)]
Seconds = Annotated[StrictInt, Field(ge=0, le=253_402_300_799)]  # until the year 9999


class TokenRefused(Unauthenticated):
    """The token proves nothing; which check failed is for the log, not for the caller."""


class AccessClaims(BaseModel):
    """What a proven token says; claims that we do not use are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    subject: Text = Field(alias="sub")
    username: Text
    tenant_id: TenantId
    role: Role
    token_id: Text = Field(alias="jti")
    session_id: Text = Field(alias="origin_jti")
    issued: Seconds = Field(alias="iat")
    expires: Seconds = Field(alias="exp")
    not_before: Seconds = Field(default=0, alias="nbf")

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)


class AccessTokens:
    """Verifies tokens of one issuer for one client."""

    def __init__(self, keys: SigningKeys, clock: Clock, *, issuer: str, client_id: str) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._client_id = client_id
        self._parsed: dict[str, tuple[Jwk, jwt.PyJWK]] = {}

    def verify(self, token: str) -> AccessClaims:
        """Return the claims of a good token; TokenRefused for every other text."""
        if len(token) > LONGEST_TOKEN or not _COMPACT.fullmatch(token):
            _refuse("it is not a compact token")
        payload = self._signed_payload(token)
        if payload.get("iss") != self._issuer or payload.get("client_id") != self._client_id:
            _refuse("it is from another issuer or for another client")
        if payload.get("token_use") != "access":
            _refuse("it is not an access token")
        try:
            claims = AccessClaims.model_validate(payload)
        except ValidationError as error:
            raise TokenRefused("the token lacks a claim") from error
        self._check_time(claims)
        return claims

    def _signed_payload(self, token: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if not isinstance(header.get("kid"), str):
                _refuse("its header names no key")
            payload: Mapping[str, Any] = jwt.decode(
                token, self._key(header["kid"]), algorithms=[ALGORITHM], options=_SIGNATURE_ONLY
            )
        except (jwt.PyJWTError, UnknownKey) as error:
            raise TokenRefused("the token is not signed by us") from error
        return payload

    def _key(self, key_id: str) -> jwt.PyJWK:
        """Parse a key once; the same id with another key is parsed anew."""
        document = self._keys.key(key_id)
        known, parsed = self._parsed.get(key_id, (None, None))
        if parsed is None or known is not document:
            if document.get("kty") != "RSA" or document.get("use", "sig") != "sig":
                _refuse("its key is not for signing")
            parsed = jwt.PyJWK(dict(document), algorithm=ALGORITHM)
            if parsed.key.key_size < SHORTEST_MODULUS_BITS:
                _refuse("its key is too short")
            self._parsed[key_id] = (document, parsed)
        return parsed

    def _check_time(self, claims: AccessClaims) -> None:
        now = self._clock.now()
        begins = datetime.fromtimestamp(max(claims.issued, claims.not_before), UTC)
        if now >= claims.expires_at + LEEWAY:
            _refuse("it has expired")
        if now < begins - LEEWAY:
            _refuse("it is not valid yet")


_SIGNATURE_ONLY: Any = {  # the claims are checked here, by our own clock
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def _refuse(because: str) -> NoReturn:
    raise TokenRefused(f"the token is refused: {because}")


def access_tokens(platform: Platform) -> AccessTokens:
    """Trust the platform's own user pool and app client, as the settings name them."""
    settings = platform.settings
    issuer = f"https://cognito-idp.{settings.region}.amazonaws.com/{settings.user_pool_id}"
    keys = SigningKeys(platform.adapter("signing_keys"), platform.clock)
    return AccessTokens(keys, platform.clock, issuer=issuer, client_id=settings.user_pool_client_id)
