"""Portable data as DynamoDB's typed attributes and back; the types are few, so no vendor code is imported for it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias, cast

from makoto.ports.portable import Datum, portable_number

Attribute: TypeAlias = (
    Any  # {"S": str}, {"N": str}, {"B": bytes}, {"BOOL": bool}, {"NULL": True}, {"L": […]} or {"M": {…}}
)


def attribute_of(value: Datum) -> Attribute:
    """Write a portable value."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": map_of(value)}
        case _:
            return {"L": [attribute_of(each) for each in value]}


def map_of(data: Mapping[str, Datum]) -> dict[str, Attribute]:
    """Write portable data."""
    return {name: attribute_of(value) for name, value in data.items()}


def data_of(attributes: Mapping[str, Attribute]) -> dict[str, Datum]:
    """Read portable data."""
    return {name: value_of(attribute) for name, attribute in attributes.items()}


def value_of(attribute: Attribute) -> Datum:
    """Read a portable value: a whole number as `int`, any other as `Decimal`."""
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return number_of(value)
        case "NULL":
            return None
        case "L":
            return [value_of(each) for each in value]
        case "M":
            return data_of(value)
        case _:
            return cast("str | bool | bytes", value)


def number_of(text: str) -> int | Decimal:
    """Read a number in the form that was put."""
    return portable_number(int(text) if text.lstrip("-").isdecimal() else Decimal(text))
