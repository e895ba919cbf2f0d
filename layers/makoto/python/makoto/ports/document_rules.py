"""What every document store can be asked: keys, ranges and expiries that mean the same everywhere."""

from datetime import datetime, timedelta

from makoto.errors import FieldError, Invalid
from makoto.ports.cursors import fingerprint
from makoto.ports.document_store import Document, Key, Query, Scan
from makoto.ports.filters import checked_filter
from makoto.ports.portable import text_bytes, text_past

MAX_LIMIT = 1000
MAX_PARTITION_BYTES = 2000
MAX_ID_BYTES = 1000


def scan_of(query: Query) -> Scan:
    """Say what a query asks in the terms of a driver: prefix and range become one half-open range."""
    if not 1 <= query.limit <= MAX_LIMIT:
        raise refused("/limit", "range", f"a page has 1 to {MAX_LIMIT} documents")
    _checked_text("/partition", query.partition, MAX_PARTITION_BYTES)
    bounds = [query.prefix, query.start or "", query.end or ""]
    for bound in bounds:
        text_bytes(bound)
    ends = [end for end in (text_past(query.prefix), query.end) if end is not None]
    where = query.where and checked_filter(query.where)
    lower = max(query.prefix, query.start or "")
    return Scan(query.partition, lower, min(ends, default=None), None, where, query.descending, query.limit)


def fingerprint_of(query: Query) -> str:
    """Name a query for its cursors."""
    bounds = (query.partition, query.prefix, query.start, query.end)
    return fingerprint("documents", bounds, query.where, query.descending)


def checked_key(key: Key) -> Key:
    """Return a key that every store can hold."""
    _checked_text("/key/partition", key.partition, MAX_PARTITION_BYTES)
    _checked_text("/key/id", key.id, MAX_ID_BYTES)
    return key


def _checked_text(pointer: str, text: str, most: int) -> None:
    if not 1 <= text_bytes(text) <= most:
        raise refused(pointer, "length", f"1 to {most} bytes of UTF-8")


def refused(pointer: str, rule: str, detail: str) -> Invalid:
    """Word a broken rule."""
    return Invalid(f"the document store cannot take this: {detail}", errors=[FieldError(pointer, rule, detail)])


def whole_seconds(instant: datetime) -> datetime:
    """Round an expiry up to the whole second, the finest that every store keeps."""
    if instant.tzinfo is None:
        raise refused("/expires_at", "zone", "an expiry names its zone")
    return instant if not instant.microsecond else instant.replace(microsecond=0) + timedelta(seconds=1)


def is_live(document: Document, now: datetime) -> bool:
    """Tell whether a document has not expired."""
    return document.expires_at is None or document.expires_at > now
