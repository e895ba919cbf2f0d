"""Secrets of one tenant: the portable class over every store."""

import re
import threading
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from makoto.errors import FieldError, Invalid, NotFound, Throttled, Unavailable
from makoto.ports.clock import Clock
from makoto.ports.portable import text_bytes

FRESH_FOR = timedelta(minutes=5)
STALE_FOR = timedelta(hours=1)
MAX_VALUE_BYTES = 25_000  # Key Vault's; Secrets Manager takes 65,536
_NAME = re.compile(r"(?=.{1,100}\Z)[a-z0-9]+([/-][a-z0-9]+)*")


class SecretValue:
    """A secret in memory: it shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "SecretValue(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretValue) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not serialised")


class SecretNotFound(NotFound):
    """There is no secret of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("the secret does not exist")
        self.name = name


class SecretsDriver(Protocol):
    """One store of secrets of one tenant."""

    def read(self, name: str) -> str:
        """Return the value; `SecretNotFound`."""
        ...

    def create(self, name: str, value: str) -> bool:
        """Store a new secret; false where the name is taken."""
        ...

    def update(self, name: str, value: str) -> bool:
        """Give a secret a new value; false where there is none."""
        ...

    def delete(self, name: str) -> None:
        """Remove a secret at once; one that is not there is no error."""
        ...


class SecretNames(Protocol):
    """The names of a tenant's secrets, kept beside them, so that nobody needs leave to list the secrets themselves."""

    def add(self, name: str) -> None: ...

    def remove(self, name: str) -> None: ...

    def all(self) -> Sequence[str]:
        """Return the names in order; one of a secret that was never finished, or is gone, may be among them."""
        ...


@dataclass(slots=True)
class _NoNames:
    """Keeps nothing: for secrets that are never moved."""

    def add(self, name: str) -> None:
        pass

    def remove(self, name: str) -> None:
        pass

    def all(self) -> Sequence[str]:
        raise Unavailable("the names of these secrets are not kept")


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    value: SecretValue | None = None
    read_at: datetime | None = None


class Secrets:
    """Read and write a tenant's secrets; values are kept for five minutes, and for an hour while the store is down.

    A name is in `names` before its secret is in the store and until after it is gone.
    """

    def __init__(self, driver: SecretsDriver, clock: Clock, names: SecretNames | None = None) -> None:
        self._driver = driver
        self._clock = clock
        self._names = names or _NoNames()
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> SecretValue:
        """Return the secret; `SecretNotFound`. Callers at the same time share one read."""
        entry = self._entry(_checked_name(name))
        with entry.lock:
            if entry.value is None or not self._is_within(entry, FRESH_FOR):
                self._refresh(name, entry)
            assert entry.value is not None
            return entry.value

    def put(self, name: str, value: str) -> None:
        """Store a secret or its new value; other processes see it within five minutes."""
        entry = self._entry(_checked_name(name))
        _checked_value(value)
        with entry.lock:
            self._names.add(name)
            if not (self._driver.update(name, value) or self._driver.create(name, value)):
                self._driver.update(name, value)
            entry.value, entry.read_at = SecretValue(value), self._clock.now()

    def rotate(self, name: str, make: Callable[[], str]) -> SecretValue:
        """Give a secret that exists a new value; `SecretNotFound`. Other processes see it within five minutes.

        `make` may register the new value where the secret is used: if it raises, nothing is changed here.
        """
        entry = self._entry(_checked_name(name))
        with entry.lock:
            self._driver.read(name)
            value = _checked_value(make())
            if not self._driver.update(name, value):
                entry.value = None
                raise SecretNotFound(name)
            entry.value, entry.read_at = SecretValue(value), self._clock.now()
            return entry.value

    def get_or_create(self, name: str, make: Callable[[], str]) -> SecretValue:
        """Return the secret, made now if there is none; of two who make it at the same time both get the first's."""
        try:
            return self.get(name)
        except SecretNotFound:
            self._names.add(name)
            self._driver.create(name, _checked_value(make()))
            return self.get(name)

    def delete(self, name: str) -> None:
        """Remove a secret; one that is not there is no error."""
        entry = self._entry(_checked_name(name))
        with entry.lock:
            entry.value = None
            self._driver.delete(name)
            self._names.remove(name)

    def all_names(self) -> Sequence[str]:
        """Name every secret of the tenant, in order: for a move. One that is gone may be among them."""
        return self._names.all()

    def forget(self, name: str) -> None:
        """Let go of what is kept of a secret here; the next `get` reads it."""
        entry = self._entry(_checked_name(name))
        with entry.lock:
            entry.value = None

    def read_through(self, name: str) -> SecretValue:
        """Return what the store holds now, whatever is kept here; `SecretNotFound`."""
        return SecretValue(self._driver.read(_checked_name(name)))

    def over(self, wrap: Callable[[SecretsDriver], SecretsDriver]) -> "Secrets":
        """Return the same secrets, with what is kept of them, through a driver around this one's."""
        other = copy(self)
        other._driver = wrap(self._driver)
        return other

    def _entry(self, name: str) -> _Entry:
        with self._lock:
            return self._entries.setdefault(name, _Entry())

    def _refresh(self, name: str, entry: _Entry) -> None:
        try:
            entry.value, entry.read_at = SecretValue(self._driver.read(name)), self._clock.now()
        except SecretNotFound:
            entry.value = None
            raise
        except (Unavailable, Throttled):
            if entry.value is None or not self._is_within(entry, STALE_FOR):
                raise

    def _is_within(self, entry: _Entry, age: timedelta) -> bool:
        return entry.read_at is not None and self._clock.now() - entry.read_at < age


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _refused(
            "/name", "pattern", "a secret's name is lower-case words joined by - or /, at most 100 characters"
        )
    return name


def _checked_value(value: str) -> str:
    if not 1 <= text_bytes(value) <= MAX_VALUE_BYTES:
        raise _refused("/value", "length", f"a secret has 1 to {MAX_VALUE_BYTES} bytes of UTF-8")
    return value


def _refused(pointer: str, rule: str, detail: str) -> Invalid:
    return Invalid(f"the secret store cannot take this: {detail}", errors=[FieldError(pointer, rule, detail)])
