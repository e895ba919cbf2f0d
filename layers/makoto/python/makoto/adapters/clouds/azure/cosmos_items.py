"""One document as an item of a Cosmos DB container, and back.

id        SHA-256 of partition and id: Cosmos DB refuses `/ \\ ? #` and long texts there; also the order of a walk
_pk       the partition
_id       the id in ASCII whose order is that of the id's bytes: how the service orders other texts is not documented
_v        the version. Not `_etag`: a transactional batch can only check a document by writing it (a read's If-Match is
          not heeded: Azure/azure-cosmos-dotnet-v3 issue 1581), which changes the etag and must not change the version
_expires  seconds since 1970, absent where it never expires
ttl       seconds from the write to the expiry, or -1 (never): Cosmos DB's own expiry
d         the body
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeAlias

from makoto.adapters.clouds.azure.cosmos_values import decoded_map, encoded_map
from makoto.ports.documents import Document, Key, Put

Item: TypeAlias = dict[str, Any]  # JSON

NEVER = -1
MAX_TTL_S = 2**31 - 1
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_IT_IS = re.compile(r"[!-}]*")
_ESCAPES = re.compile(r" ([0-9a-f]{2})|~([0-9a-f]{6})")


def item_id(key: Key) -> str:
    """Return the vendor's id of a document, unique in the whole container."""
    return sha256(f"{key.partition}\0{key.id}".encode()).hexdigest()  # no key holds a NUL


def sortable(text: str) -> str:
    """Return printable ASCII that orders as the text's UTF-8 bytes do."""
    return text if _AS_IT_IS.fullmatch(text) else "".join(map(_sortable, text))


def _sortable(character: str) -> str:
    if "!" <= character <= "}":
        return character
    return f" {ord(character):02x}" if character <= " " else f"~{ord(character):06x}"


def unsorted(text: str) -> str:
    """Read a sortable text."""
    return _ESCAPES.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def item_of(put: Put, version: str, now: datetime) -> Item:
    """Write a document."""
    keys = {"id": item_id(put.key), "_pk": put.key.partition, "_id": sortable(put.key.id)}
    return {**keys, "_v": version, **_expiry(put.expires_at, now), "d": encoded_map(put.data)}


def changes_of(put: Put, version: str, now: datetime) -> list[Item]:
    """Say as a patch that the stored document becomes this one."""
    stored = item_of(put, version, now)
    names = ("d", "_v", "_expires", "ttl")
    return [{"op": "set", "path": f"/{name}", "value": stored[name]} for name in names]


def document_of(item: Item) -> Document:
    """Read a document."""
    seconds = item["_expires"]
    expires_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return Document(Key(item["_pk"], unsorted(item["_id"])), decoded_map(item["d"]), item["_v"], expires_at)


def _expiry(expires_at: datetime | None, now: datetime) -> Item:
    if expires_at is None:
        return {"_expires": None, "ttl": NEVER}
    seconds = int(expires_at.timestamp())
    lasts = seconds - int(now.timestamp())
    return {"_expires": seconds, "ttl": min(max(lasts, 1), MAX_TTL_S)}


def made_at(ulid: str) -> datetime:
    """Return when a ULID was made, its first 48 bits; for writes that come without a time."""
    milliseconds = sum(
        _CROCKFORD.index(digit) << shift for digit, shift in zip(ulid[:10], range(45, -1, -5), strict=True)
    )
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
