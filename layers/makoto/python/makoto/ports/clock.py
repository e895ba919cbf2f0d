"""Time as a use case may know it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the time and let it pass; the only source of both."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a fixed clock moves on instead of waiting."""
        ...
