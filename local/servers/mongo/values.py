"""The order of BSON values (mongodb.com/docs/manual/reference/bson-type-comparison-order)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson.binary import Binary
from bson.decimal128 import Decimal128
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.timestamp import Timestamp

from local.servers.mongo.errors import unknown

OrderKey = tuple[int, Any]

NULL, NUMBER, TEXT, MAP, LIST, BINARY, MAX = 1, 2, 3, 4, 5, 6, 127
_RANKS: dict[type, int] = {
    MinKey: 0,
    type(None): NULL,
    ObjectId: 7,
    bool: 8,
    datetime: 9,
    Timestamp: 10,
    MaxKey: MAX,
}
TYPE_NAMES = {"null": NULL, "string": TEXT, "object": MAP, "array": LIST, "binData": BINARY, "bool": 8, "date": 9}


def order_key(value: Any) -> OrderKey:
    """Return what orders, and equals, as the value does: its type's rank and its own order within."""
    if isinstance(value, str):
        return TEXT, value
    if isinstance(value, Mapping):
        return MAP, tuple(_field_key(name, each) for name, each in value.items())
    if isinstance(value, list):
        return LIST, tuple(map(order_key, value))
    if isinstance(value, bool) or value is None:
        return _RANKS[type(value)], value or False
    if isinstance(value, int | float):
        return NUMBER, value
    if isinstance(value, Decimal128):
        return NUMBER, value.to_decimal()
    if isinstance(value, bytes):
        return BINARY, (len(value), value.subtype if isinstance(value, Binary) else 0, bytes(value))
    return _rare_key(value)


def _field_key(name: str, value: Any) -> tuple[int, str, Any]:
    """Order a map's field: the type counts before the name."""
    rank, within = order_key(value)
    return rank, name, within


def _rare_key(value: Any) -> OrderKey:
    kind = type(value)
    if kind not in _RANKS:
        raise unknown("type", kind.__name__)
    if isinstance(value, MinKey | MaxKey):
        return _RANKS[kind], False
    return _RANKS[kind], value.binary if isinstance(value, ObjectId) else value
