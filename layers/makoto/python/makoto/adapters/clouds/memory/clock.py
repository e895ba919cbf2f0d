"""A clock that stands still until it is told."""

import threading
from datetime import UTC, datetime, timedelta

DEFAULT_START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


class FixedClock:
    """Shows the same instant until it is moved; sleeping moves it."""

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
