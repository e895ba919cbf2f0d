"""Documents in a MongoDB collection of one tenant.

A stored document has `_id` (`p` the partition and `i` the id, in this order), `_v` (the version), `_ttl` (the date it
expires, removed by a TTL index), and in `d` the body.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.mongo.errors import BUSY, codes_of, translated
from makoto.adapters.stores.mongo.filters import filter_query
from makoto.adapters.stores.mongo.transactions import run
from makoto.adapters.stores.mongo.writes import Stored, document_of, guard, id_of, steps, stored_of
from makoto.ports.connection import Connection
from makoto.ports.documents import (
    Always,
    Chunk,
    ConditionRefused,
    Delete,
    Document,
    DocumentLimits,
    IfVersion,
    Key,
    Plan,
    Put,
    Scan,
    Walked,
    Write,
)
from makoto.ports.ids import Ids

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.collection import Collection

COLLECTION = "documents"
VERSION_BYTES = 12
LIMITS = DocumentLimits(
    max_item_bytes=400_000,  # MongoDB takes 16 MiB; the platform's own bound, so that a tenant can move
    max_batch_get=500,
    max_batch_put=500,
    max_atomic_writes=100,
    max_atomic_bytes=4_000_000,
    atomic_scope="store",
    native_expiry=True,
)


class MongoDocuments:
    """One collection. Reads are of the primary and of what a majority holds; writes are acknowledged by a majority."""

    limits = LIMITS

    def __init__(self, connection: "Connection[MongoClient[Stored]]", database: str, ids: Ids) -> None:
        self._connection = connection
        self._database = database
        self._collection: Collection[Stored] | None = None
        self._ids = ids

    def read(self, key: Key) -> Document | None:
        def act(client: "MongoClient[Stored]") -> Stored | None:
            with translated():
                return self._in(client).find_one({"_id": id_of(key)})

        found = self._connection.call(act)
        return None if found is None else document_of(found)

    def read_many(self, keys: Sequence[Key]) -> tuple[Sequence[Document], Sequence[Key]]:
        return self._found({"filter": {"_id": {"$in": list(map(id_of, keys))}}}), ()

    def scan(self, scan: Scan) -> Chunk:
        found = self._found(_find(scan))
        return Chunk(found, found[-1].key.id if len(found) == scan.wanted else None)

    def write(self, write: Write, now: datetime) -> str:
        if not isinstance(write, Put) and not (isinstance(write, Delete) and not _asks_absence(write)):
            self.write_all([write], now)
            return ""
        version = self._version()

        def act(client: "MongoClient[Stored]") -> None:
            with translated(writing=True), _duplicates_refused(write):
                if isinstance(write, Put):
                    _put(self._in(client), write, version, now)
                else:
                    _delete(self._in(client), write, now)

        self._connection.call(act)
        return version

    def write_many(self, writes: Sequence[Put | Delete]) -> Sequence[Put | Delete]:
        from pymongo import DeleteOne, ReplaceOne
        from pymongo.errors import BulkWriteError

        operations = [
            ReplaceOne({"_id": id_of(write.key)}, stored_of(write, self._version()), upsert=True)
            if isinstance(write, Put)
            else DeleteOne({"_id": id_of(write.key)})
            for write in writes
        ]

        def act(client: "MongoClient[Stored]") -> Sequence[int]:
            with translated(writing=True):
                try:
                    self._in(client).bulk_write(operations, ordered=False)
                except BulkWriteError as failed:
                    if not BUSY.issuperset(codes_of(failed)):
                        raise
                    return [int(each["index"]) for each in (failed.details or {})["writeErrors"]]
                return []

        return [writes[index] for index in self._connection.call(act)]

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        laid = steps(writes, now, iter(self._version, ""))
        if laid:
            self._connection.call(lambda client: run(self._in(client), laid))

    def walk(self, after: str | None, wanted: int) -> Walked:
        """In the order of the partitions' bytes; the mark is `[partition, id]`."""
        past: Stored = {} if after is None else {"_id": {"$gt": id_of(Key(*json.loads(after)))}}
        found = self._found({"filter": past, "sort": [("_id", 1)], "limit": wanted, "batch_size": wanted})
        return Walked(found, json.dumps(found[-1].key, ensure_ascii=False) if len(found) == wanted else None)

    def explain(self, scan: Scan) -> Plan:
        from bson.json_util import dumps

        asked = _find(scan)
        sent = {"find": COLLECTION, "filter": asked["filter"], "sort": dict(asked["sort"]), "limit": asked["limit"]}
        return Plan("partition", dumps(sent, ensure_ascii=False))

    def _version(self) -> str:
        return self._ids.random(VERSION_BYTES).hex()

    def _found(self, request: Stored) -> list[Document]:
        def act(client: "MongoClient[Stored]") -> list[Stored]:
            with translated(), self._in(client).find(**request) as cursor:
                return list(cursor)

        return list(map(document_of, self._connection.call(act)))

    def _in(self, client: "MongoClient[Stored]") -> "Collection[Stored]":
        """Return this client's collection; making one takes as long as a tenth of a read."""
        kept = self._collection
        if kept is None or kept.database.client is not client:
            kept = self._collection = client[self._database][COLLECTION]
        return kept


def _asks_absence(write: Delete) -> bool:
    return not isinstance(write.when, Always | IfVersion)


def _put(collection: "Collection[Stored]", put: Put, version: str, now: datetime) -> None:
    inserts = not isinstance(put.when, IfVersion)
    done = collection.replace_one(guard(put.key, put.when, now), stored_of(put, version), upsert=inserts)
    if not inserts and not done.matched_count:
        raise ConditionRefused


def _delete(collection: "Collection[Stored]", delete: Delete, now: datetime) -> None:
    done = collection.delete_one(guard(delete.key, delete.when, now))
    if isinstance(delete.when, IfVersion) and not done.deleted_count:
        raise ConditionRefused


@contextmanager
def _duplicates_refused(write: Write) -> Iterator[None]:
    from pymongo.errors import DuplicateKeyError

    try:
        yield
    except DuplicateKeyError as existing:
        if isinstance(write.when, Always):
            raise
        raise ConditionRefused from existing


def _find(scan: Scan) -> Any:
    """Say a scan as the arguments of `find`."""
    within: Stored = {"_id": _range(scan)}
    if scan.where is not None:
        within = {"$and": [within, filter_query(scan.where, "d")]}
    order = -1 if scan.descending else 1
    return {"filter": within, "sort": [("_id", order)], "limit": scan.wanted, "batch_size": scan.wanted}


def _range(scan: Scan) -> Stored:
    """Bound the ids. MaxKey orders after every text, so without an upper bound the range ends with the partition."""
    from bson.max_key import MaxKey

    def at(place: str) -> Stored:
        return dict(id_of(Key(scan.partition, place)))

    first: Stored = {"$gte": at(scan.lower)}
    end: Any = {"p": scan.partition, "i": MaxKey()} if scan.upper is None else at(scan.upper)
    if scan.after is not None and scan.descending:
        end = at(scan.after)
    elif scan.after is not None:
        first = {"$gt": at(scan.after)}
    return {**first, "$lt": end}
