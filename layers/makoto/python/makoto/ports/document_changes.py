"""Changes to a part of a document, with one meaning over every store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias, assert_never

from makoto.errors import FieldError, Invalid
from makoto.ports.filters import MAX_PATH
from makoto.ports.portable import Datum

_EXACT = Context(prec=600)  # no sum of two portable numbers has more digits


@dataclass(frozen=True, slots=True)
class Set:
    """Put a value at a dotted path; the maps on the way are made where they are missing."""

    path: str
    value: Datum


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a field away; one that is not there is no error."""

    path: str


@dataclass(frozen=True, slots=True)
class Increment:
    """Add to a number; a missing one counts as 0."""

    path: str
    by: int | Decimal = 1


@dataclass(frozen=True, slots=True)
class Append:
    """Add values to the end of a list; a missing one counts as empty."""

    path: str
    values: Sequence[Datum]


Change: TypeAlias = Set | Remove | Increment | Append


def changed(data: Mapping[str, Datum], changes: Sequence[Change]) -> dict[str, Datum]:
    """Return the data after all changes in order; one that does not fit what is there is `Invalid`."""
    result = dict(data)
    for change in changes:
        segments = change.path.split(".")
        if not all(segments) or len(segments) > MAX_PATH:
            raise _refused(change, f"a path is 1 to {MAX_PATH} names joined by dots")
        result = _within(result, segments, change)
    return result


def _within(data: Mapping[str, Datum], segments: Sequence[str], change: Change) -> dict[str, Datum]:
    name, rest = segments[0], segments[1:]
    copy = dict(data)
    if not rest:
        return _at(copy, name, change)
    inner = copy.get(name, {})
    if not isinstance(inner, Mapping):
        raise _refused(change, "a field on the way is no map")
    if name in copy or not isinstance(change, Remove):
        copy[name] = _within(inner, rest, change)
    return copy


def _at(copy: dict[str, Datum], name: str, change: Change) -> dict[str, Datum]:
    match change:
        case Set():
            copy[name] = change.value
        case Remove():
            copy.pop(name, None)
        case Increment():
            copy[name] = _sum(copy.get(name, 0), change)
        case Append():
            copy[name] = _list(copy.get(name, []), change)
        case _:
            assert_never(change)
    return copy


def _sum(found: Datum, change: Increment) -> int | Decimal:
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise _refused(change, "only a number can be incremented")
    if isinstance(found, int) and isinstance(change.by, int):
        return found + change.by
    return _EXACT.add(Decimal(found), Decimal(change.by))


def _list(found: Datum, change: Append) -> list[Datum]:
    if isinstance(found, str | bytes) or not isinstance(found, Sequence):
        raise _refused(change, "only a list can be appended to")
    return [*found, *change.values]


def _refused(change: Change, detail: str) -> Invalid:
    pointer = "/" + change.path.replace("~", "~0").replace("/", "~1").replace(".", "/")
    return Invalid(f"the document cannot be changed so: {detail}", errors=[FieldError(pointer, "change", detail)])
