"""Objects of a moving tenant: streamed in constant memory, read back and compared, both sides summed up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from functions.moves import manifest
from functions.moves.manifest import Copied, stamp
from functions.moves.model import CopyDiffers, TargetBusy
from functions.moves.ports import Leg
from makoto.ports.documents import Documents
from makoto.ports.move_entry import Tally
from makoto.ports.objects import CHECKSUM, ObjectInfo, ObjectNotFound, Objects

PAGE = 200
MOST_BYTES = 64 << 20
"""After so many bytes a piece of work ends, so that its checkpoint is kept; one object is never cut."""

_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class Portion:
    """A piece of a listing that was worked on: `after` is the key to go on behind, absent at the end."""

    objects: int
    bytes: int
    after: str | None


@dataclass(slots=True)
class _Hashed:
    """Passes pieces on and sums them up."""

    pieces: Iterator[bytes]
    digest: Any = field(default_factory=sha256)  # Any: hashlib's type has no public name

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.digest.update(piece)
            yield piece


def page(objects: Objects, after: str | None) -> tuple[list[ObjectInfo], str | None]:
    """List the next objects and the key to go on behind."""
    found = objects.driver.page("", after or "", PAGE)
    return found, found[-1].key if len(found) == PAGE else None


def find(objects: Objects, key: str) -> ObjectInfo | None:
    """Look at an object that may be absent."""
    try:
        return objects.driver.head(key)
    except ObjectNotFound:
        return None


def copy_portion(leg: Leg, after: str | None) -> Portion:
    """Copy what is not noted as copied."""
    found, resume = page(leg.origin.objects, after)
    known = manifest.read(leg.noted, [each.key for each in found])
    copied_bytes = 0
    for done, each in enumerate(found, 1):
        if not _is_copied(leg, each, known.get(each.key)):
            copy_object(leg, each.key)
        copied_bytes += each.bytes
        if copied_bytes >= MOST_BYTES and done < len(found):
            return Portion(done, copied_bytes, each.key)
    return Portion(len(found), copied_bytes, resume)


def copy_object(leg: Leg, key: str) -> None:
    """Give the destination what the origin holds under a key now, nothing where it holds nothing."""
    try:
        opened = leg.origin.objects.driver.stream(key, None)
    except ObjectNotFound:
        remove(leg, [key])
        return
    info, hashed = opened.info, _Hashed(opened.pieces)
    labels = {name: text for name, text in info.metadata.items() if name != CHECKSUM}
    kept = info.metadata.get(CHECKSUM, "")
    upload = leg.destination.objects.upload
    upload(key, iter(hashed), content_type=info.content_type, metadata=labels, sha256=kept)
    digest = hashed.digest.hexdigest()
    _require_equal(leg.destination.objects, key, digest)
    versions = [stamp(info), stamp(leg.destination.objects.driver.head(key))]
    source, target = reversed(versions) if leg.is_back else versions
    manifest.note(leg.noted, {key: Copied(source, target, digest)})


def prune_page(leg: Leg, after: str | None) -> str | None:
    """Remove from the destination what the origin does not hold, and return the key to go on behind."""
    found, resume = page(leg.destination.objects, after)
    remove(leg, [each.key for each in found if find(leg.origin.objects, each.key) is None])
    return resume


def remove(leg: Leg, keys: Sequence[str]) -> None:
    """Delete objects from the destination, and what was noted of them."""
    delete(leg.destination.objects, keys)
    manifest.forget(leg.noted, keys)


def delete(objects: Objects, keys: Sequence[str]) -> None:
    """Delete all of them; TargetBusy when one was not taken."""
    if keys and objects.delete_many(keys).failed:
        raise TargetBusy("the store did not remove every object")


def bring_late(leg: Leg, keys: Iterable[ObjectInfo]) -> int:
    """Copy what came to the source after its copying, by an address given out before, unless the target went on since.

    A key is left alone where the target holds another version than the copied one, or has deleted it.
    """
    late = list(keys)
    known = manifest.read(leg.noted, [each.key for each in late])
    brought = 0
    for each in late:
        copied, there = known.get(each.key), find(leg.destination.objects, each.key)
        is_late = copied is None or copied.source != stamp(each)
        is_untouched = (there is None) if copied is None else (there is not None and copied.target == stamp(there))
        if is_late and is_untouched:
            copy_object(leg, each.key)
            brought += 1
    return brought


def add(
    tally: Tally, objects: Objects, noted: Documents, after: str | None, *, in_source: bool
) -> tuple[Tally, str | None]:
    """Sum up a page of one side; an object that changed since it was copied counts as another one."""
    found, resume = page(objects, after)
    known = manifest.read(noted, [each.key for each in found])
    total = sum((_digest(each, known.get(each.key), in_source) for each in found), start=tally.objects_sum)
    counted = {"objects": tally.objects + len(found), "bytes": tally.bytes + sum(each.bytes for each in found)}
    return tally.model_copy(update={**counted, "objects_sum": total % _MODULUS}), resume


def _is_copied(leg: Leg, each: ObjectInfo, copied: Copied | None) -> bool:
    if copied is None or copied.version(in_source=not leg.is_back) != stamp(each):
        return False
    there = find(leg.destination.objects, each.key)
    return there is not None and copied.version(in_source=leg.is_back) == stamp(there)


def _digest(each: ObjectInfo, copied: Copied | None, in_source: bool) -> int:
    is_as_copied = copied is not None and copied.version(in_source=in_source) == stamp(each)
    known = copied.sha256 if copied is not None and is_as_copied else f"changed {in_source} {stamp(each)}"
    return int.from_bytes(sha256(f"{each.key}\n{each.bytes}\n{known}".encode()).digest())


def _require_equal(objects: Objects, key: str, digest: str) -> None:
    """Read the copy back: what counts is what the store will give, not what it was given."""
    back = sha256()
    for piece in objects.driver.stream(key, None).pieces:
        back.update(piece)
    if back.hexdigest() != digest:
        raise CopyDiffers("an object read back is not what was sent")
