"""A shelf of things that are made once, shared, lent out, and closed when nobody uses them any more."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from makoto.ports.clock import Clock

Thing = TypeVar("Thing")


@dataclass(eq=False, slots=True)
class Held(Generic[Thing]):
    """A thing on the shelf and how many use it; once retired it is closed when the last one has ended."""

    thing: Thing
    close: Callable[[Thing], None] | None
    ends_at: datetime
    users: int = 0
    is_retired: bool = False

    def end(self) -> None:
        if self.close is not None:
            self.close(self.thing)


class Shelf:
    """Things by key, `most` at once: the least used leaves first, and callers at the same time share one making."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Hashable, Held[Any]] = OrderedDict()
        self._flights: dict[Hashable, Future[Held[Any]]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def lent(self, key: Hashable, make: "Callable[[], Held[Thing]]") -> "Iterator[Held[Thing]]":
        """Lend what is kept under the key, made now if nothing is or its life has ended."""
        held = self._taken(key, make)
        try:
            yield held
        finally:
            self._given_back(held)

    def drop(self, key: Hashable, held: Held[Any]) -> bool:
        """Take it from the shelf; false where another has done so or replaced it."""
        with self._lock:
            if self._kept.get(key) is not held:
                return False
            leaving = self._retired([key])
        _close(leaving)
        return True

    def drop_all(self, is_meant: Callable[[Hashable], bool]) -> None:
        """Take from the shelf all that is meant; what is being made now will serve those who wait for it only."""
        with self._lock:
            for key in [key for key in self._flights if is_meant(key)]:
                del self._flights[key]
            leaving = self._retired([key for key in self._kept if is_meant(key)])
        _close(leaving)

    def _taken(self, key: Hashable, make: "Callable[[], Held[Thing]]") -> "Held[Thing]":
        while True:
            with self._lock:
                held = self._kept.get(key)
                if held is not None and self._clock.now() < held.ends_at:
                    self._kept.move_to_end(key)
                    held.users += 1
                    return held
                flight = self._flights.get(key)
                if flight is None:
                    mine = self._flights[key] = Future()
            if flight is None:
                return self._made(key, make, mine)
            made = flight.result()
            with self._lock:
                if made.users or not made.is_retired:  # else it is closed already
                    made.users += 1
                    return made

    def _made(self, key: Hashable, make: "Callable[[], Held[Thing]]", flight: "Future[Held[Any]]") -> "Held[Thing]":
        try:
            held = make()
        except BaseException as error:
            with self._lock:
                self._landed(key, flight)
            flight.set_exception(error)
            raise
        with self._lock:
            held.users = 1
            leaving = self._put(key, held) if self._landed(key, flight) else []
            held.is_retired = self._kept.get(key) is not held
        flight.set_result(held)
        _close(leaving)
        return held

    def _landed(self, key: Hashable, flight: "Future[Held[Any]]") -> bool:
        is_current = self._flights.get(key) is flight
        if is_current:
            del self._flights[key]
        return is_current

    def _put(self, key: Hashable, held: Held[Any]) -> list[Held[Any]]:
        now = self._clock.now()
        leaving = self._retired([old for old, each in self._kept.items() if old == key or each.ends_at <= now])
        self._kept[key] = held
        return leaving + self._retired(list(self._kept)[: max(0, len(self._kept) - self._most)])

    def _retired(self, keys: list[Hashable]) -> list[Held[Any]]:
        retired = [self._kept.pop(key) for key in keys]
        for held in retired:
            held.is_retired = True
        return [held for held in retired if held.users == 0]

    def _given_back(self, held: Held[Any]) -> None:
        with self._lock:
            held.users -= 1
            leaving = [held] if held.is_retired and held.users == 0 else []
        _close(leaving)


def _close(leaving: list[Held[Any]]) -> None:
    for held in leaving:
        held.end()
