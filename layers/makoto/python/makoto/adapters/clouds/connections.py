"""What a process keeps of its clouds between two calls: one client a tenant and store, each thing made once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar, cast

from makoto.adapters.shelf import Held, Shelf
from makoto.adapters.system import SystemClock
from makoto.errors import Unavailable
from makoto.ports.circuit import Circuit, StoreHealth
from makoto.ports.clock import Clock
from makoto.ports.connection import CredentialsRefused, NotYet

MAX_KEPT = 256
LIFE_S = 1800
MAX_CIRCUITS = 1024
_FOREVER = timedelta(days=36_500)

Client = TypeVar("Client")
Kept = TypeVar("Kept")
Result = TypeVar("Result")


class StoreKey(NamedTuple):
    """A tenant's store: "documents", "objects" or "secrets"; `account` tells the clients of two accounts apart."""

    tenant_id: str
    store: str
    account: Hashable = None


Listener = Callable[[StoreKey, bool], None]
"""Is told when a store's circuit opens (true) and closes."""


class Connections:
    """The clients of a process, 256 at most, each for half an hour at most, and the circuits of stores in trouble."""

    def __init__(
        self, most: int = MAX_KEPT, clock: Clock | None = None, listen: Listener = lambda key, is_open: None
    ) -> None:
        self._clock = clock or SystemClock()
        self._things = Shelf(most, self._clock)
        self._clients = Shelf(most, self._clock)
        self._circuits: OrderedDict[StoreKey, Circuit] = OrderedDict()
        self._lock = threading.Lock()
        self._listen = listen

    def keep(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what is kept under the key, made now if nothing is; callers at the same time share one.

        For what needs no closing and holds no credentials: the stores of a tenant put together, a broker.
        """
        with self._things.lent(key, lambda: Held(make(), None, self._clock.now() + _FOREVER)) as held:
            return held.thing

    def connection(
        self,
        key: StoreKey,
        make: Callable[[], Client],
        *,
        close: Callable[[Client], None] | None = None,
        life_s: float = LIFE_S,
        renew: Callable[[], None] = lambda: None,
    ) -> "KeptConnection[Client]":
        """Return a connection; nothing is made before its first call, and it holds no client between two calls.

        `make` reads the credentials itself; `renew` is called before it where the store has refused them. `life_s` is
        to be shorter than the credentials live. `close` must not raise.
        """

        def held() -> Held[Client]:
            begun = self._clock.now()
            return Held(make(), close, begun + timedelta(seconds=life_s))

        return KeptConnection(self, key, held, renew)

    def forget(self, tenant_id: str) -> None:
        """Let go of a tenant's clients, as after a rotation; those in use are closed when their last act has ended."""
        self._clients.drop_all(lambda key: cast("StoreKey", key).tenant_id == tenant_id)

    def health(self) -> Mapping[tuple[str, str], StoreHealth]:
        """Tell which stores are in trouble, by tenant and store; one that is well is not among them."""
        with self._lock:
            circuits = tuple(self._circuits.items())
        now = self._clock.now()
        found = sorted(((key, circuit.health(now)) for key, circuit in circuits), key=lambda each: each[1].is_open)
        return {(key.tenant_id, key.store): health for key, health in found}

    def close(self) -> None:
        """Close every client that is not in use, and the others when their last act has ended."""
        self._clients.drop_all(lambda _: True)

    def __len__(self) -> int:
        return len(self._clients)

    @property
    def clients(self) -> Shelf:
        """The clients, for the connections."""
        return self._clients

    @contextmanager
    def watched(self, key: StoreKey) -> Iterator[None]:
        """Refuse while the store's circuit is open, else note how the act ends."""
        circuit = self._circuits.get(key)
        if circuit is not None:
            circuit.enter(self._clock.now())
        is_down = False
        try:
            yield
        except Unavailable as error:
            is_down = not isinstance(error, CredentialsRefused | NotYet)
            raise
        finally:
            if is_down or circuit is not None:
                self._note(key, is_down=is_down)

    def _note(self, key: StoreKey, *, is_down: bool) -> None:
        now = self._clock.now()
        with self._lock:
            if is_down:
                has_changed = self._circuits.setdefault(key, Circuit()).failed(now)
            else:
                circuit = self._circuits.pop(key, None)
                has_changed = circuit is not None and circuit.health(now).is_open
            if len(self._circuits) > MAX_CIRCUITS:
                self._circuits.popitem(last=False)
        if has_changed:
            self._listen(key, is_down)


class KeptConnection(Generic[Client]):
    """A connection to one store of one tenant: it finds the kept client at each act and holds none between two."""

    def __init__(
        self, owner: Connections, key: StoreKey, make: "Callable[[], Held[Client]]", renew: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._key = key
        self._make = make
        self._renew = renew

    def call(self, act: Callable[[Client], Result]) -> Result:
        """Do the act; on CredentialsRefused once more with a client that was begun after the refusal."""
        shelf = self._owner.clients
        with self._owner.watched(self._key):
            held: Held[Client] | None = None
            try:
                with shelf.lent(self._key, self._make) as held:
                    return act(held.thing)
            except CredentialsRefused:
                refused = self._refused(held)
            with shelf.lent(self._key, self._make, refused) as fresh:
                return act(fresh.thing)

    def _refused(self, held: "Held[Client] | None") -> int:
        if held is not None:
            return self._owner.clients.refuse(self._key, held, self._renew)
        self._renew()  # the making itself was refused
        return self._owner.clients.turn()

    @contextmanager
    def lend(self) -> Iterator[Client]:
        """Lend the client for as long as the block lasts, as for a stream; nothing is tried again."""
        with self._owner.watched(self._key), self._owner.clients.lent(self._key, self._make) as held:
            yield held.thing
