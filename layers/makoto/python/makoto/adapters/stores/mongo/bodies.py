"""A document's data as BSON and back, exact in every value.

Text, bool, null and whole numbers of 64 bits are BSON's own. Two portable kinds have no BSON type that is both exact
and in order, so they are documents of one field, whose name no name of a tenant's can be (those have `%` escaped):

- A number is int64, else Decimal128 where its significant digits are at most 34, else `{"%n": text}` with a text that
  orders as the number. Each number has one form, so equality needs that form only; `filters` compares with both.
- Bytes are `{"%b": text}`: BSON's binary orders by length first, portable bytes from the first byte on.

Names: `.` and `$` mean something to MongoDB, so `%`, `.` and `$` are written `%25`, `%2E` and `%24`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from makoto.adapters.stores.mongo.sortable import (
    MAX_NARROW_DIGITS,
    bytes_of,
    bytes_text,
    digits_of,
    number_of,
    number_text,
)
from makoto.ports.portable import Datum, Scalar, portable_number

NUMBER = "%n"
BYTES = "%b"
Bson = Any  # what bson encodes: its own types say no more
_INT64 = 1 << 63
_AS_IT_IS = frozenset({str, bool, type(None)})


def name_text(name: str) -> str:
    """Write a field's name so that MongoDB sees nothing in it."""
    if name.isidentifier():
        return name
    return name.replace("%", "%25").replace(".", "%2E").replace("$", "%24")


def name_of(text: str) -> str:
    """Read what `name_text` wrote."""
    return text.replace("%24", "$").replace("%2E", ".").replace("%25", "%") if "%" in text else text


def scalar_bson(value: Scalar) -> Bson:
    """Return a scalar as it is stored."""
    if isinstance(value, bytes):
        return {BYTES: bytes_text(value)}
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _number_bson(value)
    return value


def map_bson(data: Mapping[str, Datum]) -> dict[str, Bson]:
    """Return a map as it is stored."""
    return {name_text(name): _bson(value) for name, value in data.items()}


def map_of(stored: Mapping[str, Bson]) -> dict[str, Datum]:
    """Read what `map_bson` wrote."""
    return {name_of(name): _datum(value) for name, value in stored.items()}


def _bson(value: Datum) -> Bson:
    if type(value) in _AS_IT_IS or (type(value) is int and -_INT64 <= value < _INT64):
        return value
    if isinstance(value, Mapping):
        return map_bson(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_bson(each) for each in value]
    return scalar_bson(value)


def _number_bson(value: int | Decimal) -> Bson:
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return value
    digits = digits_of(value)
    if len(digits) > MAX_NARROW_DIGITS:
        return {NUMBER: number_text(value)}
    from bson.decimal128 import Decimal128

    sign = "-" if value < 0 else ""
    return Decimal128(f"{sign}{digits}E{Decimal(value).adjusted() - len(digits) + 1}")


def _datum(value: Bson) -> Datum:
    kind = type(value)
    if kind in _AS_IT_IS or kind is int:
        return value  # type: ignore[no-any-return]  # one of those types
    if kind is dict:
        return _tagged(value)
    if kind is list:
        return [_datum(each) for each in value]
    if isinstance(value, int):  # bson's Int64
        return int(value)
    return portable_number(value.to_decimal())


def _tagged(value: dict[str, Bson]) -> Datum:
    if len(value) == 1:
        if NUMBER in value:
            return number_of(value[NUMBER])
        if BYTES in value:
            return bytes_of(value[BYTES])
    return map_of(value)
