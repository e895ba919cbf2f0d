"""The filter tree as a MongoDB query.

A query of MongoDB's looks into arrays, takes a missing field for null and orders bytes by their length; the portable
filter does none of it. So every step of a path is guarded against arrays, null is asked for by its type, and numbers
and bytes are compared in the forms that `bodies` gives them. Values stand behind an operator only, so none can be one;
the names of a path are escaped as they are stored. There is no `$where` and no `$expr`.

Numbers: a stored Decimal128 has at most 34 digits, so beside an operand of more digits none lies between that operand
rounded down and rounded up to 34; a stored longer number is compared by its text with that of any operand.
"""

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, assert_never

from makoto.adapters.stores.mongo.bodies import BYTES, NUMBER, name_text, scalar_bson
from makoto.adapters.stores.mongo.sortable import MAX_NARROW_DIGITS, bytes_text, number_text
from makoto.errors import FieldError, Invalid
from makoto.ports.filters import And, Filter, Leaf, Not, Or
from makoto.ports.portable import Scalar, text_past

Query = dict[str, Any]

MAX_PATTERN_BYTES = 16_000  # half of what PCRE compiles in MongoDB
_NO_ARRAY: Query = {"$not": {"$type": "array"}}
_BOUNDS = {"lt": ("$lt",), "le": ("$lte",), "gt": ("$gt",), "ge": ("$gte",), "between": ("$gte", "$lte")}


def filter_query(tree: Filter, body: str) -> Query:
    """Compile a checked filter over the map `body`."""
    match tree:
        case And(filters):
            return {"$and": [filter_query(each, body) for each in filters]}
        case Or(filters):
            return {"$or": [filter_query(each, body) for each in filters]}
        case Not(negated):
            return {"$nor": [filter_query(negated, body)]}
        case Leaf():
            return _leaf(tree, body)
        case _:
            assert_never(tree)


def _leaf(leaf: Leaf, body: str) -> Query:
    names = [body, *map(name_text, leaf.segments)]
    steps = [".".join(names[:length]) for length in range(2, len(names) + 1)]
    path, above = steps[-1], [{step: _NO_ARRAY} for step in steps[:-1]]
    match leaf.op:
        case "exists":
            there = {"$and": [*above, {path: {"$exists": True}}]}
            return there if leaf.value else {"$nor": [there]}
        case "ne":
            return {"$and": [*above, {path: {"$exists": True}}, {"$nor": [_scalar(leaf, path)]}]}
        case "contains":
            return {"$and": [*above, _contains(leaf.operands[0], path)]}
        case _:
            return {"$and": [*above, _scalar(leaf, path)]}


def _scalar(leaf: Leaf, path: str) -> Query:
    """Ask about a value that is no array."""
    return {"$and": [{path: _NO_ARRAY}, _compared(leaf, path)]}


def _compared(leaf: Leaf, path: str) -> Query:
    if leaf.op in ("eq", "ne", "in"):
        return _one_of(leaf.operands, path)
    if leaf.op == "begins_with":
        return _begins_with(str(leaf.operands[0]), path)
    first = leaf.operands[0]
    if isinstance(first, str):
        return {path: dict(zip(_BOUNDS[leaf.op], leaf.operands, strict=True))}
    if isinstance(first, bytes):
        texts = [bytes_text(each) for each in leaf.operands if isinstance(each, bytes)]
        return {f"{path}.{BYTES}": dict(zip(_BOUNDS[leaf.op], texts, strict=True))}
    return _number_within(leaf, path)


def _one_of(operands: tuple[Scalar, ...], path: str) -> Query:
    values = [scalar_bson(each) for each in operands if each is not None]
    asked: list[Query] = [{path: {"$in": values}}] if values else []
    if None in operands:
        asked.append({path: {"$type": "null"}})
    return {"$or": asked}


def _begins_with(prefix: str, path: str) -> Query:
    """Ask for a range of texts; MongoDB compares values of the operand's type only."""
    past = text_past(prefix)
    if not prefix:
        return {path: {"$type": "string"}}
    return {path: {"$gte": prefix} if past is None else {"$gte": prefix, "$lt": past}}


def _number_within(leaf: Leaf, path: str) -> Query:
    numbers = [each for each in leaf.operands if isinstance(each, int | Decimal)]
    bounds = list(zip(_BOUNDS[leaf.op], numbers, strict=True))
    narrow = dict(_narrow_bound(operator, number) for operator, number in bounds)
    return {"$or": [{path: narrow}, {f"{path}.{NUMBER}": {op: number_text(number) for op, number in bounds}}]}


def _narrow_bound(operator: str, number: int | Decimal) -> tuple[str, Any]:
    """Return the bound that a number of at most 34 digits meets when it meets the given one."""
    downwards = operator in ("$lt", "$lte")
    context = Context(MAX_NARROW_DIGITS, ROUND_FLOOR if downwards else ROUND_CEILING, Emin=-999, Emax=999, traps=[])
    rounded = context.create_decimal(number)
    if rounded == number:
        return operator, scalar_bson(number)
    return ("$lte" if downwards else "$gte"), scalar_bson(rounded)


def _contains(operand: Scalar, path: str) -> Query:
    in_list: Query = {path: {"$elemMatch": {"$eq": scalar_bson(operand)}}}
    if not isinstance(operand, str):
        return in_list
    return {"$or": [in_list, {"$and": [{path: _NO_ARRAY}, {path: {"$regex": _literal(operand)}}]}]}


def _literal(text: str) -> str:
    pattern = re.escape(text)
    size = len(pattern.encode())
    if size > MAX_PATTERN_BYTES:
        rule = FieldError("/where", "size", f"{size} of {MAX_PATTERN_BYTES} bytes to look for in a text")
        raise Invalid("the filter is too long for this store", errors=[rule])
    return pattern
