"""Documents of a moving tenant: copied page by page, what is too much taken away, both sides summed up."""

import json
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from functions.moves.model import SourceBusy, TargetBusy
from makoto.ports import secret_names
from makoto.ports.document_rules import is_live
from makoto.ports.documents import Datum, Document, Documents, Key, Put, Stored, Walked
from makoto.ports.journal import is_of_a_move
from makoto.ports.move_entry import SHARES, Tally

PAGE = 250
"""Of 2 MB at most each: a page and its batches fit into the function's memory."""

WRITERS = 4
"""Batches under way at once: a store takes 25 to 100 documents a call, and most of a call is waiting."""

_MODULUS = 1 << 256


def share_of(key: Key) -> int:
    """Name the share of the sums that a document's partition belongs to."""
    return zlib.crc32(key.partition.encode()) % SHARES


def page(documents: Documents, cursor: str | None) -> Walked:
    """Read the tenant's next documents, the platform's own among them, but what follows from something else."""
    walked, now = documents.driver.walk(cursor, PAGE), documents.clock.now()
    kept = [each for each in walked.documents if is_live(each, now) and not _follows(each.key)]
    return Walked(kept, walked.resume)


def copy_page(
    source: Documents, target: Documents, cursor: str | None, shares: Sequence[int]
) -> tuple[int, str | None]:
    """Copy a page and return how many documents and where to go on; of `shares` only, where any are named."""
    walked = page(source, cursor)
    wanted = [each for each in walked.documents if not shares or share_of(each.key) in shares]
    store(target, [_put(document) for document in wanted])
    return len(wanted), walked.resume


def prune_page(source: Documents, target: Documents, cursor: str | None, shares: Sequence[int]) -> str | None:
    """Remove from the target what the source does not hold, and return where to go on."""
    walked = page(target, cursor)
    keys = [each.key for each in walked.documents if not shares or share_of(each.key) in shares]
    _, missing = current(source, keys)
    remove(target, missing)
    return walked.resume


def copy_keys(source: Documents, target: Documents, keys: Iterable[Key]) -> None:
    """Give the target what the source holds under these keys now, nothing where it holds nothing."""
    found, missing = current(source, list(keys))
    store(target, [_put(document) for document in found])
    remove(target, missing)


def current(source: Documents, keys: Sequence[Key]) -> tuple[list[Document], list[Key]]:
    """Read what is there and what is not; SourceBusy rather than a guess."""
    got = source.system().batch_get(keys)
    if got.failed:
        raise SourceBusy("the source did not answer for every document")
    return list(got.found.values()), list(got.missing)


def store(target: Documents, puts: Sequence[Put]) -> None:
    """Put all of them, several batches at once; TargetBusy when one was not taken."""
    if not puts:
        return
    system, size = target.system(), -(-len(puts) // WRITERS)
    slices = [puts[start : start + size] for start in range(0, len(puts), size)]
    with ThreadPoolExecutor(len(slices)) as pool:
        _require_taken(pool.map(system.batch_put, slices))


def remove(target: Documents, keys: Sequence[Key]) -> None:
    """Delete all of them; TargetBusy when one was not taken."""
    if keys:
        _require_taken([target.system().batch_delete(keys)])


def add(tally: Tally, documents: Iterable[Document], horizon: datetime) -> Tally:
    """Sum up documents, in any order; what expires before the horizon may be gone on one side and is left out."""
    shares, count = list(tally.shares), tally.documents
    for document in documents:
        if document.expires_at is None or document.expires_at > horizon:
            share = share_of(document.key)
            shares[share] = (shares[share] + _digest(document)) % _MODULUS
            count += 1
    return tally.model_copy(update={"documents": count, "shares": tuple(shares)})


def _follows(key: Key) -> bool:
    """Tell what a move keeps for itself, and the names of secrets, which are written where a secret is."""
    return is_of_a_move(key) or (key.partition == secret_names.PARTITION and key.id.startswith(secret_names.PREFIX))


def _digest(document: Document) -> int:
    expires_at = document.expires_at and int(document.expires_at.timestamp())
    whole = [document.key.partition, document.key.id, expires_at, document.data]
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_tagged)
    return int.from_bytes(sha256(text.encode()).digest())


def _tagged(value: object) -> list[str]:
    """Write what JSON has no word for; the tag holds a NUL, which no stored text does."""
    if isinstance(value, Decimal):
        return ["\0decimal", str(value.normalize())]
    if isinstance(value, bytes):
        return ["\0bytes", value.hex()]
    raise TypeError(type(value).__name__)


def _put(document: Document) -> Put:
    data: dict[str, Datum] = document.data
    return Put(document.key, data, expires_at=document.expires_at)


def _require_taken(batches: Iterable[Stored]) -> None:
    if any(stored.failed for stored in batches):
        raise TargetBusy("the target did not take every document")
