"""A shelf of things that are made once, shared, lent out, and closed when nobody uses them any more."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Generic, TypeVar

from makoto.ports.clock import Clock

Thing = TypeVar("Thing")


@dataclass(eq=False, slots=True)
class Held(Generic[Thing]):
    """A thing on the shelf and how many use it; once retired it is closed when the last one has ended.

    `begun` and `refused` are turns of the shelf: when its making began, and when it was first found to be useless.
    """

    thing: Thing
    close: Callable[[Thing], None] | None
    ends_at: datetime
    users: int = 0
    begun: int = 0
    refused: int | None = None
    mending: threading.Lock = field(default_factory=threading.Lock)
    is_retired: bool = False

    def end(self) -> None:
        if self.close is not None:
            self.close(self.thing)


@dataclass(eq=False, slots=True)
class _Flight:
    """A making under way, for those who wait for it."""

    begun: int
    landing: Future[Held[Any]] = field(default_factory=Future)


class Shelf:
    """Things by key, `most` at once: the least used leaves first, and callers at the same time share one making."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[Hashable, Held[Any]] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}
        self._turns = count(1)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def turn(self) -> int:
        """Return a mark of this moment: what begins later has a greater one."""
        with self._lock:
            return next(self._turns)

    @contextmanager
    def lent(self, key: Hashable, make: "Callable[[], Held[Thing]]", after: int = 0) -> "Iterator[Held[Thing]]":
        """Lend what is kept under the key, made now if nothing is, its life has ended or it began before a turn."""
        held = self._taken(key, make, after)
        try:
            yield held
        finally:
            self._given_back(held)

    def refuse(self, key: Hashable, held: Held[Any], mend: Callable[[], None]) -> int:
        """Take from the shelf what was found to be useless, mended once whoever finds so; return the turn it was."""
        with held.mending:
            if held.refused is None:
                mend()
                held.refused = self.turn()
                self._drop(key, held)
            return held.refused

    def _drop(self, key: Hashable, held: Held[Any]) -> None:
        with self._lock:
            leaving = self._retired([key]) if self._kept.get(key) is held else []
        _close(leaving)

    def drop_all(self, is_meant: Callable[[Hashable], bool]) -> None:
        """Take from the shelf all that is meant; what is being made now will serve those who wait for it only."""
        with self._lock:
            for key in [key for key in self._flights if is_meant(key)]:
                del self._flights[key]
            leaving = self._retired([key for key in self._kept if is_meant(key)])
        _close(leaving)

    def _taken(self, key: Hashable, make: "Callable[[], Held[Thing]]", after: int) -> "Held[Thing]":
        while True:
            with self._lock:
                held = self._kept.get(key)
                if held is not None and held.begun > after and self._clock.now() < held.ends_at:
                    self._kept.move_to_end(key)
                    held.users += 1
                    return held
                flight = self._flights.get(key)
                is_mine = flight is None or flight.begun <= after
                if flight is None or is_mine:
                    flight = self._flights[key] = _Flight(next(self._turns))
            if is_mine:
                return self._made(key, make, flight)
            made = flight.landing.result()
            with self._lock:
                if made.users or not made.is_retired:  # else it is closed already
                    made.users += 1
                    return made

    def _made(self, key: Hashable, make: "Callable[[], Held[Thing]]", flight: "_Flight") -> "Held[Thing]":
        try:
            held = make()
        except BaseException as error:
            with self._lock:
                self._landed(key, flight)
            flight.landing.set_exception(error)
            raise
        with self._lock:
            held.users, held.begun = 1, flight.begun
            leaving = self._put(key, held) if self._landed(key, flight) else []
            held.is_retired = self._kept.get(key) is not held
        flight.landing.set_result(held)
        _close(leaving)
        return held

    def _landed(self, key: Hashable, flight: "_Flight") -> bool:
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
