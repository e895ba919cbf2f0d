"""Expressions over named columns, as people type them: read by Python's grammar, and refused unless all is known here.

Nothing is ever compiled or called by name: `expressions_values` walks what this module has let through. What is not in
`NODES` does not exist: no attribute, no subscript, no text, no assignment, no call but of `FUNCTIONS`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final

from makoto.errors import FieldError, Invalid

MAX_LENGTH = 1000
MAX_DEPTH = 32
MAX_NODES = 300
POINTER = "/expression"

FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    # name: fewest and most arguments
    "abs": (1, 1),
    "min": (2, 16),
    "max": (2, 16),
    "sqrt": (1, 1),
    "log": (1, 1),
    "log10": (1, 1),
    "exp": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "clip": (3, 3),
}

NODES: Final = (
    *(ast.Expression, ast.Constant, ast.Name, ast.Load, ast.Call, ast.IfExp),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow),
    *(ast.UnaryOp, ast.USub, ast.UAdd, ast.Not, ast.BoolOp, ast.And, ast.Or),
    *(ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq),
)
"""Every kind of node that an expression may have."""


class UnusableExpression(Invalid):
    """The expression is not one of those that are computed."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was let through, and the names it asks for in their order of appearance."""

    text: str
    tree: ast.expr
    names: tuple[str, ...]


def parsed(text: str) -> Expression:
    """Read an expression; `UnusableExpression` says what about it is refused and where."""
    if not text.strip() or len(text) > MAX_LENGTH:
        raise _refused("length", f"1 to {MAX_LENGTH} characters")
    if not text.isprintable() or "\\" in text:
        raise _refused("characters", "one line of printable characters without backslashes")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused("syntax", f"not an expression: {getattr(error, 'msg', 'too deep')}") from error
    nodes = list(_walk(tree, 0))
    for node in nodes:
        _check(node)
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = [node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
    if reserved := [name for name in names if name in FUNCTIONS]:
        raise _refused("name", f"{reserved[0]} is a function: call it")
    return Expression(text.strip(), tree.body, tuple(dict.fromkeys(names)))


def _walk(node: ast.AST, depth: int) -> Iterator[ast.AST]:
    """Yield all nodes, each before its parts, and refuse to go on where there are too many."""
    waiting, count = [(node, depth)], 0
    while waiting:
        one, deep = waiting.pop()
        count += 1
        if deep > MAX_DEPTH or count > MAX_NODES:
            raise _refused("size", f"at most {MAX_NODES} parts, {MAX_DEPTH} deep")
        yield one
        waiting += [(child, deep + 1) for child in reversed(list(ast.iter_child_nodes(one)))]


def _check(node: ast.AST) -> None:
    if not isinstance(node, NODES):
        raise _refused("part", f"{type(node).__name__} is not allowed{_place(node)}")
    if isinstance(node, ast.Constant):
        _check_number(node)
    if isinstance(node, ast.Call):
        _check_call(node)


def _check_number(node: ast.Constant) -> None:
    value = node.value
    if isinstance(value, bool):
        return
    if not isinstance(value, int | float):
        raise _refused("constant", f"numbers, True and False only{_place(node)}")
    if (isinstance(value, int) and abs(value) > 2**53) or not isfinite(value):
        raise _refused("constant", f"a whole number up to 2^53 or a finite one{_place(node)}")


def _check_call(node: ast.Call) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS:
        raise _refused("function", f"one of {', '.join(FUNCTIONS)}{_place(node)}")
    fewest, most = FUNCTIONS[name]
    if node.keywords or not fewest <= len(node.args) <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise _refused("arguments", f"{name} takes {wanted} values{_place(node)}")


def _place(node: ast.AST) -> str:
    return f" (character {node.col_offset + 1})" if isinstance(node, ast.expr) else ""


def _refused(rule: str, detail: str) -> UnusableExpression:
    return UnusableExpression("the expression cannot be used", errors=[FieldError(POINTER, rule, detail)])
