"""Commands that read and write documents."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import bson

from local.servers.mongo.errors import DUPLICATE_KEY, CommandError, unknown
from local.servers.mongo.selection import is_descending, select
from local.servers.mongo.store import Store, Stored, Transaction
from local.servers.mongo.updates import storable, updated, upserted
from local.servers.mongo.values import order_key

Body = dict[str, Any]
MAX_BATCH_BYTES = 16 * 1024 * 1024
FIRST_BATCH = 101
GENERAL = frozenset(
    {
        "$clusterTime",
        "$db",
        "$readPreference",
        "autocommit",
        "comment",
        "lsid",
        "maxTimeMS",
        "readConcern",
        "startTransaction",
        "txnNumber",
        "writeConcern",
    }
)


@dataclass(slots=True)
class Call:
    """One command on one collection, within a transaction or not."""

    name: str
    body: Body
    within: Transaction | None

    @property
    def collection(self) -> str:
        return f"{self.body['$db']}.{self.body[self.name]}"

    def known(self, *names: str) -> None:
        """Refuse arguments that would have no effect here."""
        for name in self.body.keys() - GENERAL - {self.name, *names}:
            raise unknown(f"argument of {self.name}", name)


class Crud:
    """Find, insert, update, delete, and the cursors of what is left of a find."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cursors: dict[int, tuple[str, list[Stored]]] = {}
        self._numbers = itertools.count(1)

    def find(self, call: Call) -> Body:
        call.known("filter", "sort", "limit", "batchSize", "singleBatch")
        descending = is_descending(call.body.get("sort", {}))
        limit = abs(int(call.body.get("limit", 0)))
        with self._store.lock:
            found = select(
                self._store, call.collection, call.body.get("filter", {}), call.within, descending=descending
            )
            documents = [document for _, document in itertools.islice(found, limit or None)]
        size = 1 if call.body.get("singleBatch") else int(call.body.get("batchSize", FIRST_BATCH))
        return self._batch(0, call.collection, documents, "firstBatch", max(size, limit if limit == 1 else 0))

    def get_more(self, call: Call) -> Body:
        call.known("collection", "batchSize")
        number = int(call.body["getMore"])
        if number not in self._cursors:
            raise CommandError(43, f"cursor id {number} not found")
        name, left = self._cursors.pop(number)
        return self._batch(number, name, left, "nextBatch", int(call.body.get("batchSize", 0)) or len(left))

    def kill_cursors(self, call: Call) -> Body:
        killed = [number for number in call.body["cursors"] if self._cursors.pop(int(number), None)]
        return {"cursorsKilled": killed, "cursorsNotFound": [], "cursorsAlive": [], "cursorsUnknown": []}

    def count(self, call: Call) -> Body:
        call.known("query")
        with self._store.lock:
            return {"n": sum(1 for _ in select(self._store, call.collection, call.body.get("query", {}), call.within))}

    def insert(self, call: Call) -> Body:
        call.known("documents", "ordered", "bypassDocumentValidation")

        def one(document: Stored) -> Body:
            self._insert(call, storable(document))
            return {"n": 1}

        return self._each(call, call.body["documents"], one)

    def update(self, call: Call) -> Body:
        call.known("updates", "ordered", "bypassDocumentValidation")
        return self._each(call, call.body["updates"], lambda asked: self._update(call, asked))

    def delete(self, call: Call) -> Body:
        call.known("deletes", "ordered")

        def one(asked: Body) -> Body:
            found = select(self._store, call.collection, asked["q"], call.within)
            keys = [key for key, _ in itertools.islice(found, asked["limit"] or None)]
            for key in keys:
                self._store.write(call.collection, key, None, call.within)
            return {"n": len(keys)}

        return self._each(call, call.body["deletes"], one)

    def _update(self, call: Call, asked: Body) -> Body:
        for name in asked.keys() - {"q", "u", "upsert", "multi"}:
            raise unknown("argument of an update", name)
        if asked.get("multi"):
            raise unknown("update of", "many")
        for key, document in select(self._store, call.collection, asked["q"], call.within):
            changed = updated(document, asked["u"])
            if changed != document:
                self._store.write(call.collection, key, changed, call.within)
            return {"n": 1, "nModified": int(changed != document)}
        if not asked.get("upsert"):
            return {"n": 0, "nModified": 0}
        fresh = upserted(asked["q"], asked["u"])
        self._insert(call, fresh)
        return {"n": 1, "nModified": 0, "upserted": [{"index": 0, "_id": fresh["_id"]}]}

    def _insert(self, call: Call, document: Stored) -> None:
        key = order_key(document["_id"])
        if self._store.read(call.collection, key, call.within) is not None:
            raise CommandError(DUPLICATE_KEY, f"E11000 duplicate key error collection: {call.collection} index: _id_")
        self._store.write(call.collection, key, document, call.within)

    def _each(self, call: Call, asked: Iterable[Body], one: Callable[[Any], Body]) -> Body:
        """Do writes one after the other; each is atomic by itself and counts for itself."""
        done: Body = {"n": 0, "nModified": 0} if call.name == "update" else {"n": 0}
        for index, each in enumerate(asked):
            try:
                counted = self._store.patiently(lambda each=each: one(each))  # type: ignore[misc]  # bound to the loop
            except CommandError as refused:
                if call.within is not None and refused.code != DUPLICATE_KEY:
                    raise
                failure = {"index": index, "code": refused.code, "errmsg": str(refused), "keyPattern": {"_id": 1}}
                done.setdefault("writeErrors", []).append(failure)
                if call.body.get("ordered", True):
                    break
                continue
            for name, value in counted.items():
                if name == "upserted":
                    done.setdefault(name, []).append({**value[0], "index": index})
                else:
                    done[name] = done.get(name, 0) + value
        return done

    def _batch(self, number: int, name: str, documents: list[Stored], field: str, most: int) -> Body:
        taken, size = 0, 0
        for document in documents[:most]:
            size += len(bson.encode(document))
            if taken and size > MAX_BATCH_BYTES:
                break
            taken += 1
        left = documents[taken:]
        number = (number or next(self._numbers)) if left else 0
        if left:
            self._cursors[number] = (name, left)
        return {"cursor": {"id": bson.Int64(number), "ns": name, field: documents[:taken]}}
