"""What a use case and an object store say to each other, and the little that a driver must do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import IOBase
from typing import BinaryIO, Literal, Protocol, TypeAlias

from makoto.errors import Conflict, NotFound
from makoto.ports.connection import NotYet

Body: TypeAlias = bytes | Iterator[bytes] | BinaryIO | IOBase
Method: TypeAlias = Literal["GET", "PUT"]

CHECKSUM = "makoto-sha256"
"""The metadata under which the checksum of an object lies beside it; names that begin with `makoto-` are reserved."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What is known of an object without its bytes. A listing leaves what follows `modified_at` empty.

    `sha256` is the hexadecimal digest of the whole body, empty where none was kept.
    """

    key: str
    bytes: int
    etag: str
    modified_at: datetime
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class SignedUrl:
    """An address that grants one operation; send `headers` with it. It may end earlier than asked for, never later."""

    url: str = field(repr=False)
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Deleted:
    """A batch delete: what is gone, and what the store did not take."""

    ok: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectLimits:
    """What a driver declares about its store; asking for what it cannot is `Invalid`.

    `creates_once` and `replaces_version`: it decides `when_absent` and `if_match` of an upload. `checks_bodies`: it
    refuses a body that was changed on the way. `holds_tenant_key`: it encrypts with a key that the tenant names.
    """

    max_object_bytes: int
    max_single_put_bytes: int
    max_signed_s: int
    max_batch_delete: int = 1000
    creates_once: bool = True
    replaces_version: bool = True
    checks_bodies: bool = True
    holds_tenant_key: bool = True


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


class ObjectChanged(Conflict):
    """The object is another one than the etag names, or there is none."""

    def __init__(self, key: str) -> None:
        super().__init__("the object was changed in the meantime")
        self.key = key


class Corrupted(NotYet):
    """The bytes are not those whose checksum was kept or given; no sign that the store is down."""

    def __init__(self, key: str) -> None:
        super().__init__("the object's bytes do not match its checksum")
        self.key = key


@dataclass(frozen=True, slots=True)
class Opened:
    """An object being read: what is known of it (with its metadata), and its bytes, all of this one version."""

    info: ObjectInfo
    pieces: Iterator[bytes] = field(repr=False)


class ObjectsDriver(Protocol):
    """One object store of one tenant; it raises `ObjectNotFound`, `ObjectExists` and `ObjectChanged`.

    `metadata` goes in and comes out whole, the reserved names too; `ObjectInfo.sha256` is the portable class's.
    """

    @property
    def limits(self) -> ObjectLimits: ...

    def put(
        self,
        key: str,
        body: bytes,
        content_type: str,
        metadata: Mapping[str, str],
        *,
        when_absent: bool,
        if_match: str | None,
    ) -> ObjectInfo:
        """Store at most `max_single_put_bytes` in one request; `if_match` where nothing is raises `ObjectChanged`."""
        ...

    def put_stream(self, key: str, body: Iterator[bytes], content_type: str, metadata: Mapping[str, str]) -> ObjectInfo:
        """Store a longer body part by part in constant memory; if the iterator raises, nothing is stored."""
        ...

    def read(self, key: str, span: tuple[int, int] | None, if_match: str | None) -> tuple[bytes, Mapping[str, str]]:
        """Return all bytes, or those of a half-open range, and the metadata.

        A range that begins at or past the end gives no bytes (and may give no metadata).
        """
        ...

    def stream(self, key: str, if_match: str | None) -> Opened: ...

    def head(self, key: str) -> ObjectInfo: ...

    def delete(self, key: str) -> None: ...

    def delete_many(self, keys: Sequence[str]) -> Sequence[str]:
        """Remove at most `max_batch_delete` and return those not removed; one that is not there counts as removed."""
        ...

    def page(self, prefix: str, after: str, wanted: int) -> list[ObjectInfo]:
        """Return the first objects past `after` in the order of their keys' bytes, at most `wanted`."""
        ...

    def copy(self, source: str, target: str) -> None: ...

    def sign(self, key: str, method: Method, expires_in_s: int, download_name: str | None) -> SignedUrl: ...
