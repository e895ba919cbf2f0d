"""Collections in memory, every document with its past versions, so that a transaction reads one moment."""

import threading
import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from local.servers.mongo.errors import CONFLICT, TRANSIENT, CommandError
from local.servers.mongo.journal import Journal
from local.servers.mongo.values import OrderKey, order_key

Stored = dict[str, Any]
Place = tuple[str, OrderKey]
Result = TypeVar("Result")
WAIT_S = 5.0


@dataclass(slots=True)
class Table:
    """One collection: the versions of each document by its `_id`'s order key, and those keys in order."""

    versions: dict[OrderKey, list[tuple[int, Stored | None]]] = field(default_factory=dict)
    order: list[OrderKey] = field(default_factory=list)
    indexes: dict[str, Stored] = field(default_factory=dict)


@dataclass(slots=True)
class Transaction:
    """What an open transaction has seen and wants to change."""

    moment: int
    started_at: float = field(default_factory=time.monotonic)
    changes: dict[Place, Stored | None] = field(default_factory=dict)


class Held(Exception):
    """An open transaction holds the document."""


class Store:
    """All collections; a caller holds `lock` for one whole command."""

    def __init__(self, journal: Journal) -> None:
        self.lock = threading.Condition(threading.RLock())
        self.tables: dict[str, Table] = {}
        self._journal = journal
        self._moment = 0
        self._open: list[Transaction] = []
        self._holders: dict[Place, Transaction] = {}
        self._old: set[Place] = set()
        for name, indexes, documents in journal.load():
            self.tables[name] = Table(indexes=indexes)
            for document in documents:
                self._place(name, order_key(document["_id"]), document)

    def patiently(self, act: Callable[[], Result]) -> Result:
        """Act under the lock, again after each wait for a transaction that holds what is to be written."""
        deadline = time.monotonic() + WAIT_S
        with self.lock:
            while True:
                try:
                    return act()
                except Held:
                    if not self.lock.wait(max(deadline - time.monotonic(), 0)):
                        raise CommandError(24, "another transaction holds the document") from None

    def begin(self) -> Transaction:
        transaction = Transaction(self._moment)
        self._open.append(transaction)
        return transaction

    def commit(self, transaction: Transaction) -> None:
        """Make every change visible at one moment, and durable."""
        self._apply(transaction.changes)
        self.end(transaction)

    def end(self, transaction: Transaction) -> None:
        """Forget a transaction and let go what it holds."""
        self._open.remove(transaction)
        for place in transaction.changes:
            del self._holders[place]
        self._prune(set(self._old))
        self.lock.notify_all()

    def read(self, name: str, key: OrderKey, within: Transaction | None) -> Stored | None:
        if within is not None and (name, key) in within.changes:
            return within.changes[name, key]
        table = self.tables.get(name)
        moment = self._moment if within is None else within.moment
        past = [] if table is None else table.versions.get(key, [])
        return next((document for at, document in reversed(past) if at <= moment), None)

    def keys(self, name: str, low: tuple[OrderKey, bool], high: tuple[OrderKey, bool]) -> list[OrderKey]:
        """Return the keys between two bounds (each with whether it is included); some may have no document now."""
        order = self.tables[name].order if name in self.tables else []
        first = bisect_left(order, low[0]) if low[1] else bisect_right(order, low[0])
        last = bisect_right(order, high[0]) if high[1] else bisect_left(order, high[0])
        return order[first:last]

    def write(self, name: str, key: OrderKey, document: Stored | None, within: Transaction | None) -> None:
        """Put or remove a document; of two open transactions that write it the second is refused."""
        place = (name, key)
        holder = self._holders.get(place)
        if within is None:
            if holder is not None:
                raise Held
            return self._apply({place: document})
        if holder not in (None, within) or self._changed_at(place) > within.moment:
            raise CommandError(CONFLICT, "write conflict: another transaction was faster", [TRANSIENT])
        self._holders[place] = within
        within.changes[place] = document
        self._table(name)
        return None

    def create(self, name: str, indexes: dict[str, Stored]) -> None:
        """Make a collection, or give it more indexes."""
        self._table(name).indexes.update(indexes)
        self._journal.created(name, self.tables[name].indexes)

    def drop(self, name: str) -> None:
        del self.tables[name]
        self._journal.dropped(name)

    def outlived(self, seconds: float) -> list[Transaction]:
        """Return the transactions that are open for longer."""
        return [each for each in self._open if time.monotonic() - each.started_at > seconds]

    def is_open(self, transaction: Transaction) -> bool:
        return transaction in self._open

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            self.tables[name] = Table()
            self._journal.created(name, {})
        return self.tables[name]

    def _changed_at(self, place: Place) -> int:
        table = self.tables.get(place[0])
        past = [] if table is None else table.versions.get(place[1], [])
        return past[-1][0] if past else 0

    def _apply(self, changes: dict[Place, Stored | None]) -> None:
        self._moment += 1
        kept: list[tuple[str, Any, Stored | None]] = []
        for (name, key), document in changes.items():
            before = self.read(name, key, None)
            if document is not None or before is not None:
                kept.append((name, (document or before or {})["_id"], document))
                self._table(name)
                self._place(name, key, document)
        self._journal.changed(kept)
        self._prune(set(changes))

    def _place(self, name: str, key: OrderKey, document: Stored | None) -> None:
        table = self.tables[name]
        if key not in table.versions:
            table.versions[key] = []
            insort(table.order, key)
        table.versions[key].append((self._moment, document))

    def _prune(self, places: set[Place]) -> None:
        """Drop the versions that no open transaction can see."""
        seen = min((each.moment for each in self._open), default=self._moment)
        for place in places:
            table = self.tables.get(place[0])
            if table is None or place[1] not in table.versions:
                self._old.discard(place)
                continue
            past = table.versions[place[1]]
            while len(past) > 1 and past[1][0] <= seen:
                del past[0]
            if past[-1][1] is None and len(past) == 1 and past[0][0] <= seen:
                self._remove(table, place[1])
            (self._old.discard if len(past) == 1 and past[0][1] is not None else self._old.add)(place)

    @staticmethod
    def _remove(table: Table, key: OrderKey) -> None:
        del table.versions[key]
        del table.order[bisect_left(table.order, key)]


def documents_of(table: Table) -> Iterator[Stored]:
    """Yield a collection's documents as they are now, in the order of their `_id`."""
    for key in table.order:
        document = table.versions[key][-1][1]
        if document is not None:
            yield document
