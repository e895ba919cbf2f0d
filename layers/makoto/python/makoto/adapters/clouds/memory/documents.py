"""Documents in a dictionary, ordered by id within each partition."""

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from makoto.ports.documents import (
    Chunk,
    Condition,
    ConditionRefused,
    Datum,
    Delete,
    Document,
    DocumentLimits,
    IfAbsent,
    IfVersion,
    Key,
    Plan,
    Put,
    Scan,
    Walked,
    Write,
)
from makoto.ports.filters import matches

LIMITS = DocumentLimits(
    max_item_bytes=400_000,
    max_batch_get=1000,
    max_batch_put=1000,
    max_atomic_writes=100,
    max_atomic_bytes=4_000_000,
    atomic_scope="partition",  # the narrowest of the stores, so that no use case relies on more
)


@dataclass(slots=True)
class _Partition:
    """Documents by id, and the ids in order where a scan has needed them since the last new one."""

    documents: dict[str, Document] = field(default_factory=dict)
    ordered: list[str] | None = None

    def ids(self) -> list[str]:
        if self.ordered is None:
            self.ordered = sorted(self.documents)
        return self.ordered

    def put(self, document: Document) -> None:
        if self.ordered is not None and document.key.id not in self.documents:
            insort(self.ordered, document.key.id)
        self.documents[document.key.id] = document

    def remove(self, document_id: str) -> None:
        if self.documents.pop(document_id, None) is not None and self.ordered is not None:
            del self.ordered[bisect_left(self.ordered, document_id)]


class MemoryDocuments:
    """One tenant's documents; every method is atomic under one lock."""

    limits = LIMITS

    def __init__(self) -> None:
        self._partitions: dict[str, _Partition] = {}
        self._lock = threading.RLock()
        self._version = 0

    def read(self, key: Key) -> Document | None:
        with self._lock:
            found = self._stored(key)
            return found and _copy_of(found)

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        with self._lock:
            return [_copy_of(found) for key in keys if (found := self._stored(key)) is not None], ()

    def scan(self, scan: Scan) -> Chunk:
        with self._lock:
            found: list[Document] = []
            for document in self._in_order(scan):
                if scan.where is None or matches(scan.where, document.data):
                    found.append(_copy_of(document))
                if len(found) == scan.wanted:
                    return Chunk(found, document.key.id)
            return Chunk(found, None)

    def write(self, write: Write, now: datetime) -> str:
        with self._lock:
            self._check(write.key, write.when, 0, now)
            return self._apply(write, share=False)

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        with self._lock:
            for write in writes:
                self._apply(write)
        return ()

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        with self._lock:
            for index, write in enumerate(writes):
                self._check(write.key, write.when, index, now)
            for write in writes:
                self._apply(write)

    def walk(self, after: str | None, wanted: int) -> Walked:
        """In the order of partitions and then ids; the mark is `[partition, id]`."""
        with self._lock:
            found: list[Document] = []
            for document in self._past(Key(*json.loads(after)) if after is not None else None):
                found.append(_copy_of(document))
                if len(found) == wanted:
                    return Walked(found, json.dumps(document.key))
            return Walked(found, None)

    def explain(self, scan: Scan) -> Plan:
        return Plan("partition", repr(scan))

    def _past(self, after: Key | None) -> Iterator[Document]:
        for name in sorted(self._partitions):
            if after is None or name >= after.partition:
                ids = self._partitions[name].ids()
                first = bisect_right(ids, after.id) if after is not None and name == after.partition else 0
                yield from (self._partitions[name].documents[each] for each in ids[first:])

    def _stored(self, key: Key) -> Document | None:
        partition = self._partitions.get(key.partition)
        return None if partition is None else partition.documents.get(key.id)

    def _in_order(self, scan: Scan) -> Iterator[Document]:
        partition = self._partitions.get(scan.partition, _Partition())
        ids = partition.ids()
        first = bisect_left(ids, scan.lower)
        last = len(ids) if scan.upper is None else bisect_left(ids, scan.upper)
        if scan.after is not None and scan.descending:
            last = min(last, bisect_left(ids, scan.after))
        elif scan.after is not None:
            first = max(first, bisect_right(ids, scan.after))
        places = range(last - 1, first - 1, -1) if scan.descending else range(first, last)
        return (partition.documents[ids[place]] for place in places)

    def _check(self, key: Key, when: Condition, index: int, now: datetime) -> None:
        found = self._stored(key)
        if found is not None and found.expires_at is not None and found.expires_at <= now:
            found = None
        refused = (isinstance(when, IfAbsent) and found is not None) or (
            isinstance(when, IfVersion) and (found is None or found.version != when.version)
        )
        if refused:
            raise ConditionRefused(index)

    def _apply(self, write: Write, *, share: bool = True) -> str:
        self._version += 1
        version = f"m{self._version}"
        if isinstance(write, Put):
            data = write.data if isinstance(write.data, dict) and share else _copied(write.data)
            partition = self._partitions.setdefault(write.key.partition, _Partition())
            partition.put(Document(write.key, data, version, write.expires_at))
        elif isinstance(write, Delete) and write.key.partition in self._partitions:
            self._partitions[write.key.partition].remove(write.key.id)
        return version


def _copy_of(document: Document) -> Document:
    return Document(document.key, _copied(document.data), document.version, document.expires_at)


def _copied(data: Mapping[str, Datum]) -> dict[str, Datum]:
    return {name: value if type(value) in _LEAVES else _copied_datum(value) for name, value in data.items()}


def _copied_datum(value: Datum) -> Datum:
    if isinstance(value, dict):
        return _copied(value)
    return [_copied_datum(each) for each in value] if isinstance(value, list) else value


_LEAVES = frozenset({str, int, bool, bytes, Decimal, type(None)})
