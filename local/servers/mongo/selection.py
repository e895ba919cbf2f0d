"""Which documents a query finds, by the order of `_id` where it bounds it."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.servers.mongo.errors import unknown
from local.servers.mongo.matching import check, is_operators, matches
from local.servers.mongo.store import Store, Stored, Transaction
from local.servers.mongo.values import OrderKey, order_key

Bound = tuple[OrderKey, bool]
_LOWEST: Bound = ((-1, None), True)
_HIGHEST: Bound = ((128, None), True)


def select(
    store: Store, name: str, query: Mapping[str, Any], within: Transaction | None, *, descending: bool = False
) -> Iterator[tuple[OrderKey, Stored]]:
    """Yield what matches, in the order of `_id`."""
    check(query)
    keys = _keys(store, name, query, within)
    for key in reversed(keys) if descending else keys:
        document = store.read(name, key, within)
        if document is not None and matches(query, document):
            yield key, document


def is_descending(sort: Mapping[str, Any]) -> bool:
    """Read a `sort`; `_id` is the one order there is."""
    if sort and list(sort) != ["_id"]:
        raise unknown("order by", ", ".join(sort))
    return bool(sort) and int(sort["_id"]) < 0


def _keys(store: Store, name: str, query: Mapping[str, Any], within: Transaction | None) -> list[OrderKey]:
    asked = _asked_id(query)
    if asked is not None and not is_operators(asked):
        return [order_key(asked)]
    operators = asked or {}
    if "$in" in operators:
        return sorted({order_key(each) for each in operators["$in"]})
    low, high = _bounds(operators)
    keys = store.keys(name, low, high)
    mine = [] if within is None else [key for place, key in within.changes if place == name]
    return sorted({*keys, *mine}) if mine else keys


def _asked_id(query: Mapping[str, Any]) -> Any:
    """Return what a query asks of `_id`, at its top or in a conjunction."""
    parts = [query, *query.get("$and", [])]
    return next((part["_id"] for part in parts if "_id" in part), None)


def _bounds(operators: Mapping[str, Any]) -> tuple[Bound, Bound]:
    low, high = _LOWEST, _HIGHEST
    for operator, value in operators.items():
        if operator in ("$gt", "$gte"):
            low = (order_key(value), operator == "$gte")
        elif operator in ("$lt", "$lte"):
            high = (order_key(value), operator == "$lte")
    return low, high
