"""Ended sessions in this process."""

from datetime import datetime

from makoto.ports.sessions import Sessions
from makoto.settings import RuntimeSettings


class MemorySessions:
    """Keys in a dictionary; nothing is forgotten, as the table's expiry may come late too."""

    def __init__(self) -> None:
        self._expires_at: dict[str, datetime] = {}

    def put(self, key: str, expires_at: datetime) -> None:
        self._expires_at[key] = max(expires_at, self._expires_at.get(key, expires_at))

    def has(self, key: str) -> bool:
        return key in self._expires_at


def connect(settings: RuntimeSettings) -> Sessions:
    """Start empty."""
    return Sessions(MemorySessions())
