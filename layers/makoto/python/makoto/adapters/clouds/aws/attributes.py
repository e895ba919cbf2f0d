"""Portable data as DynamoDB's typed attributes and back; the types are few, so no vendor code is imported for it."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias, cast

from makoto.ports.portable import Datum, portable_number

Attribute: TypeAlias = (
    Any  # {"S": str}, {"N": str}, {"B": bytes}, {"BOOL": bool}, {"NULL": True}, {"L": […]} or {"M": {…}}
)


def attribute_of(value: Datum) -> Attribute:
    """Write a portable value."""
    write = _SCALARS.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, Mapping):
        return {"M": map_of(value)}
    return {"L": [attribute_of(each) for each in cast("Sequence[Datum]", value)]}


def map_of(data: Mapping[str, Datum]) -> dict[str, Attribute]:
    """Write portable data."""
    return {name: attribute_of(value) for name, value in data.items()}


def data_of(attributes: Mapping[str, Attribute]) -> dict[str, Datum]:
    """Read portable data."""
    return {name: value_of(attribute) for name, attribute in attributes.items()}


def value_of(attribute: Attribute) -> Datum:
    """Read a portable value: a whole number as `int`, any other as `Decimal`."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return number_of(value)
    if kind == "M":
        return data_of(value)
    if kind == "L":
        return [value_of(each) for each in value]
    return None if kind == "NULL" else cast("str | bool | bytes", value)


def number_of(text: str) -> int | Decimal:
    """Read a number in the form that was put."""
    return portable_number(int(text) if text.lstrip("-").isdecimal() else Decimal(text))


def _number(value: int | Decimal) -> Attribute:
    return {"N": str(value)}


_SCALARS: dict[type, Callable[[Any], Attribute]] = {
    str: lambda value: {"S": value},
    int: _number,
    Decimal: _number,
    bool: lambda value: {"BOOL": value},
    bytes: lambda value: {"B": value},
    type(None): lambda _: {"NULL": True},
}
