"""What survives a stop: a file of BSON records, appended at every change and rewritten at a start."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import bson
from bson.codec_options import CodecOptions

from local.servers.mongo.values import OrderKey, order_key

Stored = dict[str, Any]
OPTIONS: CodecOptions[Stored] = CodecOptions(tz_aware=True)
Kept = tuple[str, dict[str, Stored], list[Stored]]


class Journal:
    """Each record is one command's change, so a torn last one (the power went) is dropped as a whole."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def load(self) -> list[Kept]:
        """Read what is kept, write it anew in its shortest form, and go on from there."""
        if self._path is None:
            return []
        kept = _replayed(_records(self._path))
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            for name, indexes, documents in kept:
                file.write(bson.encode({"created": name, "indexes": indexes}))
                for document in documents:
                    file.write(bson.encode({"changes": [_change(name, document["_id"], document)]}))
        fresh.replace(self._path)
        self._file = self._path.open("ab")
        return kept

    def created(self, name: str, indexes: dict[str, Stored]) -> None:
        self._append({"created": name, "indexes": indexes})

    def dropped(self, name: str) -> None:
        self._append({"dropped": name})

    def changed(self, changes: Iterable[tuple[str, Any, Stored | None]]) -> None:
        """Keep what became of documents: collection, `_id`, and the document where it is still there."""
        if self._file is not None:
            self._append({"changes": [_change(*each) for each in changes]})

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _append(self, record: Stored) -> None:
        if self._file is not None:
            self._file.write(bson.encode(record))
            self._file.flush()


def _change(name: str, document_id: Any, document: Stored | None) -> Stored:
    return {"in": name, "_id": document_id, "document": document}


def _replayed(records: Iterable[Stored]) -> list[Kept]:
    indexes: dict[str, dict[str, Stored]] = {}
    documents: dict[str, dict[OrderKey, Stored]] = {}
    for record in records:
        if "created" in record:
            indexes[record["created"]] = record["indexes"]
            documents.setdefault(record["created"], {})
        elif "dropped" in record:
            del indexes[record["dropped"]], documents[record["dropped"]]
        for change in record.get("changes", []):
            key = order_key(change["_id"])
            documents[change["in"]].pop(key, None)
            if change["document"] is not None:
                documents[change["in"]][key] = change["document"]
    return [(name, indexes[name], list(documents[name].values())) for name in indexes]


def _records(path: Path) -> Iterator[Stored]:
    if not path.exists():
        return
    with path.open("rb") as file:
        while len(head := file.read(4)) == 4:
            rest = file.read(int.from_bytes(head, "little") - 4)
            if len(rest) < int.from_bytes(head, "little") - 4:
                return
            yield bson.decode(head + rest, OPTIONS)
