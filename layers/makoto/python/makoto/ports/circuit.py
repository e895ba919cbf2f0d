"""Standing back from a store that is down: its tenant is answered at once, and no other tenant waits for it."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from makoto.ports.connection import StoreDown

FAILURES = 5
WITHIN = timedelta(seconds=60)
OPEN_FOR = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """A store in trouble: how often it failed in a row (five at most are counted), and how long it is left alone."""

    failures: int
    is_open: bool
    retry_after_s: int = 0


class Circuit:
    """Opens after five failures in a row within a minute; after 15 s one call at a time tries whether it may close."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed_at: deque[datetime] = deque(maxlen=FAILURES)
        self._left_until: datetime | None = None

    def enter(self, now: datetime) -> None:
        """Let a call pass; StoreDown while the circuit is open. Who tries holds the others off for 15 s more."""
        with self._lock:
            if self._left_until is None:
                return
            if now < self._left_until:
                raise StoreDown("the tenant's store is down", retry_after_s=_seconds(self._left_until - now))
            self._left_until = now + OPEN_FOR

    def failed(self, now: datetime) -> bool:
        """Count a failure; true when the circuit opens by it."""
        with self._lock:
            self._failed_at.append(now)
            if self._left_until is not None:
                self._left_until = max(self._left_until, now + OPEN_FOR)
                return False
            if len(self._failed_at) < FAILURES or now - self._failed_at[0] > WITHIN:
                return False
            self._left_until = now + OPEN_FOR
            return True

    def health(self, now: datetime) -> StoreHealth:
        """Tell how it stands."""
        with self._lock:
            if self._left_until is None:
                return StoreHealth(len(self._failed_at), is_open=False)
            return StoreHealth(len(self._failed_at), True, _seconds(max(self._left_until - now, timedelta(0))))


def _seconds(span: timedelta) -> int:
    return max(1, ceil(span.total_seconds()))
