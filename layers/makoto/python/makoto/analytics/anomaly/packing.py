"""The state of a detector as text: every number of every part, in order."""

import struct
import zlib
from array import array
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterator

from makoto.errors import Invalid

_FORM = "anomaly1:"


class NotAState(Invalid):
    """The text is no state of this kind of detector."""


def packed(root: object) -> str:
    """Write the numbers of a tree of slotted objects; doubles for scalars, single floats for arrays."""
    scalars: list[float] = []
    arrays = bytearray()
    for _, _, value in _leaves(root):
        if isinstance(value, array):
            arrays += value.tobytes()
        else:
            scalars.append(value)
    raw = struct.pack(f"<{len(scalars)}d", *scalars) + bytes(arrays)
    return _FORM + b64encode(zlib.compress(raw, 9)).decode("ascii")


def restored(root: object, text: str) -> None:
    """Put the numbers back into a tree of the same shape."""
    raw = _raw(text)
    leaves = list(_leaves(root))
    scalars = [(owner, name) for owner, name, value in leaves if not isinstance(value, array)]
    arrays = [(owner, name, len(value)) for owner, name, value in leaves if isinstance(value, array)]
    if len(raw) != 8 * len(scalars) + 4 * sum(length for _, _, length in arrays):
        raise NotAState("the state has another size: it belongs to another kind of detector")
    for (owner, name), value in zip(scalars, struct.unpack_from(f"<{len(scalars)}d", raw), strict=True):
        setattr(owner, name, value)
    offset = 8 * len(scalars)
    for owner, name, length in arrays:
        setattr(owner, name, array("f", raw[offset : offset + 4 * length]))
        offset += 4 * length


def _raw(text: str) -> bytes:
    if not text.startswith(_FORM):
        raise NotAState(f"a state begins with {_FORM}")
    try:
        return zlib.decompress(b64decode(text[len(_FORM) :], validate=True))
    except (Error, zlib.error, ValueError):
        raise NotAState("the state is damaged") from None


def _leaves(owner: object) -> Iterator[tuple[object, str, "float | array[float]"]]:
    for name in owner.__slots__:  # type: ignore[attr-defined]  # every part of a detector has slots
        value = getattr(owner, name)
        if isinstance(value, float | array):
            yield owner, name, value
        elif isinstance(value, list):
            for part in value:
                yield from _leaves(part)
        elif not isinstance(value, tuple):
            yield from _leaves(value)
