"""What must not stand in a log: secrets by key, tokens, e-mail addresses and keys by shape."""

import re
from typing import Any

MASK = "*****"

_SECRET_KEY = re.compile(
    r"password|secret|token|authorization|cookie|credential|private.?key|api.?key|external.?id|totp|certificate.?pem|^session$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web token
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS access key id
    r"|\bsk-[\w-]{16,}"  # LLM provider key
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",  # credentials in a URL
    re.DOTALL,
)
_EMAIL = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")


def mask(value: Any) -> Any:
    """Replace secrets and personal data in a log record, at any depth; keys stay, values go."""
    if isinstance(value, dict):
        return {key: MASK if _hides(key, item) else mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    if isinstance(value, str):
        return _EMAIL.sub(r"\1***@\2", _SECRET_TEXT.sub(MASK, value))
    return value


def _hides(key: object, item: Any) -> bool:
    return isinstance(key, str) and isinstance(item, str | bytes | dict | list) and bool(_SECRET_KEY.search(key))
