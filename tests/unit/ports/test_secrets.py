"""What is kept of a secret, and while its store is down."""

import copy
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from makoto.adapters.clouds.memory import FixedClock
from makoto.errors import MakotoError, Throttled, Unavailable
from makoto.ports.secrets import SecretNotFound, Secrets, SecretValue


@dataclass
class Store:
    """A store that counts its reads and can be down."""

    value: str | None = "v1"
    failure: MakotoError | None = None
    reads: int = 0

    def read(self, name: str) -> str:
        self.reads += 1
        if self.failure:
            raise self.failure
        if self.value is None:
            raise SecretNotFound(name)
        return self.value

    def create(self, name: str, value: str) -> bool:
        self.value = self.value or value
        return self.value == value

    def update(self, name: str, value: str) -> bool:
        if self.value is None:
            return False
        self.value = value
        return True

    def delete(self, name: str) -> None:
        self.value = None


def test_a_fresh_value_is_not_read_again() -> None:
    store, clock = Store(), FixedClock()
    secrets = Secrets(store, clock)
    for _ in range(3):
        secrets.get("name")
        clock.advance(99)
    assert store.reads == 1

    clock.advance(4)
    secrets.get("name")

    assert store.reads == 2


@pytest.mark.parametrize("failure", [Unavailable("down"), Throttled("busy")])
def test_while_the_store_is_down_a_value_serves_for_an_hour(failure: MakotoError) -> None:
    store, clock = Store(), FixedClock()
    secrets = Secrets(store, clock)
    secrets.get("name")
    store.failure = failure

    clock.advance(3599)
    assert secrets.get("name").reveal() == "v1"
    clock.advance(1)
    with pytest.raises(type(failure)):
        secrets.get("name")


def test_a_value_never_read_is_not_invented_while_the_store_is_down() -> None:
    with pytest.raises(Unavailable):
        Secrets(Store(failure=Unavailable("down")), FixedClock()).get("name")


def test_a_secret_deleted_elsewhere_is_not_served_stale() -> None:
    store, clock = Store(), FixedClock()
    secrets = Secrets(store, clock)
    secrets.get("name")
    store.value = None
    clock.advance(301)
    with pytest.raises(SecretNotFound):
        secrets.get("name")
    store.failure = Unavailable("down")

    with pytest.raises(Unavailable):
        secrets.get("name")


def test_callers_at_the_same_time_share_one_read() -> None:
    store, together = Store(), threading.Barrier(8)
    secrets = Secrets(store, FixedClock())

    def get(_: int) -> str:
        together.wait()
        return secrets.get("name").reveal()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(get, range(8))) == {"v1"}
    assert store.reads == 1


def test_a_secret_is_shown_by_reveal_alone() -> None:
    secret = SecretValue("hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert (secret == SecretValue("hunter2"), secret == SecretValue("other"), secret == "hunter2") == (
        True,
        False,
        False,
    )
    for leak in (pickle.dumps, json.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(secret)
