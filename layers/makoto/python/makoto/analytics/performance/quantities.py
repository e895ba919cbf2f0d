"""Quantities of ISO 22400-2 from what was counted or reported: PQ, GQ, SQ, RQ, and what they should have taken."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a counter counts."""

    GOOD = "good"
    SCRAP = "scrap"
    REWORK = "rework"
    TOTAL = "total"
    INSPECTED = "inspected"
    FIRST_PASS_GOOD = "first_pass_good"  # noqa: S105 - parts, not a secret
    CONSUMED = "consumed"


class Made(NamedTuple):
    """So much of a product; `run_time_s` is PRU, absent where none is in force."""

    role: Role
    quantity: Decimal
    product: str | None
    run_time_s: Decimal | None


Number = Decimal | None
_NIL = Decimal(0)


def quantities(made: Iterable[Made], told: frozenset[Role]) -> tuple[dict[str, Number], dict[str, str]]:
    """The quantities and, where one is None, why; `told` are the roles that the unit tells at all.

    PQ is the total where one is counted, else good + scrap + rework (ISO 22400-2: PQ = GQ + SQ + RQ). `planned_run_s`
    is the sum of PRU x PQ over products, `planned_good_s` of PRU x GQ.
    """
    rows = list(made)
    values, missing = _split(_sums(rows), told)
    run, good = _NIL, _NIL
    for (product, run_time_s), sums in _by_product(rows).items():
        each, _ = _split(sums, told)
        pq, gq = each["pq"], each["gq"]
        if run_time_s is None and (pq or gq):
            missing["planned_run_s"] = missing["planned_good_s"] = _without_run_time(product)
        elif run_time_s is not None:
            run += run_time_s * (pq or _NIL)
            good += run_time_s * (gq or _NIL)
    for name, base, found in (("planned_run_s", "pq", run), ("planned_good_s", "gq", good)):
        if values[base] is None:
            missing.setdefault(name, missing[base])
        values[name] = None if name in missing else found
    return values, missing


def _split(sums: Mapping[Role, Decimal], told: frozenset[Role]) -> tuple[dict[str, Number], dict[str, str]]:
    values: dict[str, Number] = {
        "rq": sums.get(Role.REWORK, _NIL) if Role.REWORK in told else None,
        "ip": sums.get(Role.INSPECTED, _NIL) if Role.INSPECTED in told else None,
        "gp": sums.get(Role.FIRST_PASS_GOOD, _NIL) if Role.FIRST_PASS_GOOD in told else None,
        "cm": sums.get(Role.CONSUMED, _NIL) if Role.CONSUMED in told else None,
        "sq": sums.get(Role.SCRAP, _NIL) if Role.SCRAP in told else None,
    }
    good = sums.get(Role.GOOD, _NIL) if Role.GOOD in told else None
    rework = values["rq"] or _NIL
    if Role.TOTAL in told:
        values["pq"] = sums.get(Role.TOTAL, _NIL)
    else:
        values["pq"] = None if good is None or values["sq"] is None else good + values["sq"] + rework
    if good is None and values["pq"] is not None and values["sq"] is not None:
        good = values["pq"] - values["sq"] - rework
    values["gq"] = good
    return values, {name: _WHY[name] for name, value in values.items() if value is None}


_WHY = {
    "pq": "neither a total nor good and scrap are counted or reported",
    "gq": "neither good nor total and scrap are counted or reported",
    "sq": "no scrap is counted or reported",
    "rq": "no rework is counted or reported",
    "ip": "no counter tells inspected parts",
    "gp": "no counter tells parts good at first pass",
    "cm": "no consumption is counted or reported",
}


def _without_run_time(product: str | None) -> str:
    if product is None:
        return "what was made is of no known product, so it has no planned run time per unit (PRU)"
    return f"no planned run time per unit (PRU) is in force for {product}"


def _sums(rows: Iterable[Made]) -> dict[Role, Decimal]:
    made: dict[Role, Decimal] = {}
    for each in rows:
        made[each.role] = made.get(each.role, _NIL) + each.quantity
    return made


def _by_product(rows: Iterable[Made]) -> dict[tuple[str | None, Decimal | None], dict[Role, Decimal]]:
    groups: dict[tuple[str | None, Decimal | None], dict[Role, Decimal]] = {}
    for each in rows:
        sums = groups.setdefault((each.product, each.run_time_s), {})
        sums[each.role] = sums.get(each.role, _NIL) + each.quantity
    return groups
