"""The public keys that our identity provider signs tokens with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from makoto.errors import NotFound, Unavailable
from makoto.ports.clock import Clock

Jwk = Mapping[str, Any]

KEPT = timedelta(hours=12)
PAUSE = timedelta(minutes=1)


class SigningKeysDriver(Protocol):
    """One place, named by the settings and never by a token, that serves a key set (RFC 7517)."""

    def fetch(self) -> list[Jwk]:
        """Read the key set; Unavailable when it cannot be read."""
        ...


class UnknownKey(NotFound):
    """No key of our provider has this id."""


class SigningKeys:
    """The key set, read when first needed, again after 12 hours and, for an unknown id, at most once a minute.

    A known key outlives an outage of the place that serves the set.
    """

    def __init__(self, driver: SigningKeysDriver, clock: Clock) -> None:
        self._driver = driver
        self._clock = clock
        self._keys: dict[str, Jwk] = {}
        self._tried_at: datetime | None = None
        self._read_at: datetime | None = None

    def key(self, key_id: str) -> Jwk:
        """Find a key; UnknownKey when the provider has none of this id, Unavailable when it cannot be asked."""
        if self._is_due(key_id):
            self._read(key_id)
        if key_id not in self._keys:
            raise UnknownKey("no key of the identity provider has this id")
        return self._keys[key_id]

    def _is_due(self, key_id: str) -> bool:
        if self._tried_at is None or self._read_at is None:
            return True
        now = self._clock.now()
        is_wanted = key_id not in self._keys or now - self._read_at >= KEPT
        return is_wanted and now - self._tried_at >= PAUSE

    def _read(self, key_id: str) -> None:
        self._tried_at = self._clock.now()
        try:
            fetched = self._driver.fetch()
        except Unavailable:
            if key_id in self._keys:
                return
            raise
        self._keys = {str(key["kid"]): key for key in fetched if "kid" in key}
        self._read_at = self._tried_at
