"""What was copied of the objects, kept beside the target's documents: the versions on both sides and the checksum.

With it the pause needs to list the two sides only, however many bytes they hold, and a broken copying goes on where it
stopped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from functions.moves.documents import remove, store
from functions.moves.model import SourceBusy
from makoto.domain import ms_from_instant
from makoto.ports.documents import Datum, Documents, Key, Put
from makoto.ports.journal import PREFIX
from makoto.ports.objects import ObjectInfo

PARTITION = f"{PREFIX}objects/"
PARTITIONS = 16


@dataclass(frozen=True, slots=True)
class Copied:
    """An object that was copied: its version in the source, that in the target, and the SHA-256 of both."""

    source: str
    target: str
    sha256: str

    def version(self, *, in_source: bool) -> str:
        """The version that one side held when the two were equal."""
        return self.source if in_source else self.target


def stamp(listed: ObjectInfo) -> str:
    """Name a version of an object by what a listing says of it."""
    etag = listed.etag.strip('"')
    return f"{etag} {listed.bytes} {ms_from_instant(listed.modified_at) // 1000}"


def read(documents: Documents, keys: Sequence[str]) -> Mapping[str, Copied]:
    """Read what is noted of these objects."""
    by_place = {place(key): key for key in keys}
    got = documents.system().batch_get(list(by_place))
    if got.failed:
        raise SourceBusy("the manifest did not answer for every object")
    return {by_place[key]: _copied(document.data) for key, document in got.found.items()}


def note(documents: Documents, copied: Mapping[str, Copied]) -> None:
    """Keep what was copied."""
    store(documents, [Put(place(key), _data(each)) for key, each in copied.items()])


def forget(documents: Documents, keys: Iterable[str]) -> None:
    """Drop what was noted of objects that are gone."""
    remove(documents, [place(key) for key in keys])


def place(key: str) -> Key:
    """Name the document about an object; its own key may be too long for an id."""
    digest = sha256(key.encode()).hexdigest()
    return Key(f"{PARTITION}{int(digest[:8], 16) % PARTITIONS}", f"\x01{digest}")


def _data(copied: Copied) -> dict[str, Datum]:
    return {"source": copied.source, "target": copied.target, "sha256": copied.sha256}


def _copied(data: Mapping[str, Datum]) -> Copied:
    return Copied(str(data["source"]), str(data["target"]), str(data["sha256"]))
