"""Objects (files) of one tenant: the portable class over every store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import IOBase
from typing import BinaryIO, Literal, Protocol, TypeAlias

from makoto.domain import Page
from makoto.errors import Conflict, NotFound
from makoto.ports.cursors import Cursors, fingerprint
from makoto.ports.object_rules import (
    checked_key,
    checked_metadata,
    checked_prefix,
    checked_range,
    checked_seconds,
    checked_type,
    refused,
)

Body: TypeAlias = bytes | Iterator[bytes] | BinaryIO
Method: TypeAlias = Literal["GET", "PUT"]
MAX_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of an object without its bytes. A listing leaves `content_type` and `metadata` empty."""

    key: str
    bytes: int
    etag: str
    modified_at: datetime
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """An address that grants one operation; send `headers` with it. It may end earlier than asked for, never later."""

    url: str = field(repr=False)
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ObjectLimits:
    """What a driver declares about its store."""

    max_object_bytes: int
    max_single_put_bytes: int
    max_signed_s: int


class ObjectNotFound(NotFound):
    """There is no object under this key; the key is for logs and never in the detail."""

    def __init__(self, key: str) -> None:
        super().__init__("the object does not exist")
        self.key = key


class ObjectExists(Conflict):
    """There is an object under this key already."""

    def __init__(self, key: str) -> None:
        super().__init__("the object exists already")
        self.key = key


class ObjectsDriver(Protocol):
    """One object store of one tenant; it raises `ObjectNotFound` and `ObjectExists`."""

    @property
    def limits(self) -> ObjectLimits: ...

    def put(
        self, key: str, body: bytes, content_type: str, metadata: Mapping[str, str], when_absent: bool
    ) -> ObjectInfo:
        """Store at most `max_single_put_bytes` in one request."""
        ...

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        """Store a longer body part by part in constant memory; if the iterator raises, nothing is stored."""
        ...

    def read(self, key: str, span: tuple[int, int] | None) -> bytes:
        """Return all bytes, or those of a half-open range; a range that begins at or past the end gives none."""
        ...

    def stream(self, key: str) -> Iterator[bytes]: ...

    def head(self, key: str) -> ObjectInfo: ...

    def delete(self, key: str) -> None: ...

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        """Return the first objects past `after` in the order of their keys' bytes, at most `wanted`."""
        ...

    def copy(self, source: str, target: str) -> None: ...

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl: ...


@dataclass(frozen=True, slots=True)
class Objects:
    """Read and write a tenant's objects; rules, paging and wording are here, once."""

    driver: ObjectsDriver
    cursors: Cursors

    def upload(
        self,
        key: str,
        body: Body,
        *,
        content_type: str,
        metadata: Mapping[str, str] | None = None,
        when_absent: bool = False,
    ) -> ObjectInfo:
        """Store an object whole or not at all, a stream in constant memory; `ObjectExists` under `when_absent`.

        `when_absent` takes at most the driver's `max_single_put_bytes`, since a store decides that in one request only.
        """
        checked_key(key)
        checked = checked_metadata(metadata or {})
        kind = checked_type(content_type)
        head, rest = _split(body, self.driver.limits.max_single_put_bytes)
        if rest is None:
            return self.driver.put(key, head, kind, checked, when_absent)
        if when_absent:
            most = self.driver.limits.max_single_put_bytes
            raise refused("/body", "size", f"a conditional upload has at most {most} bytes")
        return self.driver.put_stream(key, self._bounded(head, rest), kind, checked)

    def download(self, key: str, *, range: tuple[int, int] | None = None) -> bytes:  # noqa: A002  the HTTP term
        """Read an object, or the bytes `start <= i < end` of it; past its end there are none."""
        return self.driver.read(checked_key(key), checked_range(range))

    def stream(self, key: str) -> Iterator[bytes]:
        """Read an object piece by piece in constant memory; all pieces are of one version."""
        return self.driver.stream(checked_key(key))

    def head(self, key: str) -> ObjectInfo:
        """Read what is known of an object."""
        return self.driver.head(checked_key(key))

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        self.driver.delete(checked_key(key))

    def list(self, prefix: str = "", *, limit: int = 100, cursor: str | None = None) -> Page[ObjectInfo]:
        """List the objects under a prefix (empty, or ending in a slash) in the order of their keys' bytes."""
        checked_prefix(prefix)
        if not 1 <= limit <= MAX_LIMIT:
            raise refused("/limit", "range", f"a page has 1 to {MAX_LIMIT} objects")
        name = fingerprint("objects", prefix)
        after = "" if cursor is None else self.cursors.read(cursor, query=name)
        found = self.driver.page(prefix, after, limit + 1)
        more = self.cursors.issue(found[limit - 1].key, query=name) if len(found) > limit else None
        return Page(items=tuple(found[:limit]), next_cursor=more)

    def copy(self, source: str, target: str) -> None:
        """Copy within the store, with type and metadata, over whatever is at the target."""
        self.driver.copy(checked_key(source), checked_key(target))

    def signed_url(
        self, key: str, *, method: Method = "GET", expires_in_s: int, download_name: str | None = None
    ) -> SignedUrl:
        """Make an address that lets its holder read or write this one object; the object need not exist."""
        checked_seconds(expires_in_s, self.driver.limits.max_signed_s)
        if download_name is not None and method != "GET":
            raise refused("/download_name", "method", "only a download has a name")
        return self.driver.sign(checked_key(key), method, expires_in_s, download_name)

    def _bounded(self, head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        sent, most = len(head), self.driver.limits.max_object_bytes
        yield head
        for piece in rest:
            sent += len(piece)
            if sent > most:
                raise refused("/body", "size", f"an object has at most {most} bytes")
            yield piece


def _split(body: Body, size: int) -> tuple[bytes, Iterator[bytes] | None]:
    """Return the body where it is short, else its beginning and the rest of it."""
    if isinstance(body, bytes | bytearray | memoryview):
        view = memoryview(body)
        return (bytes(view), None) if len(view) <= size else (bytes(view[:size]), _slices(view[size:], size))
    pieces = _pieces(body) if isinstance(body, IOBase) else iter(body)
    head: list[bytes] = []
    held = 0
    for piece in pieces:
        head.append(bytes(piece))
        held += len(piece)
        if held > size:
            return b"".join(head), pieces
    return b"".join(head), None


def _pieces(body: IOBase) -> Iterator[bytes]:
    while piece := body.read(1 << 20):
        yield piece


def _slices(view: memoryview, size: int) -> Iterator[bytes]:
    for start in range(0, len(view), size):
        yield bytes(view[start : start + size])
