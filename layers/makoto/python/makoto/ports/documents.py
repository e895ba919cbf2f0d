"""Documents of one tenant: the portable class over every store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from makoto.domain import Page
from makoto.ports.clock import Clock
from makoto.ports.cursors import Cursors, fingerprint
from makoto.ports.document_batches import DocumentBatches
from makoto.ports.document_changes import Append, Change, Increment, Remove, Set, changed
from makoto.ports.document_rules import DocumentRules, check_limit, is_live, refused, worded
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
    Plan,
    Put,
    Query,
    Scan,
    Stored,
    Walked,
    Write,
)
from makoto.ports.filters import And, Filter, Leaf, Not, Or
from makoto.ports.ids import Ids
from makoto.ports.patience import Patience
from makoto.ports.portable import Datum

__all__ = [
    "Always",
    "And",
    "Append",
    "Change",
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
    "Increment",
    "Key",
    "Leaf",
    "MaybeApplied",
    "Not",
    "Or",
    "Plan",
    "Put",
    "Query",
    "Remove",
    "Scan",
    "Set",
    "Stored",
    "Walked",
    "Write",
]

MAX_ROUNDS = 64


@dataclass(frozen=True, slots=True)
class Documents:
    """Read and write a tenant's documents; rules, paging, batching, trying again and wording are here, once.

    `consistent=True` asks for every write that was answered before; a store that reads its own session's writes only
    refuses it.
    """

    driver: DocumentsDriver
    cursors: Cursors
    clock: Clock
    ids: Ids
    is_system: bool = False

    def system(self) -> "Documents":
        """Return a view that may use the reserved ids: for the outbox, the inbox and a move, never for a use case."""
        return replace(self, is_system=True)

    def get(self, key: Key, *, consistent: bool = False) -> Document:
        """Read a document; `DocumentNotFound` if it is absent or expired."""
        found = self.find(key, consistent=consistent)
        if found is None:
            raise DocumentNotFound(key)
        return found

    def find(self, key: Key, *, consistent: bool = False) -> Document | None:
        """Read a document that may be absent."""
        self._rules.check_consistency(consistent)
        document = self.driver.read(self._rules.key(key))
        return document if document is not None and is_live(document, self.clock.now()) else None

    def put(
        self, key: Key, data: Mapping[str, Datum], *, when: Condition = ALWAYS, expires_at: datetime | None = None
    ) -> Document:
        """Store a document whole; `ConditionFailed` if `when` does not hold."""
        put, _ = self._rules.put(Put(key, data, when, expires_at))
        with worded([put]):
            version = self._patience.insist(lambda: self.driver.write(put, self.clock.now()))
        return Document(key, dict(put.data), version, put.expires_at)

    def patch(self, key: Key, changes: Sequence[Change], *, when: Condition = ALWAYS) -> Document:
        """Change parts of a document and keep its expiry; `DocumentNotFound` if it is not there.

        It is two calls, a read and a write over the version read, tried again when another write comes in between;
        with `IfVersion` it is tried once. After `MaybeApplied` an increment may have happened.
        """
        if isinstance(when, IfAbsent):
            raise refused("/when", "condition", "what is absent cannot be changed")
        done: list[Document] = []

        def attempt(items: Sequence[None]) -> Sequence[None]:
            try:
                done.append(self._patched(key, changes, when))
            except ConditionFailed:
                if isinstance(when, IfVersion):
                    raise
                return items
            return ()

        if self._patience.drain([None], attempt):
            raise ConditionFailed(key)
        return done[0]

    def delete(self, key: Key, *, when: Condition = ALWAYS) -> None:
        """Remove a document; absent already is done already unless `when` asks for a version."""
        delete = Delete(self._rules.key(key), when)
        with worded([delete]):
            self._patience.insist(lambda: self.driver.write(delete, self.clock.now()))

    def query(self, query: Query) -> Page[Document]:
        """Read one page of a partition."""
        scan, name = self._scan(query)
        if scan.upper is not None and scan.lower >= scan.upper:
            return Page(items=())
        found, resume = self._collect(scan, query.limit)
        return Page(items=tuple(found), next_cursor=resume and self.cursors.issue(resume, query=name))

    def explain(self, query: Query) -> Plan:
        """Say how the store would answer a query; nothing is sent."""
        return self.driver.explain(self._scan(query)[0])

    def walk(self, cursor: str | None = None, limit: int = 100) -> Page[Document]:
        """Read every document of the store, a page at a time, in the store's own order; for a move only.

        A page may be short, even empty, and yet have a cursor.
        """
        check_limit(limit)
        name = fingerprint("walk", self.is_system)
        after = None if cursor is None else self.cursors.read(cursor, query=name)
        found: list[Document] = []
        for _ in range(MAX_ROUNDS):
            walked, now = self.driver.walk(after, limit - len(found)), self.clock.now()
            after = walked.resume
            found += [document for document in walked.documents if self._rules.shows(document, now)]
            if after is None or len(found) >= limit:
                break
        return Page(items=tuple(found), next_cursor=after and self.cursors.issue(after, query=name))

    def batch_get(self, keys: Sequence[Key]) -> Got:
        """Read many; what the store does not answer for within the budget is `failed`, never `missing`."""
        return self._batches.get(list(dict.fromkeys(map(self._rules.key, keys))))

    def batch_put(self, puts: Sequence[Put]) -> Stored:
        """Store many, not as one: some may fail. Of two puts with one key the last counts; conditions are `Invalid`."""
        if any(not isinstance(put.when, Always) for put in puts):
            raise refused("/puts", "condition", "a batch has no conditions, atomic has")
        rules = self._rules
        return self._batches.write({put.key: rules.put(put)[0] for put in puts})

    def batch_delete(self, keys: Sequence[Key]) -> Stored:
        """Remove many, not as one; what is not there is no error."""
        return self._batches.write({key: Delete(key) for key in map(self._rules.key, keys)})

    def atomic(self, writes: Sequence[Write]) -> None:
        """Do all writes or none; `ConditionFailed.index` names the first whose condition does not hold."""
        if asked := self.as_one(writes):
            with worded(writes):
                self._patience.insist(lambda: self.driver.write_all(asked, self.clock.now()))

    def as_one(self, writes: Sequence[Write]) -> Sequence[Write]:
        """Return the writes in portable form; Invalid where this store could not do them as one. Nothing is sent."""
        checked = [self._rules.write(write) for write in writes]
        self._rules.check_atomic([write for write, _ in checked], sum(size for _, size in checked))
        return [write for write, _ in checked]

    @property
    def _rules(self) -> DocumentRules:
        return DocumentRules(self.driver.limits, self.is_system)

    @property
    def _patience(self) -> Patience:
        return Patience(self.clock, self.ids)

    @property
    def _batches(self) -> DocumentBatches:
        return DocumentBatches(self.driver, self.clock, self._patience)

    def _patched(self, key: Key, changes: Sequence[Change], when: Condition) -> Document:
        found = self.find(key)
        if isinstance(when, IfVersion) and (found is None or found.version != when.version):
            raise ConditionFailed(key)
        if found is None:
            raise DocumentNotFound(key)
        data = changed(found.data, changes)
        return self.put(key, data, when=IfVersion(found.version), expires_at=found.expires_at)

    def _scan(self, query: Query) -> tuple[Scan, str]:
        rules = self._rules
        scan, name = rules.scan(query), rules.fingerprint(query)
        after = None if query.cursor is None else self.cursors.read(query.cursor, query=name)
        return replace(scan, after=after), name

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
