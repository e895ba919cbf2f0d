"""DynamoDB's expressions: conditions of a write, ranges and filters of a query."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from makoto.adapters.clouds.aws.attributes import Attribute, attribute_of
from makoto.errors import FieldError, Invalid
from makoto.ports.documents import Always, Condition, IfAbsent, Scan
from makoto.ports.filters import And, Filter, Leaf, Not, Or
from makoto.ports.portable import Scalar, text_past

MAX_EXPRESSION_BYTES = 4096
_COMPARISONS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@dataclass(slots=True)
class Expression:
    """Names and values of one request; the same name or value is written once. Every name is an alias."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Attribute] = field(default_factory=dict)
    _aliases: dict[str, str] = field(default_factory=dict)

    def name(self, name: str) -> str:
        """Return the alias of a name."""
        if name not in self._aliases:
            alias = f"#n{len(self.names)}"
            self._aliases[name], self.names[alias] = alias, name
        return self._aliases[name]

    def path(self, *segments: str) -> str:
        """Return a path of aliases."""
        return ".".join(map(self.name, segments))

    def value(self, value: Scalar) -> str:
        """Return the placeholder of a value."""
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = attribute_of(value)
        return placeholder

    def parameters(self) -> dict[str, object]:
        """Return the names and values as a request's parameters, where there are any."""
        names = {"ExpressionAttributeNames": self.names} if self.names else {}
        values = {"ExpressionAttributeValues": self.values} if self.values else {}
        return {**names, **values}


def condition(when: Condition, into: Expression, now: datetime) -> str:
    """Say a write's condition, empty where there is none; an expired item counts as absent."""
    if isinstance(when, Always):
        return ""
    expiry, present = into.name("_ttl"), into.value(int(now.timestamp()))
    if isinstance(when, IfAbsent):
        return f"attribute_not_exists({into.name('_id')}) OR {expiry} <= {present}"
    version = f"{into.name('_v')} = {into.value(when.version)}"
    return f"{version} AND (attribute_not_exists({expiry}) OR {expiry} > {present})"


def key_condition(scan: Scan, into: Expression) -> str:
    """Say a scan's partition and range. The vendor's BETWEEN includes its end, which the caller drops."""
    partition = f"{into.name('_pk')} = {into.value(scan.partition)}"
    if scan.upper is None:
        return f"{partition} AND {into.name('_id')} >= {into.value(scan.lower)}" if scan.lower else partition
    upper = into.value(scan.upper)
    if not scan.lower:
        return f"{partition} AND {into.name('_id')} < {upper}"
    return f"{partition} AND {into.name('_id')} BETWEEN {into.value(scan.lower)} AND {upper}"


def filter_expression(tree: Filter, into: Expression, body: str) -> str:
    """Compile a checked filter over the map `body`; a filter too long for DynamoDB is `Invalid`."""
    text = _compiled(tree, into, body)
    if len(text) > MAX_EXPRESSION_BYTES:
        rule = FieldError("/where", "size", f"{len(text)} of {MAX_EXPRESSION_BYTES} characters")
        raise Invalid("the filter is too long for this store", errors=[rule])
    return text


def _compiled(tree: Filter, into: Expression, body: str) -> str:
    match tree:
        case And((only,)) | Or((only,)):  # DynamoDB refuses parentheses within parentheses
            return _compiled(only, into, body)
        case And(filters):
            return "(" + " AND ".join(_compiled(each, into, body) for each in filters) + ")"
        case Or(filters):
            return "(" + " OR ".join(_compiled(each, into, body) for each in filters) + ")"
        case Not(negated):
            return f"(NOT {_compiled(negated, into, body)})"
        case Leaf():
            return _leaf(tree, into, into.path(body, *tree.segments))
        case _:
            assert_never(tree)


def _leaf(leaf: Leaf, into: Expression, path: str) -> str:
    if leaf.op == "exists":
        return f"attribute_exists({path})" if leaf.value else f"attribute_not_exists({path})"
    if leaf.op == "contains":
        return _contains(leaf.operands[0], into, path)
    if leaf.op == "begins_with":
        return _begins_with(str(leaf.value), into, path)
    operands = [into.value(operand) for operand in leaf.operands]
    match leaf.op:
        case "ne":
            return f"(attribute_exists({path}) AND {path} <> {operands[0]})"
        case "between":  # the vendor's BETWEEN refuses a pair in the wrong order
            return f"({path} >= {operands[0]} AND {path} <= {operands[1]})"
        case "in":
            return f"({path} IN ({','.join(operands)}))"
        case _:
            return f"({path} {_COMPARISONS[leaf.op]} {operands[0]})"


def _begins_with(prefix: str, into: Expression, path: str) -> str:
    """Ask for a range of texts, which needs no guard by type (MiniStack's begins_with fails on a number)."""
    past = text_past(prefix)
    if not prefix:
        return f"attribute_type({path},{into.value('S')})"
    from_prefix = f"{path} >= {into.value(prefix)}"
    return f"({from_prefix})" if past is None else f"({from_prefix} AND {path} < {into.value(past)})"


def _contains(operand: Scalar, into: Expression, path: str) -> str:
    """Guard by type: the vendor's `contains` also looks into bytes and sets."""
    kinds = ("S", "L") if isinstance(operand, str) else ("L",)
    guard = " OR ".join(f"attribute_type({path},{into.value(kind)})" for kind in kinds)
    return f"(({guard}) AND contains({path},{into.value(operand)}))"
