"""Addresses signed for S3, version 4, in the query (AWS, "Authenticating Requests: Using Query Parameters")."""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlsplit

from makoto.adapters.stores.s3.bucket import Keys
from makoto.ports.objects import Method

ALGORITHM = "AWS4-HMAC-SHA256"


def signed(
    method: Method,
    address: str,
    keys: Keys,
    *,
    region: str,
    now: datetime,
    expires_in_s: int,
    query: dict[str, str] | None = None,
) -> str:
    """Sign one method on one address, which is percent-encoded already; obstore's own takes no `query` of ours."""
    at = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{at[:8]}/{region}/s3/aws4_request"
    asked = {
        **(query or {}),
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{keys.access_key_id}/{scope}",
        "X-Amz-Date": at,
        "X-Amz-Expires": str(expires_in_s),
        "X-Amz-SignedHeaders": "host",
    }
    if keys.session_token:
        asked["X-Amz-Security-Token"] = keys.session_token
    sorted_query = "&".join(
        sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in asked.items())
    )
    signature = hmac.new(
        _signing_key(keys.secret_access_key, at[:8], region),
        "\n".join((ALGORITHM, at, scope, _sum(_canonical(method, address, sorted_query)))).encode(),
        hashlib.sha256,
    ).hexdigest()
    return f"{address}?{sorted_query}&X-Amz-Signature={signature}"


def disposition(name: str) -> str:
    """Name a download for every browser (RFC 6266): in ASCII, and in full."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in " ._-") else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _canonical(method: str, address: str, query: str) -> str:
    place = urlsplit(address)
    port = {"http": 80, "https": 443}[place.scheme]
    host = place.hostname if place.port in (None, port) else f"{place.hostname}:{place.port}"
    return "\n".join((method, place.path, query, f"host:{host}", "", "host", "UNSIGNED-PAYLOAD"))


def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
