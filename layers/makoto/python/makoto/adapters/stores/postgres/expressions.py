"""A checked filter as SQL over the column `data`: every path and value is a bound parameter."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from makoto.adapters.stores.postgres.encoding import bytes_text, json_of
from makoto.ports.filters import And, Filter, Leaf, Not, Or
from makoto.ports.portable import Scalar, text_bytes

Sql: TypeAlias = tuple[str, list[object]]
"""Text with `%s` in it, and what stands for each."""

_COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def filter_sql(tree: Filter) -> Sql:
    """Compile a filter to an expression that is true or false, never null."""
    match tree:
        case And(filters):
            return _joined(" AND ", filters)
        case Or(filters):
            return _joined(" OR ", filters)
        case Not(negated):
            text, parameters = filter_sql(negated)
            return f"(NOT {text})", parameters
        case Leaf():
            return _leaf(tree)
        case _:
            assert_never(tree)


def _joined(word: str, filters: Sequence[Filter]) -> Sql:
    compiled = [filter_sql(each) for each in filters]
    return f"({word.join(text for text, _ in compiled)})", [each for _, parameters in compiled for each in parameters]


def _leaf(leaf: Leaf) -> Sql:
    """Equality of jsonb is by type and value; whatever orders or looks inside is guarded by type."""
    at, path = _path(leaf)
    first = leaf.operands[0]
    match leaf.op:
        case "exists":
            return f"({at} IS {'NOT ' if leaf.value else ''}NULL)", path
        case "eq" | "ne":
            return f"coalesce({at} {'=' if leaf.op == 'eq' else '<>'} %s::jsonb, false)", [*path, json_of(first)]
        case "in":
            return f"coalesce({at} = ANY(%s::jsonb[]), false)", [*path, [json_of(each) for each in leaf.operands]]
        case "begins_with":
            text = f"(jsonb_typeof({at}) = 'string' AND starts_with({at} #>> '{{}}', %s))"
            return f"coalesce({text}, false)", [*path, *path, first]
        case "contains":
            return _contains(at, path, first)
        case "between":
            return _joined_sql([_compared(at, path, ">=", first), _compared(at, path, "<=", leaf.operands[1])])
        case _:
            return _compared(at, path, _COMPARISONS[leaf.op], first)


def _path(leaf: Leaf) -> Sql:
    """Go down name by name: unlike `#>`, `->` with a name finds nothing in a list."""
    for segment in leaf.segments:
        text_bytes(segment)
    return f"(data{' -> %s::text' * len(leaf.segments)})", list(leaf.segments)


def _compared(at: str, path: list[object], operator: str, operand: Scalar) -> Sql:
    if isinstance(operand, str):
        text = f"""(jsonb_typeof({at}) = 'string' AND ({at} #>> '{{}}') COLLATE "C" {operator} %s::text)"""
        return f"coalesce({text}, false)", [*path, *path, operand]
    if isinstance(operand, bytes):
        return f"""coalesce(({at} ->> '') COLLATE "C" {operator} %s::text, false)""", [*path, bytes_text(operand)]
    text = f"(jsonb_typeof({at}) = 'number' AND {at} {operator} %s::jsonb)"
    return f"coalesce({text}, false)", [*path, *path, json_of(operand)]


def _contains(at: str, path: list[object], operand: Scalar) -> Sql:
    in_list = f"coalesce(jsonb_typeof({at}) = 'array' AND {at} @> %s::jsonb, false)"
    parameters = [*path, *path, json_of([operand])]
    if not isinstance(operand, str):
        return in_list, parameters
    in_text = (
        f"coalesce(jsonb_typeof({at}) = 'string' AND strpos(({at} #>> '{{}}') COLLATE \"C\", %s::text) > 0, false)"
    )
    return f"({in_list} OR {in_text})", [*parameters, *path, *path, operand]


def _joined_sql(parts: Sequence[Sql]) -> Sql:
    return f"({' AND '.join(text for text, _ in parts)})", [each for _, parameters in parts for each in parameters]
