"""What every store can hold: the types, numbers and texts that survive a move from one cloud to another.

Numbers: 38 significant digits, 1E-130 to 9.9E+125 (DynamoDB's range, the narrowest of the stores), no NaN, no infinity,
no float. A whole number comes back as `int`, any other as `Decimal` without trailing zeros. Texts: no NUL (PostgreSQL's
jsonb refuses it), no lone surrogates.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from makoto.errors import FieldError, Invalid

Scalar: TypeAlias = str | int | Decimal | bool | bytes | None
Datum: TypeAlias = "Scalar | Sequence[Datum] | Mapping[str, Datum]"

MAX_DEPTH = 30
MAX_DIGITS = 38
_SAFE_INT = 10**MAX_DIGITS
_NUMBER_BYTES = 21
_LAST_CODE_POINT = "\U0010ffff"
_CONTAINER_BYTES = 3


class NotPortable(Invalid):
    """A value that some store could not hold; the pointer names where it is."""

    def __init__(self, rule: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail, errors=[FieldError(pointer, rule, detail)])
        self.rule = rule

    def below(self, name: str) -> "NotPortable":
        """Say the same with the pointer one level further up."""
        escaped = name.replace("~", "~0").replace("/", "~1")
        return NotPortable(self.rule, self.detail, f"/{escaped}{self.errors[0].pointer}")


def portable_data(data: Mapping[str, Datum]) -> tuple[dict[str, Datum], int]:
    """Return a deep copy in portable form and its size in bytes (names and values, as DynamoDB counts them)."""
    return _mapping(data, 1)


def portable_scalar(value: object) -> Scalar:
    """Return a scalar in portable form."""
    return _scalar(value)[0]


def portable_number(value: int | Decimal) -> int | Decimal:
    """Return the number as every store gives it back."""
    if type(value) is int and -_SAFE_INT < value < _SAFE_INT:
        return value
    if type(value) is Decimal:
        text = str(value)
        if len(text) <= MAX_DIGITS and text[-1] in "123456789" and "." in text and "E" not in text:
            return value  # what most numbers are
    return _decimal(Decimal(value))


def _decimal(value: Decimal) -> int | Decimal:
    if not value.is_finite():
        raise NotPortable("number", "NaN and infinity cannot be stored")
    significant = "".join(map(str, value.as_tuple().digits)).strip("0")
    if not significant:
        return 0
    if len(significant) > MAX_DIGITS or not -130 <= value.adjusted() <= 125:
        raise NotPortable("number", f"a number has at most {MAX_DIGITS} digits and an exponent of -130 to 125")
    if value == value.to_integral_value():
        return int(value)
    sign = "-" if value.is_signed() else ""
    return Decimal(f"{sign}{significant}E{value.adjusted() - len(significant) + 1}")


def text_bytes(text: str) -> int:
    """Return a text's size in UTF-8; one that cannot be stored everywhere is `NotPortable`."""
    if "\0" in text:
        raise NotPortable("text", "a text holds no NUL character")
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise NotPortable("text", "a text holds no lone surrogate") from error


def text_past(prefix: str) -> str | None:
    """Return the least text after all that begin with the prefix."""
    head = prefix.rstrip(_LAST_CODE_POINT)
    if not head:
        return None
    following = ord(head[-1]) + 1
    return head[:-1] + chr(0xE000 if following == 0xD800 else following)  # D800-DFFF are no characters


def _scalar(value: object) -> tuple[Scalar, int]:
    if isinstance(value, str):
        return (value if type(value) is str else str.__str__(value)), text_bytes(value)
    if value is None or isinstance(value, bool):
        return value, 1
    if isinstance(value, int | Decimal):
        return portable_number(value), _NUMBER_BYTES
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value), len(value)
    if isinstance(value, float):
        raise NotPortable("number", "a float is not exact: give a Decimal or a text")
    raise NotPortable("type", f"a {type(value).__name__} cannot be stored")


def _datum(value: Datum, depth: int) -> tuple[Datum, int]:
    if isinstance(value, Mapping):
        return _mapping(value, depth)
    if isinstance(value, list | tuple):
        return _sequence(value, depth)
    return _scalar(value)


def _mapping(data: Mapping[str, Datum], depth: int) -> tuple[dict[str, Datum], int]:
    _check_depth(depth)
    copy: dict[str, Datum] = {}
    size = _CONTAINER_BYTES
    for name, value in data.items():
        try:
            plain = _PLAIN.get(type(value))
            copy[name], more = plain(value) if plain else _datum(value, depth + 1)
            size += more + 1 + _name_bytes(name)
        except NotPortable as refused:
            raise refused.below(str(name)) from None
    return copy, size


def _sequence(values: Sequence[Datum], depth: int) -> tuple[list[Datum], int]:
    _check_depth(depth)
    copy: list[Datum] = []
    size = _CONTAINER_BYTES
    for index, value in enumerate(values):
        try:
            plain = _PLAIN.get(type(value))
            item, more = plain(value) if plain else _datum(value, depth + 1)
        except NotPortable as refused:
            raise refused.below(str(index)) from None
        copy.append(item)
        size += more + 1
    return copy, size


def _name_bytes(name: object) -> int:
    if not isinstance(name, str) or not name:
        raise NotPortable("name", "a field's name is a text that is not empty")
    return text_bytes(name)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotPortable("depth", f"at most {MAX_DEPTH} levels")


def _text(value: str) -> tuple[Scalar, int]:
    return value, text_bytes(value)


def _number(value: int | Decimal) -> tuple[Scalar, int]:
    return portable_number(value), _NUMBER_BYTES


_PLAIN: dict[type, Callable[..., tuple[Scalar, int]]] = {
    str: _text,
    int: _number,
    Decimal: _number,
    bool: _scalar,
    bytes: _scalar,
    type(None): _scalar,
}
