"""What an authenticator app shows, and whether it is what was typed."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp(secret: str, at: datetime, step: int = 0) -> str:
    """The code that an authenticator app shows: RFC 6238 with HMAC-SHA-1, 30 s, 6 digits."""
    counter = struct.pack(">Q", int(at.timestamp()) // 30 + step)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{int.from_bytes(digest[offset : offset + 4], 'big') % 2**31 % 10**6:06d}"


def shows(secret: str | None, code: str | None, at: datetime) -> bool:
    """Whether the app with this secret shows the code now, or 30 s before or after."""
    return secret is not None and code in {totp(secret, at, step) for step in (-1, 0, 1)}
