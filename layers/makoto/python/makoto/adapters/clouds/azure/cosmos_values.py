"""Portable data as the JSON that Cosmos DB keeps, and back.

Cosmos DB keeps every number as an IEEE 754 double. A number that is the shortest decimal form of a double (each integer
up to 2^53, nearly each decimal of 15 digits) is a JSON number, so that the tenant's own reports can count with it. Any
other is `{"$n": text}`, where the texts order as the numbers do. Each number has one form only, so equal numbers are
equal in the store; doubles order as their shortest forms do, so comparing stays exact: a bound that is no double is
taken to the next one (`double_bound`). Bytes are `{"$b": hexadecimal}`, in the order of the bytes. A field's own name
that begins with `$` has one `$` more.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from makoto.ports.portable import Datum, portable_number

Json: TypeAlias = Any  # str, int, float, bool, None, list or dict of them

NUMBER = "$n"
BYTES = "$b"
EXACT = 2**53
_OFFSET = 500
_WIDTH = 3
_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def encoded(value: Datum) -> Json:
    """Write a portable value."""
    match value:
        case bool() | str() | None:
            return value
        case int() | Decimal():
            return encoded_number(value)
        case bytes():
            return {BYTES: value.hex()}
        case Mapping():
            return encoded_map(value)
        case _:
            return [encoded(each) for each in value]


def encoded_map(data: Mapping[str, Datum]) -> dict[str, Json]:
    """Write portable data."""
    return {field_name(name): encoded(value) for name, value in data.items()}


def encoded_number(number: int | Decimal) -> Json:
    """Write a number: itself where a double holds it, else its sortable text."""
    if isinstance(number, int) and -EXACT <= number <= EXACT:
        return number
    double = float(number)
    return double if Decimal(repr(double)) == number else {NUMBER: sortable_number(number)}


def field_name(name: str) -> str:
    """Return the name under which a field is stored."""
    return f"${name}" if name.startswith("$") else name


def decoded_map(stored: Mapping[str, Json]) -> dict[str, Datum]:
    """Read portable data."""
    return {name.removeprefix("$") if name[:1] == "$" else name: decoded(value) for name, value in stored.items()}


def decoded(value: Json) -> Datum:
    """Read a portable value."""
    match value:
        case bool() | str() | None:
            return value
        case int() | float():
            return decoded_number(value)
        case {"$n": str() as text}:
            return number_of(text)
        case {"$b": str() as text}:
            return bytes.fromhex(text)
        case dict():
            return decoded_map(value)
        case _:
            return [decoded(each) for each in value]


def decoded_number(number: float) -> int | Decimal:
    """Read a JSON number in the form that was put."""
    if isinstance(number, int) and -EXACT <= number <= EXACT:
        return number
    return portable_number(Decimal(repr(float(number))))


def sortable_number(number: int | Decimal) -> str:
    """Return a text that orders as the number does: sign, exponent, digits; of a negative their complement."""
    exact = Decimal(number)
    if not exact:
        return "1"  # after every negative, before every positive
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    text = f"{exact.adjusted() + _OFFSET:0{_WIDTH}}{digits}"
    return (
        f"0{text.translate(_COMPLEMENT)}~" if exact.is_signed() else f"1{text}"
    )  # ~ ends a text after its longer ones


def number_of(text: str) -> int | Decimal:
    """Read a sortable text."""
    is_negative = text[0] == "0"
    plain = text[1:].rstrip("~").translate(_COMPLEMENT) if is_negative else text[1:]
    digits = plain[_WIDTH:]
    exponent = int(plain[:_WIDTH]) - _OFFSET - len(digits) + 1
    return portable_number(Decimal((int(is_negative), tuple(map(int, digits)), exponent)))


def double_bound(comparison: str, number: int | Decimal) -> tuple[str, Json]:
    """Say a comparison of stored doubles with any number as one with a double."""
    double = float(number)
    stored = Decimal(repr(double))
    if stored < number:
        comparison = {"<": "<=", ">=": ">"}.get(comparison, comparison)
    elif stored > number:
        comparison = {"<=": "<", ">": ">="}.get(comparison, comparison)
    return comparison, int(double) if double.is_integer() and abs(double) <= EXACT else double
