"""A store that is down is left alone for a while; nobody else's is."""

from collections.abc import Callable

import pytest

from makoto.adapters.clouds import Connections, StoreKey
from makoto.adapters.clouds.memory import FixedClock
from makoto.errors import MakotoError, NotFound, Throttled, Unavailable
from makoto.ports.circuit import StoreHealth
from makoto.ports.connection import CredentialsRefused, NotYet, StoreDown
from tests.builders import OTHER_TENANT, TENANT

DOWN = Unavailable("cannot be reached")


class Network:
    """Counts what reaches it."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.told: list[tuple[str, bool]] = []
        self.connections = Connections(
            clock=self.clock, listen=lambda key, is_open: self.told.append((key[0], is_open))
        )
        self.reached = 0

    def ask(self, error: BaseException | None = None, *, tenant_id: str = TENANT, store: str = "documents") -> str:
        def act(_: object) -> str:
            self.reached += 1
            if error is not None:
                raise error
            return "answered"

        try:
            return self.connections.connection(StoreKey(tenant_id, store), object).call(act)
        except MakotoError as failed:
            return type(failed).__name__

    def fail(self, times: int, error: BaseException = DOWN) -> list[str]:
        return [self.ask(error) for _ in range(times)]


@pytest.fixture
def network() -> Network:
    return Network()


def test_five_failures_in_a_row_open_it_and_the_sixth_call_reaches_no_network(network: Network) -> None:
    assert network.fail(6) == ["Unavailable"] * 5 + ["StoreDown"]
    assert network.reached == 5
    assert network.connections.health() == {(TENANT, "documents"): StoreHealth(5, is_open=True, retry_after_s=15)}
    assert network.told == [(TENANT, True)]


def test_whoever_is_refused_is_told_when_to_come_back(network: Network) -> None:
    network.fail(5)
    network.clock.advance(4)

    with pytest.raises(StoreDown) as refused:
        network.connections.connection(StoreKey(TENANT, "documents"), object).call(lambda client: client)

    assert refused.value.retry_after_s == 11


def test_another_tenant_and_another_store_are_served(network: Network) -> None:
    network.fail(5)

    assert network.ask(tenant_id=OTHER_TENANT) == "answered"
    assert network.ask(store="objects") == "answered"


def test_one_success_forgets_the_failures_before_it(network: Network) -> None:
    network.fail(4)
    network.ask()

    assert network.fail(5) == ["Unavailable"] * 5
    assert network.ask() == "StoreDown"


def test_failures_that_lie_far_apart_do_not_open_it(network: Network) -> None:
    for _ in range(10):
        assert network.fail(1) == ["Unavailable"]
        network.clock.advance(16)

    assert network.ask() == "answered"


@pytest.mark.parametrize(
    "error",
    [Throttled("busy"), CredentialsRefused("rotated"), NotYet("still going"), NotFound("none"), ValueError("ours")],
    ids=repr,
)
def test_a_store_that_answers_is_not_down(network: Network, error: Exception) -> None:
    for _ in range(8):
        try:
            network.ask(error)
        except ValueError:
            continue

    assert network.ask() == "answered"
    assert network.connections.health() == {}


def test_after_its_time_one_call_tries_and_the_others_still_wait(network: Network) -> None:
    network.fail(5)
    network.clock.advance(15)
    meanwhile: list[str] = []

    def probe(_: object) -> str:
        meanwhile.append(network.ask())
        return "answered"

    assert network.connections.connection(StoreKey(TENANT, "documents"), object).call(probe) == "answered"
    assert meanwhile == ["StoreDown"]


@pytest.mark.parametrize(
    ("error", "then"), [(None, "answered"), (NotFound("none"), "answered"), (DOWN, "StoreDown")], ids=str
)
def test_the_try_decides_whether_it_closes(network: Network, error: Exception | None, then: str) -> None:
    network.fail(5)
    network.clock.advance(15)

    network.ask(error)

    assert network.ask() == then
    assert network.told == [(TENANT, True)] + ([(TENANT, False)] if then == "answered" else [])


def test_a_try_that_never_ends_lets_another_one_try_later(network: Network) -> None:
    network.fail(5)
    network.clock.advance(15)
    later: list[Callable[[], str]] = [network.ask]

    def hang(_: object) -> str:
        network.clock.advance(15)
        return later.pop()()

    assert network.connections.connection(StoreKey(TENANT, "documents"), object).call(hang) == "answered"
