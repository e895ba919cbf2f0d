"""MongoDB's wire protocol: OP_MSG, and OP_QUERY for a driver's first hello (github.com/mongodb/specifications)."""

import struct
from dataclasses import dataclass
from typing import IO, Any

import bson
from bson.codec_options import CodecOptions

Body = dict[str, Any]

OPTIONS: CodecOptions[Body] = CodecOptions(tz_aware=True)
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
CHECKSUM, MORE_TO_COME = 1, 2
MAX_MESSAGE_BYTES = 48_000_000
_HEADER = struct.Struct("<iiii")


class Broken(Exception):
    """What came is no message of this protocol."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command; `wants_answer` is false for an unacknowledged write."""

    number: int
    body: Body
    is_legacy: bool = False
    wants_answer: bool = True


def read_request(stream: IO[bytes]) -> Request | None:
    """Read the next message; none where the client has hung up."""
    head = stream.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    size, number, _, operation = _HEADER.unpack(head)
    if not _HEADER.size < size <= MAX_MESSAGE_BYTES + 16_384:
        raise Broken
    rest = stream.read(size - _HEADER.size)
    if len(rest) < size - _HEADER.size:
        return None
    if operation == OP_MSG:
        return _message(number, rest)
    if operation == OP_QUERY:
        return _query(number, rest)
    raise Broken


def write_answer(request: Request, answer: Body) -> bytes:
    """Return an answer's bytes."""
    document = bson.encode(answer)
    if request.is_legacy:
        rest, operation = struct.pack("<iqii", 8, 0, 0, 1) + document, OP_REPLY
    else:
        rest, operation = struct.pack("<Ib", 0, 0) + document, OP_MSG
    return _HEADER.pack(_HEADER.size + len(rest), 0, request.number, operation) + rest


def _message(number: int, rest: bytes) -> Request:
    (flags,) = struct.unpack_from("<I", rest)
    end = len(rest) - (4 if flags & CHECKSUM else 0)
    body: Body = {}
    at = 4
    while at < end:
        size = int.from_bytes(rest[at + 1 : at + 5], "little")
        section = rest[at + 1 : at + 1 + size]
        if rest[at] == 0:
            body |= bson.decode(section, OPTIONS)
        else:
            name, _, documents = section[4:].partition(b"\0")
            body[name.decode()] = bson.decode_all(documents, OPTIONS)
        at += 1 + size
    return Request(number, body, wants_answer=not flags & MORE_TO_COME)


def _query(number: int, rest: bytes) -> Request:
    """Take the command of an OP_QUERY on `<database>.$cmd`."""
    name, _, after = rest[4:].partition(b"\0")
    size = int.from_bytes(after[8:12], "little")
    return Request(number, {**bson.decode(after[8 : 8 + size], OPTIONS), "$db": name.decode().partition(".")[0]}, True)
