"""Cosmos SQL of a scan: ranges of ids and filters, every value a parameter.

A leaf on a missing field is `undefined` in Cosmos SQL, and so is its NOT: each leaf begins with a guard that is true or
false. Texts are compared as the service does, which for texts with characters past U+D7FF is not documented (UTF-8 and
UTF-16 differ there): such a comparison lets through all that could match, and the driver looks at what comes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from makoto.adapters.clouds.azure.cosmos_items import sortable
from makoto.adapters.clouds.azure.cosmos_values import (
    BYTES,
    NUMBER,
    Json,
    double_bound,
    encoded,
    field_name,
    sortable_number,
)
from makoto.ports.documents import Scan
from makoto.ports.filters import And, Filter, Leaf, Not, Or
from makoto.ports.portable import Scalar

_COMPARISONS = {"lt": ("<",), "le": ("<=",), "gt": (">",), "ge": (">=",), "between": (">=", "<=")}
_LAST_CERTAIN = "\ud7ff"


@dataclass(slots=True)
class Statement:
    """A query and its parameters; `is_exact` is false where the driver has to look at what comes."""

    text: str = ""
    parameters: list[dict[str, Json]] = field(default_factory=list)
    is_exact: bool = True

    def value(self, value: Json) -> str:
        """Return the placeholder of a value."""
        name = f"@v{len(self.parameters)}"
        self.parameters.append({"name": name, "value": value})
        return name


def scan_statement(scan: Scan) -> Statement:
    """Say a scan of one partition."""
    into = Statement()
    bounds = [("<" if scan.descending else ">", scan.after), (">=", scan.lower or None), ("<", scan.upper)]
    terms = [f"c._id {sign} {into.value(sortable(bound))}" for sign, bound in bounds if bound is not None]
    if scan.where is not None:
        terms.append(_compiled(scan.where, into, keeps=True))
    kept = f" WHERE {' AND '.join(terms)}" if terms else ""
    into.text = f"SELECT * FROM c{kept} ORDER BY c._id {'DESC' if scan.descending else 'ASC'}"  # noqa: S608  # placeholders only
    return into


def walk_statement(after: str | None) -> Statement:
    """Say a walk past the item of this id, without what the tenant's own tools have put there."""
    into = Statement()
    past = "" if after is None else f" AND c.id > {into.value(after)}"
    into.text = f"SELECT * FROM c WHERE IS_DEFINED(c._v){past} ORDER BY c.id ASC"  # noqa: S608  # placeholders only
    return into


def ids_statement(ids: Sequence[str]) -> Statement:
    """Ask for items of one partition by their ids."""
    into = Statement()
    into.text = f"SELECT * FROM c WHERE c.id IN ({', '.join(map(into.value, ids))})"  # noqa: S608  # placeholders only
    return into


def text_literal(text: str) -> str:
    """Write a text as a literal, where the vendor takes no parameters."""
    return json.dumps(text)


def _compiled(tree: Filter, into: Statement, *, keeps: bool) -> str:
    """Compile a checked filter; where a leaf cannot be sure, it is true if what is true is kept, else false."""
    match tree:
        case And(filters):
            return f"({' AND '.join(_compiled(each, into, keeps=keeps) for each in filters)})"
        case Or(filters):
            return f"({' OR '.join(_compiled(each, into, keeps=keeps) for each in filters)})"
        case Not(negated):
            return f"(NOT {_compiled(negated, into, keeps=not keeps)})"
        case Leaf():
            return _leaf(tree, into, keeps=keeps)


def _leaf(leaf: Leaf, into: Statement, *, keeps: bool) -> str:
    path = _path(leaf.segments)
    guards = _guards(leaf.segments)
    if leaf.op == "exists" and not leaf.value:
        return f"(NOT {_all([*guards, f'IS_DEFINED({path})'])})"
    if leaf.op in _COMPARISONS and any(_is_uncertain(operand) for operand in leaf.operands):
        into.is_exact = False
        return _all([*guards, f"IS_STRING({path})"]) if keeps else "false"
    return _all([*guards, _holds(leaf, path, into)])


