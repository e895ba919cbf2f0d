"""What was about to be written while a tenant moves between clouds: intents that tell the mover what to look at again.

An intent is stored before the write that it announces, in the store that is being left, and names keys, never contents:
the mover copies what a key holds then, so it may read an intent twice, or one whose write never came.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from makoto.domain import instant_from_ms, ms_from_instant
from makoto.ports.clock import Clock
from makoto.ports.document_store import Document, DocumentsDriver, Key, Put, Scan
from makoto.ports.ids import Ids

PREFIX = "journal/"
SHARDS = 16
MARKER = Key(f"{PREFIX}marker", "\x01move")
"""The document by which a target says for which move it was made."""

KEYS_AN_INTENT = 40
"""Of 3,000 bytes at most each: an intent fits into every store."""

_FIRST, _PAST = "\x01", "\x02"

Kind: TypeAlias = Literal["document", "object", "secret"]


class Intent(NamedTuple):
    """Keys that somebody was about to write at an instant: `[partition, id]` of documents, `[name]` of the others."""

    key: Key
    kind: Kind
    names: tuple[tuple[str, ...], ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Journal:
    """The intents of one store, spread over 16 partitions and in order of time in each."""

    driver: DocumentsDriver
    clock: Clock
    ids: Ids

    def announce(self, kind: Kind, names: Sequence[tuple[str, ...]]) -> None:
        """Store the intent to write under these names; the write may begin when this has returned."""
        for start in range(0, len(names), KEYS_AN_INTENT):
            self._store(kind, names[start : start + KEYS_AN_INTENT])

    def first(self, shard: int, wanted: int) -> list[Intent]:
        """Read a shard's earliest intents."""
        found = self.driver.scan(Scan(f"{PREFIX}{shard}", _FIRST, _PAST, None, None, False, wanted))
        return [_intent(document) for document in found.documents]

    def _store(self, kind: Kind, names: Sequence[tuple[str, ...]]) -> None:
        now, ulid = self.clock.now(), self.ids.ulid()
        shard = zlib.crc32(ulid.encode()) % SHARDS
        data = {"kind": kind, "names": [list(name) for name in names], "at": ms_from_instant(now)}
        self.driver.write(Put(Key(f"{PREFIX}{shard}", f"{_FIRST}{ulid}"), data), now)


def is_of_a_move(key: Key) -> bool:
    """Tell a move's own documents from the tenant's: they stay where they are."""
    return key.partition.startswith(PREFIX) and key.id.startswith(_FIRST)


def _intent(document: Document) -> Intent:
    data = document.data
    names = tuple(tuple(str(part) for part in name) for name in data["names"])  # type: ignore[union-attr]  # as stored
    kind: Kind = data["kind"]  # type: ignore[assignment]  # as stored above
    return Intent(document.key, kind, names, instant_from_ms(int(data["at"])))  # type: ignore[arg-type]  # as stored
