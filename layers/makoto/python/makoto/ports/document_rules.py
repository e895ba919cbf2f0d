"""What every document store can be asked: keys, ranges, sizes and expiries that mean the same everywhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from makoto.errors import FieldError, Invalid
from makoto.ports.cursors import fingerprint
from makoto.ports.document_store import (
    ConditionFailed,
    ConditionRefused,
    Document,
    DocumentLimits,
    Key,
    Put,
    Query,
    Scan,
    Write,
)
from makoto.ports.filters import checked_filter
from makoto.ports.portable import portable_data, text_bytes, text_past

MAX_LIMIT = 1000
MAX_PARTITION_BYTES = 2000
MAX_ID_BYTES = 1000
RESERVED = "\x01"
"""Ids that begin so are the platform's own: outbox, inbox, journals. No text begins lower, since NUL is refused."""
_UNRESERVED = "\x02"


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """The rules over one store; `is_system` opens the reserved ids."""

    limits: DocumentLimits
    is_system: bool = False

    def key(self, key: Key) -> Key:
        """Return a key that every store can hold and the caller may name."""
        _check_text("/key/partition", key.partition, MAX_PARTITION_BYTES)
        _check_text("/key/id", key.id, MAX_ID_BYTES)
        if key.id[0] == RESERVED and not self.is_system:
            raise refused("/key/id", "reserved", "ids that begin with U+0001 are the platform's own")
        return key

    def shows(self, document: Document, now: datetime) -> bool:
        """Tell whether the caller may see a document of a walk."""
        return is_live(document, now) and (self.is_system or document.key.id[0] != RESERVED)

    def put(self, put: Put) -> tuple[Put, int]:
        """Return a put in portable form and its size in bytes."""
        data, size = portable_data(put.data)
        if size > self.limits.max_item_bytes:
            raise refused("/data", "size", f"a document has at most {self.limits.max_item_bytes} bytes")
        return Put(self.key(put.key), data, put.when, put.expires_at and whole_seconds(put.expires_at)), size

    def write(self, write: Write) -> tuple[Write, int]:
        """Return any write in portable form and its size in bytes."""
        if isinstance(write, Put):
            return self.put(write)
        self.key(write.key)
        return write, 0

    def check_atomic(self, writes: Sequence[Write], size: int) -> None:
        """Refuse what the store cannot do as one."""
        limits = self.limits
        keys = {write.key for write in writes}
        if len(writes) > limits.max_atomic_writes or size > limits.max_atomic_bytes:
            allowed = f"at most {limits.max_atomic_writes} writes of {limits.max_atomic_bytes} bytes in all"
            raise refused("/writes", "size", allowed)
        if len(keys) < len(writes):
            raise refused("/writes", "distinct", "each document once")
        if limits.atomic_scope == "partition" and len({key.partition for key in keys}) > 1:
            raise refused("/writes", "partition", "this store is atomic within one partition only")

    def check_consistency(self, consistent: bool) -> None:
        """Refuse to promise what the store cannot."""
        if consistent and self.limits.consistency != "strong":
            raise refused("/consistent", "consistency", "this store reads its own session's writes only")

    def scan(self, query: Query) -> Scan:
        """Say what a query asks in the terms of a driver: prefix and range become one half-open range."""
        check_limit(query.limit)
        self.check_consistency(query.consistent)
        _check_text("/partition", query.partition, MAX_PARTITION_BYTES)
        for bound in (query.prefix, query.start or "", query.end or ""):
            text_bytes(bound)
        ends = [end for end in (text_past(query.prefix), query.end) if end is not None]
        lower = max(query.prefix, query.start or "", "" if self.is_system else _UNRESERVED)
        where = query.where and checked_filter(query.where)
        return Scan(query.partition, lower, min(ends, default=None), None, where, query.descending, query.limit)

    def fingerprint(self, query: Query) -> str:
        """Name a query for its cursors."""
        bounds = (query.partition, query.prefix, query.start, query.end)
        return fingerprint("documents", bounds, query.where, query.descending, self.is_system)


def check_limit(limit: int) -> None:
    """Refuse a page without documents or with too many."""
    if not 1 <= limit <= MAX_LIMIT:
        raise refused("/limit", "range", f"a page has 1 to {MAX_LIMIT} documents")


def _check_text(pointer: str, text: str, most: int) -> None:
    if not 1 <= text_bytes(text) <= most:
        raise refused(pointer, "length", f"1 to {most} bytes of UTF-8")


def refused(pointer: str, rule: str, detail: str) -> Invalid:
    """Word a broken rule."""
    return Invalid(f"the document store cannot take this: {detail}", errors=[FieldError(pointer, rule, detail)])


@contextmanager
def worded(writes: Sequence[Write]) -> Iterator[None]:
    """Name the write whose condition does not hold."""
    try:
        yield
    except ConditionRefused as failed:
        raise ConditionFailed(writes[failed.index].key, failed.index) from failed


def whole_seconds(instant: datetime) -> datetime:
    """Round an expiry up to the whole second, the finest that every store keeps."""
    if instant.tzinfo is None:
        raise refused("/expires_at", "zone", "an expiry names its zone")
    return instant if not instant.microsecond else instant.replace(microsecond=0) + timedelta(seconds=1)


def is_live(document: Document, now: datetime) -> bool:
    """Tell whether a document has not expired."""
    return document.expires_at is None or document.expires_at > now
