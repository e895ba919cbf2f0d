"""Bodies of objects: split for a store that takes parts, and checked by their SHA-256 (0.5 ms a MiB)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import SEEK_CUR, SEEK_END, IOBase
from typing import Any, Self

from makoto.ports.object_store import Body, Corrupted

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Parcel:
    """A body ready to go: whole where it is short, else its beginning and the rest of it.

    `sha256` is empty where only reading to the end would tell it.
    """

    head: bytes = field(repr=False)
    rest: Iterator[bytes] | None = field(repr=False)
    sha256: str

    @classmethod
    def of(cls, body: Body, size: int) -> Self:
        """Split after `size` bytes. A file that can be wound back is read twice, the first time for its checksum."""
        if isinstance(body, bytes) and len(body) <= size:  # as it is: copying 1 MiB takes a fifth of hashing it
            return cls(body, None, digest(body))
        if isinstance(body, bytes | bytearray | memoryview):
            view = memoryview(body)
            known = digest(view)
            if len(view) > size:
                return cls(b"", _slices(view, size), known)
            return cls(body if isinstance(body, bytes) else bytes(view), None, known)
        if isinstance(body, IOBase):
            known = _digest_of_file(body) if body.seekable() and _left(body) > size else ""
            return cls._gathered(_pieces(body), size, known)
        return cls._gathered(iter(body), size, "")

    @classmethod
    def _gathered(cls, pieces: Iterator[bytes], size: int, known: str) -> Self:
        head: list[bytes] = []
        held = 0
        for piece in pieces:
            head.append(bytes(piece))
            held += len(piece)
            if held > size:
                return cls(b"".join(head), pieces, known)
        whole = b"".join(head)
        return cls(whole, None, digest(whole))


def digest(body: bytes | memoryview) -> str:
    """Return the checksum of a body."""
    return hashlib.sha256(body).hexdigest()


def checked(key: str, pieces: Iterator[bytes], expected: str, tell: Callable[[str], object] = str) -> Iterator[bytes]:
    """Pass the pieces on and raise `Corrupted` in place of the end if they are not what is expected; `tell` the sum."""
    sum_ = hashlib.sha256()
    for piece in pieces:
        sum_.update(piece)
        yield piece
    if expected and sum_.hexdigest() != expected:
        raise Corrupted(key)
    tell(sum_.hexdigest())


def _left(body: IOBase) -> int:
    here = body.tell()
    end = body.seek(0, SEEK_END)
    body.seek(here)
    return end - here


def _digest_of_file(body: IOBase) -> str:
    here = body.seek(0, SEEK_CUR)
    sum_ = hashlib.sha256()
    for piece in _pieces(body):
        sum_.update(piece)
    body.seek(here)
    return sum_.hexdigest()


def _pieces(body: Any) -> Iterator[bytes]:  # any file; IOBase itself does not name read
    while piece := body.read(PIECE_BYTES):
        yield piece


def _slices(view: memoryview, size: int) -> Iterator[bytes]:
    for start in range(0, len(view), size):
        yield bytes(view[start : start + size])
