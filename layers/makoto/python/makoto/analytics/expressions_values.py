"""Expressions computed over columns: a value each place, or why there is none, and whether it is to be trusted."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.expressions import Expression

Floats: TypeAlias = NDArray[np.float64]
Whys: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]


class Why(IntEnum):
    """Why a place has no value."""

    PRESENT = 0
    MISSING_INPUT = 1
    BAD_INPUT = 2
    DIVISION_BY_ZERO = 3
    OUT_OF_DOMAIN = 4
    OVERFLOW = 5


@dataclass(frozen=True, slots=True)
class Column:
    """Values, NaN where there is none; `why` there is none; which rest on readings that are not all good."""

    values: Floats
    why: Whys
    is_shaky: Flags

    @classmethod
    def of(cls, number: float, size: int) -> "Column":
        """The same good number everywhere."""
        return cls(np.full(size, number), np.zeros(size, np.uint8), np.zeros(size, np.bool_))

    @property
    def is_true(self) -> Flags:
        flags: Flags = self.values != 0
        return flags


def evaluated(expression: Expression, columns: Mapping[str, Column], size: int) -> Column:
    """Compute each place by itself; the columns of all names have `size` places.

    A place where an operand has no value has none, for the reason of the leftmost; of `if`, `and` and `or` only what
    decides counts, as in Python.
    """
    with np.errstate(all="ignore"):
        return _Walk(columns, size).column(expression.tree)


@dataclass(frozen=True, slots=True)
class _Walk:
    columns: Mapping[str, Column]
    size: int

    def column(self, node: ast.expr) -> Column:
        return _HANDLERS[type(node)](self, node)

    def constant(self, node: ast.Constant) -> Column:
        assert isinstance(node.value, int | float)
        return Column.of(float(node.value), self.size)

    def name(self, node: ast.Name) -> Column:
        return self.columns[node.id]

    def binary(self, node: ast.BinOp) -> Column:
        left, right = self.column(node.left), self.column(node.right)
        values = _BINARY[type(node.op)](left.values, right.values)
        is_divided = isinstance(node.op, ast.Div | ast.Mod)
        by_zero = (right.values == 0) if is_divided else (left.values == 0) & (right.values < 0)
        is_division = is_divided or isinstance(node.op, ast.Pow)
        return _joined(values, [left, right], by_zero if is_division else None)

    def unary(self, node: ast.UnaryOp) -> Column:
        one = self.column(node.operand)
        if isinstance(node.op, ast.Not):
            return _joined(np.where(one.is_true, 0.0, 1.0), [one])
        return _joined(-one.values if isinstance(node.op, ast.USub) else one.values, [one])

    def compare(self, node: ast.Compare) -> Column:
        parts = [self.column(each) for each in (node.left, *node.comparators)]
        held = np.ones(self.size, np.bool_)
        for place, operation in enumerate(node.ops):
            held &= _COMPARED[type(operation)](parts[place].values, parts[place + 1].values)
        return _joined(held.astype(np.float64), parts)

    def boolean(self, node: ast.BoolOp) -> Column:
        whole = self.column(node.values[0])
        for each in node.values[1:]:
            other = self.column(each)
            is_and = isinstance(node.op, ast.And)
            whole = _chosen(whole, other, whole) if is_and else _chosen(whole, whole, other)
        return Column(np.where(whole.why == 0, whole.is_true * 1.0, np.nan), whole.why, whole.is_shaky)

    def either(self, node: ast.IfExp) -> Column:
        return _chosen(self.column(node.test), self.column(node.body), self.column(node.orelse))

    def call(self, node: ast.Call) -> Column:
        assert isinstance(node.func, ast.Name)
        parts = [self.column(each) for each in node.args]
        return _joined(_CALLED[node.func.id](*(each.values for each in parts)), parts)


def _chosen(test: Column, yes: Column, no: Column) -> Column:
    """Take one of two by the test; what is not taken may have failed."""
    is_yes = test.is_true
    why = np.where(test.why > 0, test.why, np.where(is_yes, yes.why, no.why))
    values = np.where(why == 0, np.where(is_yes, yes.values, no.values), np.nan)
    return Column(values, why, test.is_shaky | np.where(is_yes, yes.is_shaky, no.is_shaky))


def _joined(values: Floats, parts: list[Column], by_zero: Flags | None = None) -> Column:
    """Say of each place why it has no value: an operand has none, or the operation has none of its operands."""
    why = np.zeros(len(values), np.uint8)
    for part in reversed(parts):
        why = np.where(part.why > 0, part.why, why)
    if by_zero is not None:
        why = np.where((why == 0) & by_zero, np.uint8(Why.DIVISION_BY_ZERO), why)
    why = np.where((why == 0) & np.isnan(values), np.uint8(Why.OUT_OF_DOMAIN), why)
    is_log_of_zero = (why == 0) & np.isneginf(values) & _are_finite(parts) & (len(parts) == 1)
    why = np.where(is_log_of_zero, np.uint8(Why.OUT_OF_DOMAIN), why)
    why = np.where((why == 0) & np.isinf(values), np.uint8(Why.OVERFLOW), why)
    is_shaky = np.logical_or.reduce([part.is_shaky for part in parts])
    return Column(np.where(why == 0, values, np.nan), why, is_shaky)


def _are_finite(parts: list[Column]) -> Flags:
    flags: Flags = np.logical_and.reduce([np.isfinite(part.values) for part in parts])
    return flags


def _clip(values: Floats, least: Floats, most: Floats) -> Floats:
    """Bounds the wrong way round have no result."""
    return np.where(least <= most, np.minimum(np.maximum(values, least), most), np.nan)


def _least(*parts: Floats) -> Floats:
    values: Floats = np.minimum.reduce(parts)
    return values


def _most(*parts: Floats) -> Floats:
    values: Floats = np.maximum.reduce(parts)
    return values


_HANDLERS: Mapping[type[ast.expr], Callable[[_Walk, Any], Column]] = {  # each takes its own kind of node
    ast.Constant: _Walk.constant,
    ast.Name: _Walk.name,
    ast.BinOp: _Walk.binary,
    ast.UnaryOp: _Walk.unary,
    ast.Compare: _Walk.compare,
    ast.BoolOp: _Walk.boolean,
    ast.IfExp: _Walk.either,
    ast.Call: _Walk.call,
}
_BINARY: Mapping[type[ast.operator], Callable[[Floats, Floats], Floats]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
_COMPARED: Mapping[type[ast.cmpop], Callable[[Floats, Floats], Flags]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_CALLED: Mapping[str, Callable[..., Floats]] = {
    "abs": np.abs,
    "min": _least,
    "max": _most,
    "sqrt": np.sqrt,
    "log": np.log,
    "log10": np.log10,
    "exp": np.exp,
    "floor": np.floor,
    "ceil": np.ceil,
    "clip": _clip,
}
