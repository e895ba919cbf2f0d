"""The filter tree of a query: what every store can be asked, and the meaning that every store must agree with.

Two-valued logic: a leaf on a missing field, or on one of another type, is false and its `Not` true. `ne` means the
field exists and is not equal, whatever its type. Strings compare by their UTF-8 bytes, numbers by value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from makoto.errors import FieldError, Invalid
from makoto.ports.portable import Datum, Scalar, portable_scalar

Op: TypeAlias = Literal["eq", "ne", "lt", "le", "gt", "ge", "between", "in", "begins_with", "contains", "exists"]
ORDERED = (str, Decimal, bytes)
MAX_LEAVES = 40
MAX_OPERANDS = 100
MAX_DEPTH = 8
MAX_PATH = 8


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. `path` is dotted (`order.lines`), so a field whose name holds a dot cannot be asked for.

    `value`: a scalar; for `between` a pair, both ends included; for `in` a sequence of at most 100 scalars; for
    `contains` a text (in a string or a list), a number or bytes (in a list); for `exists` a bool.
    """

    path: str
    op: Op
    value: "Scalar | Sequence[Scalar]" = True

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.path.split("."))

    @property
    def operands(self) -> tuple[Scalar, ...]:
        """The values compared with, one for most operators."""
        if isinstance(self.value, Sequence) and not isinstance(self.value, str | bytes):
            return tuple(self.value)
        return (self.value,)


@dataclass(frozen=True, slots=True)
class And:
    """Every one holds."""

    filters: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one holds."""

    filters: "tuple[Filter, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    filter: "Filter"


Filter: TypeAlias = Leaf | And | Or | Not


def checked_filter(tree: Filter) -> Filter:
    """Return the tree with portable operands; one that some store could not answer is `Invalid`."""
    checked = _checked(tree, 1)
    leaves = list(_leaves(checked))
    if len(leaves) > MAX_LEAVES or sum(len(leaf.operands) for leaf in leaves) > MAX_OPERANDS:
        raise _refused("size", f"at most {MAX_LEAVES} comparisons with {MAX_OPERANDS} values")
    return checked


def matches(tree: Filter, data: Mapping[str, Datum]) -> bool:
    """Evaluate a checked filter: the reference that every store's compiler is tested against."""
    match tree:
        case And(filters):
            return all(matches(each, data) for each in filters)
        case Or(filters):
            return any(matches(each, data) for each in filters)
        case Not(negated):
            return not matches(negated, data)
        case Leaf():
            return _holds(tree, data)


_ABSENT = object()


def _holds(leaf: Leaf, data: Mapping[str, Datum]) -> bool:
    found = _at(leaf.segments, data)
    if leaf.op == "exists":
        return (found is not _ABSENT) is leaf.value
    if found is _ABSENT:
        return False
    if leaf.op == "contains":
        return _contains(found, leaf.operands[0])
    if leaf.op == "ne":
        return not _same(found, leaf.operands[0])
    if leaf.op in ("eq", "in"):
        return any(_same(found, operand) for operand in leaf.operands)
    return kind_of(found) is kind_of(leaf.operands[0]) and _compares(leaf, found)


def _at(segments: tuple[str, ...], data: Mapping[str, Datum]) -> object:
    found: object = data
    for segment in segments:
        if not isinstance(found, Mapping) or segment not in found:
            return _ABSENT
        found = found[segment]
    return found


def kind_of(value: object) -> type:
    """Tell a value's type as the stores see it: one number type, and a bool is not a number."""
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _same(found: object, operand: Scalar) -> bool:
    return kind_of(found) is kind_of(operand) and found == operand


def _contains(found: object, operand: Scalar) -> bool:
    if isinstance(found, str):
        return isinstance(operand, str) and operand in found
    return isinstance(found, list | tuple) and any(_same(each, operand) for each in found)


def _compares(leaf: Leaf, found: object) -> bool:  # both sides are of one ordered type here
    value, first, last = _ordered(found), _ordered(leaf.operands[0]), _ordered(leaf.operands[-1])
    match leaf.op:
        case "lt":
            return value < first
        case "le":
            return value <= first
        case "gt":
            return value > first
        case "ge":
            return value >= first
        case "between":
            return first <= value <= last
        case _:
            return value.startswith(first)


def _ordered(value: object) -> "str":  # int, Decimal, str and bytes order alike; a str stands for them in the types
    return value  # type: ignore[return-value]  # kind_of has matched both sides


def _checked(tree: Filter, depth: int) -> Filter:
    if depth > MAX_DEPTH:
        raise _refused("depth", f"at most {MAX_DEPTH} levels")
    match tree:
        case Leaf():
            return _checked_leaf(tree)
        case Not(negated):
            return Not(_checked(negated, depth + 1))
        case And(filters) | Or(filters):
            if not filters:
                raise _refused("empty", "And and Or need at least one filter")
            return type(tree)(tuple(_checked(each, depth + 1) for each in filters))


def _checked_leaf(leaf: Leaf) -> Leaf:
    if not all(leaf.segments) or len(leaf.segments) > MAX_PATH:
        raise _refused("path", f"1 to {MAX_PATH} names joined by dots")
    operands = tuple(portable_scalar(each) for each in leaf.operands)
    _check_operands(leaf.op, operands)
    return Leaf(leaf.path, leaf.op, operands if leaf.op in ("in", "between") else operands[0])


def _check_operands(op: Op, operands: tuple[Scalar, ...]) -> None:
    kinds = {kind_of(each) for each in operands}
    if op == "in":
        if not 1 <= len(operands) <= MAX_OPERANDS:
            raise _refused("in", f"1 to {MAX_OPERANDS} values")
        return
    if len(operands) != (2 if op == "between" else 1):
        raise _refused(op, "two values for between, else one")
    if op in ("lt", "le", "gt", "ge", "between") and (len(kinds) > 1 or not kinds <= set(ORDERED)):
        raise _refused(op, "texts, numbers or bytes, of one type")
    if op == "begins_with" and kinds != {str}:
        raise _refused(op, "a text")
    if op == "contains" and (not kinds <= set(ORDERED) or operands == ("",)):
        raise _refused(op, "a text that is not empty, a number or bytes")
    if op == "exists" and kinds != {bool}:
        raise _refused(op, "true or false")


def _leaves(tree: Filter) -> Iterator[Leaf]:
    match tree:
        case Leaf():
            yield tree
        case Not(negated):
            yield from _leaves(negated)
        case And(filters) | Or(filters):
            for each in filters:
                yield from _leaves(each)


def _refused(rule: str, detail: str) -> Invalid:
    return Invalid(f"the filter is not portable: {detail}", errors=[FieldError("/where", rule, detail)])
