"""Secrets in a dictionary."""

import threading

from makoto.ports.secrets import SecretNotFound


class MemorySecrets:
    """One tenant's secrets."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._lock = threading.Lock()

    def read(self, name: str) -> str:
        try:
            return self._values[name]
        except KeyError as error:
            raise SecretNotFound(name) from error

    def create(self, name: str, value: str) -> bool:
        with self._lock:
            is_new = name not in self._values
            self._values.setdefault(name, value)
        return is_new

    def update(self, name: str, value: str) -> bool:
        with self._lock:
            if name not in self._values:
                return False
            self._values[name] = value
        return True

    def delete(self, name: str) -> None:
        self._values.pop(name, None)
