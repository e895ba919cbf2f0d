"""A key pair of this process that signs tokens as Cognito does."""

import base64
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from makoto.ports.signing_keys import Jwk


class TokenSigner:
    """An RSA key with its id; making one takes about 0.1 s."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id

    @cached_property
    def private_key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """Write a compact RS256 token; `headers` are added to the usual ones or replace them."""
        return jwt.encode(
            dict(claims), self.private_key, algorithm="RS256", headers={"kid": self.key_id, **(headers or {})}
        )

    def jwk(self) -> Jwk:
        """The public half, as a key set holds it."""
        public = self.private_key.public_key().public_numbers()
        numbers = {"n": _base64url(public.n), "e": _base64url(public.e)}
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.key_id, **numbers}


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@lru_cache(maxsize=1)
def process_signer() -> TokenSigner:
    """The signer that the memory cloud's identity provider and key set share."""
    return TokenSigner("memory-key")
