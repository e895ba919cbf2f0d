"""What a request says of its sender: the bearer token it carries, and where it comes from."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from makoto.domain.sign_in import Caller

SCHEME = "bearer "

TELLING = frozenset({"accept", "accept-encoding", "accept-language", "user-agent"})
"""The headers that tell one device from another; none of them holds a credential."""


def bearer(header: object) -> str:
    """The token of `Bearer <token>`; what is not that fails the verification as an empty token."""
    if not isinstance(header, str) or header[: len(SCHEME)].lower() != SCHEME:
        return ""
    return header[len(SCHEME) :].strip(" ")


def access_token(event: Mapping[str, Any]) -> SecretStr:
    """The token that the authorizer has proven, in a wrapping that no log and no traceback opens."""
    return SecretStr(bearer(_headers(event).get("authorization")))


def caller(event: Mapping[str, Any]) -> Caller:
    """Where an API Gateway request comes from: the address of the connection, which the sender cannot choose."""
    request = event["requestContext"]
    return Caller(
        ip_address=request["identity"]["sourceIp"],
        server_name=request.get("domainName") or "",
        server_path=event["path"],
        headers=tuple((name, text) for name, text in _headers(event).items() if name in TELLING),
    )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): text for name, text in (event.get("headers") or {}).items()}
