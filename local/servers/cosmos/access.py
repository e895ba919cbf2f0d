"""Who may speak to the account: whoever signs with its key, or shows a token of a known principal."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from local.servers.cosmos.errors import Refused

KEY = base64.b64encode(hashlib.sha512(b"the key of a stand-in on a laptop is no secret").digest()).decode()
AUDIENCE = "https://cosmos.azure.com"


@dataclass(frozen=True)
class Access:
    """`signing_key` is the PEM of the directory that signs tokens; no `principals` means any of its applications."""

    key: str = KEY
    signing_key: Path | None = None
    principals: frozenset[str] = field(default_factory=frozenset)
    keys_only_manage: bool = False

    def check(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Refuse a request that is not signed (401) or whose principal has no role (403)."""
        told = dict(part.partition("=")[::2] for part in unquote(headers.get("authorization", "")).split("&"))
        if told.get("type") == "master":
            return self._check_signature(method, path, headers.get("x-ms-date", ""), told.get("sig", ""))
        if told.get("type") != "aad":
            raise _unauthorized("Required Header authorization is missing or of no known type.")
        self._check_principal(self._claims(told.get("sig", "")))
        if self.keys_only_manage and method != "GET" and "docs" not in path.split("/"):
            raise Refused(403, "Forbidden", "This cannot be authorized by AAD token in data plane.", sub_status=5300)
        return None

    def _check_signature(self, method: str, path: str, date: str, given: str) -> None:
        kind, link = signed_resource(path)
        text = f"{method.lower()}\n{kind}\n{link}\n{date.lower()}\n\n"
        digest = hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()
        if not hmac.compare_digest(base64.b64encode(digest).decode(), given):
            raise _unauthorized("The input authorization token can't serve the request.")

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        if self.signing_key is None or not self.signing_key.exists():
            raise _unauthorized("This account takes no tokens.")
        key: Any = load_pem_private_key(self.signing_key.read_bytes(), None)
        try:
            claims: dict[str, Any] = jwt.decode(token, key.public_key(), algorithms=["RS256"], audience=AUDIENCE)
        except jwt.InvalidTokenError as error:
            raise _unauthorized(f"The token is refused: {error}") from error
        return claims

    def _check_principal(self, claims: Mapping[str, Any]) -> None:
        if self.principals and claims.get("oid") not in self.principals:
            raise Refused(
                403, "Forbidden", "The principal does not have the required RBAC permissions.", sub_status=5301
            )


def signed_resource(path: str) -> tuple[str, str]:
    """Return the type and the name that a signature covers: of a feed, those of what holds it."""
    segments = [unquote(segment) for segment in path.strip("/").split("/") if segment]
    if len(segments) % 2:
        return segments[-1], "/".join(segments[:-1])
    return (segments[-2], "/".join(segments)) if segments else ("", "")


def _unauthorized(text: str) -> Refused:
    return Refused(401, "Unauthorized", text)
