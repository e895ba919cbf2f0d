"""Portable data as jsonb and back.

Bytes stand as `{"": hex}`: no portable field has an empty name, and hexadecimal digits are ordered as the bytes are.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import msgspec
import orjson

from makoto.ports.portable import Datum, Scalar, portable_number

_TAG = b'{"": "'  # as jsonb writes it; within a text the quotes would be escaped


def json_of(value: Datum) -> str:
    """Write portable data; numbers keep every digit."""
    try:
        return orjson.dumps(value, default=_tagged).decode()
    except orjson.JSONEncodeError:  # an integer of more than 64 bits
        return orjson.dumps(_with_wide_integers(value), default=_tagged).decode()


def data_of(text: bytes) -> dict[str, Datum]:
    """Read portable data."""
    data = _DECODER.decode(text)
    return cast("dict[str, Datum]", _untagged(data) if _TAG in text else data)


def bytes_text(value: bytes) -> str:
    """Say bytes as they stand under the empty name."""
    return value.hex()


def _tagged(value: object) -> object:
    if isinstance(value, bytes):
        return {"": bytes_text(value)}
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"a {type(value).__name__} is not portable")


def _with_wide_integers(value: Datum) -> object:
    if isinstance(value, Mapping):
        return {name: _with_wide_integers(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_with_wide_integers(each) for each in value]
    return orjson.Fragment(str(value)) if type(value) is int else value


def _untagged(value: Any) -> Datum:  # Any: what JSON holds
    if isinstance(value, dict):
        if "" in value:
            return bytes.fromhex(value[""])
        return {name: _untagged(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_untagged(each) for each in value]
    return cast("Scalar", value)


def _number(text: str) -> int | Decimal:
    """Read a number with a point; jsonb keeps trailing zeros, which portable numbers have not."""
    return Decimal(text) if text[-1] != "0" else portable_number(Decimal(text))


_DECODER = msgspec.json.Decoder(float_hook=_number)
