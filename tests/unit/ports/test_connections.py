"""One client a tenant and store: made once, replaced when refused, closed when nobody uses it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pytest

from makoto.adapters.clouds import Connections, KeptConnection, StoreKey
from makoto.adapters.clouds.memory import FixedClock
from makoto.errors import NotFound, Unavailable
from makoto.ports.connection import CredentialsRefused
from tests.builders import OTHER_TENANT, TENANT

KEY = StoreKey(TENANT, "documents")


@dataclass
class Client:
    """A client that knows the password it was made with; it fails when used after its end."""

    password: int
    is_closed: bool = False

    def ask(self, password: int) -> int:
        assert not self.is_closed, "used after it was closed"
        if self.password != password:
            raise CredentialsRefused("rotated")
        return self.password


@dataclass
class Store:
    """A store whose password changes."""

    clock: FixedClock = field(default_factory=FixedClock)
    password: int = 1
    made: list[Client] = field(default_factory=list)
    renewals: int = 0

    def connection(self, connections: Connections, key: StoreKey = KEY, life_s: float = 1800) -> KeptConnection[Client]:
        return connections.connection(key, self.make, close=self.close, life_s=life_s, renew=self.renew)

    def make(self) -> Client:
        client = Client(self.password)
        self.made.append(client)
        return client

    def close(self, client: Client) -> None:
        assert not client.is_closed, "closed twice"
        client.is_closed = True

    def renew(self) -> None:
        self.renewals += 1

    def ask(self, client: Client) -> int:
        return client.ask(self.password)

    @property
    def open(self) -> list[Client]:
        return [client for client in self.made if not client.is_closed]


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def connections(store: Store) -> Connections:
    return Connections(most=3, clock=store.clock)


def test_nothing_is_made_before_the_first_act_and_one_client_after_many(store: Store, connections: Connections) -> None:
    one, again = store.connection(connections), store.connection(connections)
    assert store.made == []

    for connection in (one, again, one):
        connection.call(store.ask)

    assert len(store.made) == 1


def test_threads_that_come_at_the_same_time_share_one_making_and_hold_up_no_other_key(
    store: Store, connections: Connections
) -> None:
    go_on = threading.Event()

    def slow() -> Client:
        assert go_on.wait(10)
        return store.make()

    waiting = connections.connection(KEY, slow)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(waiting.call, store.ask) for _ in range(8)]
        store.connection(connections, StoreKey(OTHER_TENANT, "documents")).call(store.ask)
        assert len(store.made) == 1
        go_on.set()
        assert [answer.result() for answer in answers] == [1] * 8

    assert len(store.made) == 2


def test_those_who_wait_for_a_making_that_fails_fail_with_it_and_the_next_one_begins_anew(
    store: Store, connections: Connections
) -> None:
    tried, go_on, arrived = [0], threading.Event(), threading.Barrier(5)

    def failing() -> Client:
        tried[0] += 1
        assert go_on.wait(10)
        raise NotFound("no such place")

    def call() -> str:
        arrived.wait(10)
        with pytest.raises(NotFound):
            connections.connection(KEY, failing).call(store.ask)
        return "failed"

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(call) for _ in range(4)]
        arrived.wait(10)
        threading.Timer(0.05, go_on.set).start()
        assert [answer.result() for answer in answers] == ["failed"] * 4

    assert tried[0] <= 4
    assert store.connection(connections).call(store.ask) == 1


def test_refused_credentials_are_replaced_once_and_the_act_done_again(store: Store, connections: Connections) -> None:
    connection = store.connection(connections)
    connection.call(store.ask)
    store.password = 2

    assert connection.call(store.ask) == 2
    assert (store.renewals, [client.is_closed for client in store.made]) == (1, [True, False])


def test_what_stays_refused_is_told_after_the_second_try(store: Store, connections: Connections) -> None:
    connection = store.connection(connections)
    store.password = 2
    connection.call(store.ask)

    with pytest.raises(CredentialsRefused):
        connection.call(lambda client: client.ask(3))

    assert len(store.made) == 2


def test_a_maker_that_is_refused_is_asked_again_with_fresh_credentials(store: Store, connections: Connections) -> None:
    def make() -> Client:
        if not store.renewals:
            raise CredentialsRefused("expired")
        return store.make()

    assert connections.connection(KEY, make, renew=store.renew).call(store.ask) == 1


def test_a_client_lives_no_longer_than_its_life(store: Store, connections: Connections) -> None:
    connection = store.connection(connections, life_s=1800)
    connection.call(store.ask)
    store.clock.advance(1799)
    connection.call(store.ask)
    assert len(store.made) == 1

    store.clock.advance(1)
    connection.call(store.ask)

    assert [client.is_closed for client in store.made] == [True, False]


def test_the_least_used_client_is_closed_when_there_are_too_many(store: Store, connections: Connections) -> None:
    keys = [StoreKey(f"t{n:012d}", "documents") for n in range(4)]
    for key in (keys[0], keys[1], keys[2], keys[0], keys[3]):
        store.connection(connections, key).call(store.ask)

    assert [client.is_closed for client in store.made] == [False, True, False, False]
    assert len(connections) == 3


def test_clients_past_their_life_leave_when_another_is_made(store: Store, connections: Connections) -> None:
    store.connection(connections).call(store.ask)
    store.clock.advance(1800)

    store.connection(connections, StoreKey(OTHER_TENANT, "documents")).call(store.ask)

    assert [client.is_closed for client in store.made] == [True, False]


def test_a_client_in_use_is_closed_when_its_last_act_has_ended(store: Store, connections: Connections) -> None:
    connection = store.connection(connections)

    def outer(client: Client) -> None:
        with connection.lend() as same:
            connections.forget(TENANT)
            assert same is client
            assert not client.is_closed
        assert not client.is_closed

    connection.call(outer)

    assert store.open == []


def test_forgetting_a_tenant_leaves_the_others_clients(store: Store, connections: Connections) -> None:
    other = StoreKey(OTHER_TENANT, "documents")
    for key in (KEY, StoreKey(TENANT, "objects"), other):
        store.connection(connections, key).call(store.ask)

    connections.forget(TENANT)
    store.connection(connections, other).call(store.ask)

    assert [client.is_closed for client in store.made] == [True, True, False]


def test_a_client_that_was_being_made_during_a_rotation_is_not_kept(store: Store, connections: Connections) -> None:
    def overtaken() -> Client:
        client = store.make()
        connections.forget(TENANT)
        return client

    assert connections.connection(KEY, overtaken, close=store.close).call(store.ask) == 1
    assert store.open == []
    store.connection(connections).call(store.ask)
    assert len(store.made) == 2


def test_a_process_that_ends_closes_every_client(store: Store, connections: Connections) -> None:
    store.connection(connections).call(store.ask)

    connections.close()

    assert store.open == []


def test_rotations_under_load_fail_no_request(store: Store) -> None:
    """Every other rotation is told; after the rest the store itself refuses what it took before."""
    connections, answered, stop = Connections(most=3, clock=store.clock), [0] * 8, threading.Event()
    keys = [StoreKey(f"t{n:012d}", "documents") for n in range(5)]  # more than are kept: they evict each other too
    has_answered = threading.Condition()

    def work(worker: int) -> None:
        while not stop.is_set():
            store.connection(connections, keys[(worker + answered[worker]) % len(keys)]).call(store.ask)
            with has_answered:
                answered[worker] += 1
                has_answered.notify()

    def each_has_begun_anew(before: list[int]) -> bool:
        return all(now >= then + 2 for now, then in zip(answered, before, strict=True))

    with ThreadPoolExecutor(8) as pool:
        workers = [pool.submit(work, worker) for worker in range(8)]
        try:
            for rotation in range(2, 102):
                store.password = rotation
                for key in keys[:: rotation % 2 or 9]:
                    connections.forget(key.tenant_id)
                with has_answered:
                    assert has_answered.wait_for(partial(each_has_begun_anew, list(answered)), 10)
        finally:
            stop.set()
        for worker in workers:
            worker.result()

    assert len(store.open) == len(connections) <= 3
    assert len(store.made) > 100


def test_a_client_begun_before_the_refusal_is_not_tried_again(store: Store, connections: Connections) -> None:
    """The client of an act was evicted, and another one made with the old password before the rotation."""
    connection = store.connection(connections)
    is_first = [True]

    def act(client: Client) -> int:
        if is_first:
            is_first.clear()
            connections.forget(TENANT)
            connection.call(store.ask)
            store.password = 2
        return store.ask(client)

    assert connection.call(act) == 2
    assert [client.password for client in store.made] == [1, 1, 2]


def test_threads_that_are_refused_at_the_same_time_renew_once(store: Store, connections: Connections) -> None:
    connection = store.connection(connections)
    connection.call(store.ask)
    together = threading.Barrier(8)

    def work(_: int) -> int:
        waited = [False]

        def act(client: Client) -> int:
            if not waited[0]:
                waited[0] = True
                together.wait(10)
                store.password = 2
            return store.ask(client)

        return connection.call(act)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(8))) == {2}

    assert (store.renewals, len(store.made)) == (1, 2)


@pytest.mark.parametrize("key", ["a", "b"])
def test_things_that_make_one_another_are_kept(connections: Connections, key: str) -> None:
    def inner() -> str:
        return connections.keep("inner", lambda: "inner")

    outer: Callable[[], str] = lambda: f"outer of {inner()}"  # noqa: E731  a maker is a value here

    assert connections.keep(key, outer) == "outer of inner"


def test_an_unavailable_store_of_a_maker_counts_like_one_of_an_act(connections: Connections) -> None:
    def unreachable() -> Client:
        raise Unavailable("cannot be reached")

    with pytest.raises(Unavailable):
        connections.connection(KEY, unreachable).call(lambda client: client)

    assert connections.health()[TENANT, "documents"].failures == 1
