"""The public keys that our identity provider signs tokens with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from makoto.errors import NotFound
from makoto.ports.clock import Clock

Jwk = Mapping[str, Any]

KEPT_S = 12 * 3600
PAUSE_S = 60


class SigningKeysDriver(Protocol):
    """One place, named by the settings and never by a token, that serves a key set (RFC 7517)."""

    def fetch(self) -> list[Jwk]:
        """Read the key set; Unavailable when it cannot be read."""
        ...


class UnknownKey(NotFound):
    """No key of our provider has this id."""


class SigningKeys:
    """The key set, read when first needed, again after 12 hours and, for an unknown id, at most once a minute."""

    def __init__(self, driver: SigningKeysDriver, clock: Clock) -> None:
        self._driver = driver
        self._clock = clock
        self._keys: dict[str, Jwk] = {}
        self._fetched_at: datetime | None = None

    def key(self, key_id: str) -> Jwk:
        """Find a key; UnknownKey when the provider has none of this id."""
        if self._is_older_than(KEPT_S) or (key_id not in self._keys and self._is_older_than(PAUSE_S)):
            self._keys = {str(key["kid"]): key for key in self._driver.fetch() if "kid" in key}
            self._fetched_at = self._clock.now()
        if key_id not in self._keys:
            raise UnknownKey("no key of the identity provider has this id")
        return self._keys[key_id]

    def _is_older_than(self, seconds: float) -> bool:
        return self._fetched_at is None or self._clock.now() - self._fetched_at >= timedelta(seconds=seconds)
