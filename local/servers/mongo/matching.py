"""Whether a document matches a query, with MongoDB's meaning of arrays, null and types."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.servers.mongo.errors import CommandError, unknown
from local.servers.mongo.values import MAX, TYPE_NAMES, order_key

Found = Any
MISSING = object()
LOGICAL = ("$and", "$or", "$nor")


def check(query: Any) -> None:
    """Refuse a query that holds what this server does not know, whatever there is to be found."""
    if not isinstance(query, Mapping):
        raise CommandError(2, "a query is a document")
    for name, asked in query.items():
        if name in LOGICAL:
            if not isinstance(asked, list) or not asked:
                raise CommandError(2, f"{name} must be a nonempty array")
            for each in asked:
                check(each)
        elif name.startswith("$"):
            raise unknown("top level operator", name)
        elif is_operators(asked):
            _check_operators(asked)


def _check_operators(asked: Mapping[str, Any]) -> None:
    for operator, operand in asked.items():
        if operator == "$not":
            if not is_operators(operand):
                raise CommandError(2, "$not needs a document of operators")
            _check_operators(operand)
        elif operator == "$elemMatch":
            _check_operators(operand) if is_operators(operand) else check(operand)
        elif operator not in _SINGLE and operator not in ("$ne", "$nin", "$exists"):
            raise unknown("operator", operator)
        elif operator in ("$gt", "$gte", "$lt", "$lte") and operand is None:
            raise unknown("comparison with", "null")
        elif operator == "$type" and operand not in TYPE_NAMES:
            raise unknown("$type", str(operand))
        elif operator == "$regex" and not isinstance(operand, str):
            raise unknown("$regex of", type(operand).__name__)


def matches(query: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Tell whether every part of a checked query holds."""
    return all(_part(name, asked, document) for name, asked in query.items())


def _part(name: str, asked: Any, document: Mapping[str, Any]) -> bool:
    if not name.startswith("$"):
        return _field(name.split("."), asked, document)
    held = (matches(each, document) for each in asked)
    return all(held) if name == "$and" else any(held) is (name == "$or")


def _field(steps: list[str], asked: Any, document: Mapping[str, Any]) -> bool:
    if not is_operators(asked):
        return _holds("$eq", asked, steps, document)
    return all(_holds(operator, operand, steps, document) for operator, operand in asked.items())


def is_operators(asked: Any) -> bool:
    """Tell operators from a value; a mixture is refused."""
    if not isinstance(asked, Mapping) or not asked:
        return False
    kinds = {name.startswith("$") for name in asked}
    if len(kinds) > 1:
        raise CommandError(2, "operators and fields in one place")
    return kinds == {True}


def _holds(operator: str, operand: Any, steps: list[str], document: Mapping[str, Any]) -> bool:
    if operator == "$not":
        return not _field(steps, operand, document)
    if operator in ("$ne", "$nin"):
        return not _holds("$eq" if operator == "$ne" else "$in", operand, steps, document)
    if operator == "$exists":
        return any(found is not MISSING for found in _reached(steps, document)) is bool(operand)
    if operator == "$elemMatch":
        return any(_has_element(found, operand) for found in _reached(steps, document))
    return any(_SINGLE[operator](found, operand) for found in _candidates(steps, document))


def _candidates(steps: list[str], document: Mapping[str, Any]) -> Iterator[Found]:
    """Yield what an operator is tried on: what the path reaches, and each element of an array at its end."""
    for found in _reached(steps, document):
        if isinstance(found, list):
            yield from found
        yield found


def _reached(steps: list[str], value: Any) -> Iterator[Found]:
    """Follow a path, through the documents of arrays on its way and by a number into an array."""
    if not steps:
        yield value
        return
    if isinstance(value, Mapping):
        yield from _reached(steps[1:], value[steps[0]]) if steps[0] in value else [MISSING]
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, Mapping):
                yield from _reached(steps, each)
        if steps[0].isdigit() and int(steps[0]) < len(value):
            yield from _reached(steps[1:], value[int(steps[0])])
    else:
        yield MISSING


def _has_element(found: Found, operand: Any) -> bool:
    if not isinstance(found, list):
        return False
    if not is_operators(operand):
        return any(isinstance(each, Mapping) and matches(operand, each) for each in found)
    return any(all(_SINGLE[name](each, value) for name, value in operand.items()) for each in found)


def _equal(found: Found, operand: Any) -> bool:
    if found is MISSING:
        return operand is None
    return order_key(found) == order_key(operand)


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[Found, Any], bool]:
    """Compare values of one type only; MaxKey and MinKey compare with all."""

    def test(found: Found, operand: Any) -> bool:
        if found is MISSING:
            return False
        mine, other = order_key(found), order_key(operand)
        return (mine[0] == other[0] or other[0] in (0, MAX)) and holds(mine, other)

    return test


def _of_type(found: Found, operand: Any) -> bool:
    return found is not MISSING and order_key(found)[0] == TYPE_NAMES[operand]


def _like(found: Found, operand: Any) -> bool:
    return isinstance(found, str) and re.search(operand, found) is not None


_SINGLE: dict[str, Callable[[Found, Any], bool]] = {
    "$eq": _equal,
    "$in": lambda found, operand: any(_equal(found, each) for each in operand),
    "$gt": _compared(lambda mine, other: mine > other),
    "$gte": _compared(lambda mine, other: mine >= other),
    "$lt": _compared(lambda mine, other: mine < other),
    "$lte": _compared(lambda mine, other: mine <= other),
    "$type": _of_type,
    "$regex": _like,
}
