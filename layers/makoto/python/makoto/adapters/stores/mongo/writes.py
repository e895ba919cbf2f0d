"""Writes and their conditions as MongoDB's own, each in the filter of the one operation that it guards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from makoto.adapters.stores.mongo.bodies import map_bson, map_of
from makoto.ports.documents import Always, Condition, Delete, Document, IfAbsent, IfVersion, Key, Put, Write

if TYPE_CHECKING:
    from pymongo import DeleteOne, ReplaceOne, UpdateOne

Stored = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a transaction; `index` is the write it is of. One that `must_find` may not insert."""

    index: int
    operation: "ReplaceOne[Stored] | UpdateOne | DeleteOne"
    must_find: bool = False


def id_of(key: Key) -> dict[str, str]:
    """Return a document's `_id`; MongoDB compares field by field and texts by their bytes, so `i` orders within `p`."""
    return {"p": key.partition, "i": key.id}


def key_of(stored: Mapping[str, Any]) -> Key:
    return Key(stored["_id"]["p"], stored["_id"]["i"])


def stored_of(put: Put, version: str) -> Stored:
    """Return a put's document as it is stored."""
    expiry = {} if put.expires_at is None else {"_ttl": put.expires_at.astimezone(UTC)}
    return {"_id": id_of(put.key), "_v": version, **expiry, "d": map_bson(put.data)}


def document_of(stored: Mapping[str, Any]) -> Document:
    """Read what `stored_of` wrote."""
    return Document(key_of(stored), map_of(stored["d"]), stored["_v"], stored.get("_ttl"))


def guard(key: Key, when: Condition, now: datetime) -> Stored:
    """Say where a write may go; an expired document counts as absent.

    For IfAbsent this finds an expired document only: an upsert inserts where there is none, and where a live one is it
    fails with a duplicate key.
    """
    match when:
        case Always():
            return {"_id": id_of(key)}
        case IfAbsent():
            return {"_id": id_of(key), "_ttl": {"$lte": now}}
        case IfVersion(version):
            return {"_id": id_of(key), "_v": version, "_ttl": {"$not": {"$lte": now}}}


def steps(writes: Sequence[Write], now: datetime, versions: Iterator[str]) -> list[Step]:
    """Lay out a transaction: conditions and puts in their order, then what removes documents."""
    laid = [step for index, write in enumerate(writes) for step in _steps(index, write, now, versions)]
    return [step for step in laid if not _removes(step)] + [step for step in laid if _removes(step)]


def _removes(step: Step) -> bool:
    from pymongo import DeleteOne

    return isinstance(step.operation, DeleteOne)


def _steps(index: int, write: Write, now: datetime, versions: Iterator[str]) -> Iterator[Step]:
    from pymongo import DeleteOne, ReplaceOne

    where, version = guard(write.key, write.when, now), next(versions)
    if isinstance(write, Put):
        found_only = isinstance(write.when, IfVersion)
        yield Step(index, ReplaceOne(where, stored_of(write, version), upsert=True), must_find=found_only)
        return
    yield from _held(index, write, where, version, now)
    if isinstance(write, Delete) or isinstance(write.when, IfAbsent):
        yield Step(index, DeleteOne({"_id": id_of(write.key)}))


def _held(index: int, write: Write, where: Stored, version: str, now: datetime) -> Iterator[Step]:
    """Test a condition by writing, since a transaction that only reads a document does not keep others from it.

    A document gets a mark beside its body. An absent one is inserted, expired at once, and removed by a later step.
    """
    from pymongo import ReplaceOne, UpdateOne

    if isinstance(write.when, IfVersion):
        yield Step(index, UpdateOne(where, {"$set": {"_held": version}}, upsert=True), must_find=True)
    elif isinstance(write.when, IfAbsent):
        marker = stored_of(Put(write.key, {}, expires_at=now), version)
        yield Step(index, ReplaceOne(where, marker, upsert=True))
