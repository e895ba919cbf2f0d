"""SCRAM-SHA-256 (RFC 5802, RFC 7677): the server's side."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Self

from local.servers.mongo.errors import CommandError

ITERATIONS = 4096  # the least that drivers accept


def _refused() -> CommandError:
    return CommandError(18, "Authentication failed.")


@dataclass(frozen=True, slots=True)
class Verifier:
    """What the server keeps of a password."""

    salt: bytes
    stored_key: bytes
    server_key: bytes

    @classmethod
    def of(cls, password: str) -> Self:
        salt = secrets.token_bytes(28)
        prepared = unicodedata.normalize("NFKC", password).encode()
        salted = hashlib.pbkdf2_hmac("sha256", prepared, salt, ITERATIONS)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        return cls(salt, hashlib.sha256(client_key).digest(), hmac.digest(salted, b"Server Key", "sha256"))


@dataclass(slots=True)
class Conversation:
    """One sign-in, between its first and its last message."""

    username: str
    verifier: Verifier | None
    client_first: str
    server_first: str

    def finish(self, payload: bytes) -> bytes:
        """Check the client's proof and return the server's signature."""
        text = payload.decode()
        without_proof, _, proof = text.rpartition(",p=")
        fields = _fields(text)
        if self.verifier is None or f"r={fields['r']}" != self.server_first.split(",")[0]:
            raise _refused()
        signed = f"{self.client_first},{self.server_first},{without_proof}".encode()
        signature = hmac.digest(self.verifier.stored_key, signed, "sha256")
        client_key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
        if not hmac.compare_digest(hashlib.sha256(client_key).digest(), self.verifier.stored_key):
            raise _refused()
        return b"v=" + base64.b64encode(hmac.digest(self.verifier.server_key, signed, "sha256"))


def username_of(payload: bytes) -> str:
    """Return who signs in, from the client's first message."""
    return _fields(payload.decode().partition(",,")[2])["n"].replace("=2C", ",").replace("=3D", "=")


def begin(username: str, verifier: Verifier | None, payload: bytes) -> Conversation:
    """Answer the client's first message; that a user is not known shows at the end only."""
    first = payload.decode().partition(",,")[2]
    salt = verifier.salt if verifier else hashlib.sha224(username.encode()).digest()
    nonce = _fields(first)["r"] + base64.b64encode(secrets.token_bytes(24)).decode()
    return Conversation(username, verifier, first, f"r={nonce},s={base64.b64encode(salt).decode()},i={ITERATIONS}")


def _fields(text: str) -> dict[str, str]:
    return {part[0]: part[2:] for part in text.split(",") if part[1:2] == "="}
