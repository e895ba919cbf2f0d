"""Documents of one tenant: the portable class over every store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from makoto.domain import Page
from makoto.ports.clock import Clock
from makoto.ports.cursors import Cursors
from makoto.ports.document_rules import checked_key, fingerprint_of, is_live, refused, scan_of, whole_seconds
from makoto.ports.document_store import (
    ALWAYS,
    Always,
    Check,
    Chunk,
    Condition,
    ConditionFailed,
    ConditionRefused,
    Delete,
    Document,
    DocumentLimits,
    DocumentNotFound,
    DocumentsDriver,
    Got,
    IfAbsent,
    IfVersion,
    Key,
    MaybeApplied,
    Put,
    Query,
    Scan,
    Stored,
    Write,
)
from makoto.ports.filters import And, Filter, Leaf, Not, Or
from makoto.ports.ids import Ids
from makoto.ports.patience import Patience
from makoto.ports.portable import Datum, portable_data

__all__ = [
    "Always",
    "And",
    "Check",
    "Chunk",
    "Condition",
    "ConditionFailed",
    "ConditionRefused",
    "Datum",
    "Delete",
    "Document",
    "DocumentLimits",
    "DocumentNotFound",
    "Documents",
    "DocumentsDriver",
    "Filter",
    "Got",
    "IfAbsent",
    "IfVersion",
    "Key",
    "Leaf",
    "MaybeApplied",
    "Not",
    "Or",
    "Put",
    "Query",
    "Scan",
    "Stored",
    "Write",
]

MAX_ROUNDS = 64
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Documents:
    """Read and write a tenant's documents; rules, paging, batching, trying again and wording are here, once."""

    driver: DocumentsDriver
    cursors: Cursors
    clock: Clock
    ids: Ids

    def get(self, key: Key) -> Document:
        """Read a document; `DocumentNotFound` if it is absent or expired."""
        found = self.find(key)
        if found is None:
            raise DocumentNotFound(key)
        return found

    def find(self, key: Key) -> Document | None:
        """Read a document that may be absent."""
        document = self.driver.read(checked_key(key))
        return document if document is not None and is_live(document, self.clock.now()) else None

    def put(
        self, key: Key, data: Mapping[str, Datum], *, when: Condition = ALWAYS, expires_at: datetime | None = None
    ) -> Document:
        """Store a document whole; `ConditionFailed` if `when` does not hold."""
        put, _ = self._checked_put(Put(key, data, when, expires_at))
        with _worded([put]):
            version = self._patience.insist(lambda: self.driver.write(put, self.clock.now()))
        return Document(key, dict(put.data), version, put.expires_at)

    def delete(self, key: Key, *, when: Condition = ALWAYS) -> None:
        """Remove a document; absent already is done already unless `when` asks for a version."""
        delete = Delete(checked_key(key), when)
        with _worded([delete]):
            self._patience.insist(lambda: self.driver.write(delete, self.clock.now()))

    def query(self, query: Query) -> Page[Document]:
        """Read one page of a partition."""
        scan, name = scan_of(query), fingerprint_of(query)
        if query.cursor is not None:
            scan = replace(scan, after=self.cursors.read(query.cursor, query=name))
        if scan.upper is not None and scan.lower >= scan.upper:
            return Page(items=())
        found, resume = self._collect(scan, query.limit)
        return Page(items=tuple(found), next_cursor=resume and self.cursors.issue(resume, query=name))

    def batch_get(self, keys: Sequence[Key]) -> Got:
        """Read many; what the store does not answer for within the budget is `failed`, never `missing`."""
        found: dict[Key, Document] = {}

        def attempt(some: Sequence[Key]) -> Sequence[Key]:
            documents, unanswered = self.driver.read_many(some)
            found.update((document.key, document) for document in documents)
            return unanswered

        wanted = list(dict.fromkeys(map(checked_key, keys)))
        failed = self._in_batches(wanted, self.driver.limits.max_batch_get, attempt)
        now, unanswered = self.clock.now(), set(failed)
        live = {key: found[key] for key in wanted if key in found and is_live(found[key], now)}
        return Got(live, tuple(key for key in wanted if key not in live and key not in unanswered), failed)

    def batch_put(self, puts: Sequence[Put]) -> Stored:
        """Store many, not as one: some may fail. Of two puts with one key the last counts; conditions are `Invalid`."""
        if any(not isinstance(put.when, Always) for put in puts):
            raise refused("/puts", "condition", "a batch has no conditions, atomic has")
        checked = {put.key: self._checked_put(put)[0] for put in puts}
        left = self._in_batches(list(checked.values()), self.driver.limits.max_batch_put, self.driver.write_many)
        failed = {put.key for put in left}
        return Stored(
            tuple(key for key in checked if key not in failed), tuple(key for key in checked if key in failed)
        )

    def atomic(self, writes: Sequence[Write]) -> None:
        """Do all writes or none; `ConditionFailed.index` names the first whose condition does not hold."""
        checked = [self._checked(write) for write in writes]
        self._check_atomic([write for write, _ in checked], sum(size for _, size in checked))
        if not checked:
            return
        asked = [write for write, _ in checked]
        with _worded(writes):
            self._patience.insist(lambda: self.driver.write_all(asked, self.clock.now()))

    def _collect(self, scan: Scan, limit: int) -> tuple[list[Document], str | None]:
        """Read until one more than `limit` is found, so that a cursor is given only where more is to come."""
        found: list[Document] = []
        for _ in range(MAX_ROUNDS):
            chunk = self.driver.scan(replace(scan, wanted=limit + 1 - len(found)))
            now = self.clock.now()
            found += [document for document in chunk.documents if is_live(document, now)]
            if len(found) > limit:
                return found[:limit], found[limit - 1].key.id
            if chunk.resume is None:
                return found, None
            scan = replace(scan, after=chunk.resume)
        return found, scan.after

    @property
    def _patience(self) -> Patience:
        return Patience(self.clock, self.ids)

    def _in_batches(
        self, items: Sequence[_Item], size: int, attempt: Callable[[Sequence[_Item]], Sequence[_Item]]
    ) -> tuple[_Item, ...]:
        batches = (items[start : start + size] for start in range(0, len(items), size))
        return tuple(left for batch in batches for left in self._patience.drain(batch, attempt))

    def _checked(self, write: Write) -> tuple[Write, int]:
        if isinstance(write, Put):
            return self._checked_put(write)
        checked_key(write.key)
        return write, 0

    def _checked_put(self, put: Put) -> tuple[Put, int]:
        data, size = portable_data(put.data)
        if size > self.driver.limits.max_item_bytes:
            raise refused("/data", "size", f"a document has at most {self.driver.limits.max_item_bytes} bytes")
        return Put(checked_key(put.key), data, put.when, put.expires_at and whole_seconds(put.expires_at)), size

    def _check_atomic(self, writes: Sequence[Write], size: int) -> None:
        limits = self.driver.limits
        keys = {write.key for write in writes}
        if len(writes) > limits.max_atomic_writes or size > limits.max_atomic_bytes:
            allowed = f"at most {limits.max_atomic_writes} writes of {limits.max_atomic_bytes} bytes in all"
            raise refused("/writes", "size", allowed)
        if len(keys) < len(writes):
            raise refused("/writes", "distinct", "each document once")
        if limits.atomic_scope == "partition" and len({key.partition for key in keys}) > 1:
            raise refused("/writes", "partition", "this store is atomic within one partition only")


@contextmanager
def _worded(writes: Sequence[Write]) -> Iterator[None]:
    try:
        yield
    except ConditionRefused as refused:
        raise ConditionFailed(writes[refused.index].key, refused.index) from refused
