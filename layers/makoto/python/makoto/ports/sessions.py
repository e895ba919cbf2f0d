"""Sessions that were ended before their tokens expired."""

from datetime import datetime
from typing import Protocol


class SessionsDriver(Protocol):
    """A key set whose members carry their own expiry."""

    def put(self, key: str, expires_at: datetime) -> None:
        """Store the key, keeping it at least until `expires_at`."""
        ...

    def has(self, key: str) -> bool:
        """Say whether the key is stored; a stored key is seen at once."""
        ...


class Sessions:
    """Names a session by `origin_jti`, which every access token of one sign-in shares across refreshes."""

    def __init__(self, driver: SessionsDriver) -> None:
        self._driver = driver

    def revoke(self, origin_jti: str, expires_at: datetime) -> None:
        """Refuse the session's tokens; `expires_at` is when the last of them is worthless by itself."""
        self._driver.put(_key(origin_jti), expires_at)

    def is_revoked(self, origin_jti: str) -> bool:
        return self._driver.has(_key(origin_jti))


def _key(origin_jti: str) -> str:
    return f"revoked#{origin_jti}"