def _holds(leaf: Leaf, path: str, into: Statement) -> str:
    match leaf.op:
        case "exists":
            return f"IS_DEFINED({path})"
        case "contains":
            return _contains(leaf.operands[0], path, into)
        case "begins_with":
            prefix = str(leaf.value)
            return (
                f"(IS_STRING({path}) AND STARTSWITH({path}, {into.value(prefix)}))" if prefix else f"IS_STRING({path})"
            )
        case "ne":
            return f"(IS_DEFINED({path}) AND NOT {_equals(leaf.operands, path, into)})"
        case "eq" | "in":
            return _equals(leaf.operands, path, into)
        case _:
            return _compares(leaf, path, into)


def _compares(leaf: Leaf, path: str, into: Statement) -> str:
    signs = _COMPARISONS[leaf.op]
    bounds = list(zip(signs, leaf.operands, strict=True))
    first = leaf.operands[0]
    if isinstance(first, str):
        return _all([f"IS_STRING({path})", *(f"{path} {sign} {into.value(each)}" for sign, each in bounds)])
    if isinstance(first, bytes):
        return _tagged(path, BYTES, [(sign, encoded(each)[BYTES]) for sign, each in bounds], into)
    numbers = [(sign, each) for sign, each in bounds if isinstance(each, int | Decimal)]
    doubles = [double_bound(sign, each) for sign, each in numbers]
    held = _all([f"IS_NUMBER({path})", *(f"{path} {sign} {into.value(each)}" for sign, each in doubles)])
    rest = _tagged(path, NUMBER, [(sign, sortable_number(each)) for sign, each in numbers], into)
    return f"({held} OR {rest})"


def _tagged(path: str, tag: str, bounds: Sequence[tuple[str, str]], into: Statement) -> str:
    inner = f'{path}["{tag}"]'
    return _all([f"IS_STRING({inner})", *(f"{inner} {sign} {into.value(each)}" for sign, each in bounds)])


def _equals(operands: Sequence[Scalar], path: str, into: Statement) -> str:
    """Say that the field is one of these; each type has its own guard."""
    by_guard: dict[tuple[str, str], list[Json]] = {}
    for operand in operands:
        by_guard.setdefault(_kind(operand, path), []).append(_inner(encoded(operand)))
    terms = [_one_of(guard, inner, values, into) for (guard, inner), values in by_guard.items()]
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def _one_of(guard: str, inner: str, values: Sequence[Json], into: Statement) -> str:
    if values == [None]:
        return guard
    if len(values) == 1:
        return f"({guard} AND {inner} = {into.value(values[0])})"
    return f"({guard} AND {inner} IN ({', '.join(map(into.value, values))}))"


def _kind(operand: Scalar, path: str) -> tuple[str, str]:
    match encoded(operand):
        case None:
            return f"IS_NULL({path})", path
        case bool():
            return f"IS_BOOL({path})", path
        case str():
            return f"IS_STRING({path})", path
        case dict() as tagged:
            inner = f'{path}["{next(iter(tagged))}"]'
            return f"IS_STRING({inner})", inner
        case _:
            return f"IS_NUMBER({path})", path


def _inner(stored: Json) -> Json:
    return next(iter(stored.values())) if isinstance(stored, dict) else stored


def _contains(operand: Scalar, path: str, into: Statement) -> str:
    stored: Any = encoded(operand)
    listed = f"(IS_ARRAY({path}) AND ARRAY_CONTAINS({path}, {into.value(stored)}))"
    if not isinstance(operand, str):
        return listed
    return f"((IS_STRING({path}) AND CONTAINS({path}, {into.value(stored)})) OR {listed})"


def _path(segments: Sequence[str]) -> str:
    return "c.d" + "".join(f"[{text_literal(field_name(segment))}]" for segment in segments)


def _guards(segments: Sequence[str]) -> list[str]:
    """A number in a path is a field's name, never a place in a list."""
    return [f"IS_OBJECT({_path(segments[:at])})" for at, name in enumerate(segments) if at and name.isdecimal()]


def _is_uncertain(operand: Scalar) -> bool:
    return isinstance(operand, str) and any(character > _LAST_CERTAIN for character in operand)


def _all(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' AND '.join(terms)})"
