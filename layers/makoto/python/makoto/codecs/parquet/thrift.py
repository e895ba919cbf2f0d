"""Thrift's compact protocol, as much of it as Parquet's metadata needs."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


class I64(int):
    """A 64-bit whole number; a plain `int` is written as 32-bit."""


Field: TypeAlias = "int | I64 | str | bytes | Struct | List"


class Struct(NamedTuple):
    """Fields by number; a field that is `None` is left out."""

    fields: Sequence[tuple[int, "Field | None"]]


class List(NamedTuple):
    """Items of one type."""

    items: Sequence[Field]


def encode(struct: Struct) -> bytes:
    """Write a struct."""
    out = bytearray()
    last = 0
    for number, value in struct.fields:
        if value is None:
            continue
        kind, delta = _kind(value), number - last
        out += bytes([delta << 4 | kind]) if 0 < delta < 16 else bytes([kind]) + varint(_zigzag(number))
        out += _value(value)
        last = number
    return bytes(out) + b"\x00"


def varint(number: int) -> bytes:
    """Write a number that is not negative, seven bits a byte, lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _kind(value: Field) -> int:
    if isinstance(value, Struct):
        return _STRUCT
    if isinstance(value, List):
        return _LIST
    if isinstance(value, str | bytes):
        return _BINARY
    return _I64 if isinstance(value, I64) else _I32


def _value(value: Field) -> bytes:
    if isinstance(value, Struct):
        return encode(value)
    if isinstance(value, List):
        size, kind = len(value.items), _kind(value.items[0])
        head = bytes([size << 4 | kind]) if size < 15 else bytes([0xF0 | kind]) + varint(size)
        return head + b"".join(_value(item) for item in value.items)
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        return varint(len(raw)) + raw
    return varint(_zigzag(value))
