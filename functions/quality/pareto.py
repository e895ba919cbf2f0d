"""What fails most: nonconforming units and defects by reason or by characteristic, the largest first."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from functions.quality import records
from functions.quality.model import broken
from functions.quality.result import InspectionResult
from functions.quality.results import AskResults, query_of
from makoto.domain import Instant, Slug, Value
from makoto.domain.factory import Characteristic, EquipmentId, is_within, reason_of
from makoto.ports.context import TenantContext

MOST_RESULTS = 20_000
_PAGE = 500
UNSTATED = "unstated"
OUT_OF_TOLERANCE = "out_of_tolerance"
"""Measured values outside the tolerance need no reason code."""


class AskPareto(Value):
    """Of which failed results: of these characteristics, or of all of a product, in a window, at a place."""

    by: Literal["reason", "characteristic"] = "reason"
    characteristics: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    product: Slug | None = None
    start: Instant | None = None
    end: Instant | None = None
    equipment: EquipmentId | None = None


class ParetoLine(Value):
    """One bar: its share of all and the share of it with all larger ones, both of 1."""

    key: str
    name: str
    count: int
    share: float
    cumulative: float


class Pareto(Value):
    """The bars, the largest first; equal ones by their keys."""

    by: str
    total: int
    lines: tuple[ParetoLine, ...]


def read_pareto(asked: AskPareto, tenant: TenantContext) -> Pareto:
    """Count what failed."""
    counted: Counter[str] = Counter()
    for place, result in enumerate(_failed(asked, tenant)):
        if place >= MOST_RESULTS:
            raise broken("/query/from", "size", f"a window has at most {MOST_RESULTS} failed results")
        counted.update(_counts(result, asked))
    names = _names(counted, asked, tenant)
    total, so_far, lines = counted.total(), 0, list[ParetoLine]()
    for key, count in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        so_far += count
        line = {"name": names.get(key, key), "share": count / total, "cumulative": so_far / total}
        lines.append(ParetoLine(key=key, count=count, **line))
    return Pareto(by=asked.by, total=total, lines=tuple(lines))


def _failed(asked: AskPareto, tenant: TenantContext) -> Iterator[InspectionResult]:
    for characteristic in _characteristics(asked, tenant):
        wanted = AskResults(characteristic=characteristic, start=asked.start, end=asked.end, is_conforming=False)
        cursor: str | None = None
        while True:
            page = records.page_of(InspectionResult, query_of(wanted, _PAGE, cursor), tenant)
            yield from (each for each in page.items if _is_there(each, asked.equipment))
            if (cursor := page.next_cursor) is None:
                break


def _characteristics(asked: AskPareto, tenant: TenantContext) -> tuple[str, ...]:
    if asked.characteristics:
        return asked.characteristics
    if asked.product is None:
        raise broken("/query/product", "missing", "name characteristics or a product")
    return tuple(each.id for each in tenant.masters.all(Characteristic, product=asked.product))


def _is_there(result: InspectionResult, place: str | None) -> bool:
    return place is None or (result.equipment is not None and is_within(result.equipment, place))


def _counts(result: InspectionResult, asked: AskPareto) -> dict[str, int]:
    found = result.out_of_tolerance + (result.nonconforming or 0) + (result.defects or 0)
    if asked.by == "characteristic":
        return {result.characteristic: found}
    if result.out_of_tolerance:
        return {OUT_OF_TOLERANCE: result.out_of_tolerance}
    stated = Counter[str]()
    for each in result.reasons:
        stated[str(each.reason)] += each.count
    rest = found - stated.total()
    return dict(stated) | ({UNSTATED: rest} if rest else {})


def _names(counted: Counter[str], asked: AskPareto, tenant: TenantContext) -> dict[str, str]:
    if asked.by == "characteristic":
        found = {each: tenant.masters.find(Characteristic, each) for each in counted}
        return {key: each.name for key, each in found.items() if each}
    own = tenant.masters.reasons()
    reasons = {key: reason_of(int(key), own) for key in counted if key.isdigit()}
    return {key: each.name for key, each in reasons.items() if each}
