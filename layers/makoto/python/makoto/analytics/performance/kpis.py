"""Every figure of ISO 22400-2 that has a formula, from terms alone; null with a reason where a term is missing.

Formulas: hsu-aut, IndustrialStandard-ODP-ISO22400-2, `ISO22400-2.owl`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from makoto.analytics.performance.terms import Terms

_RATIO, _PER_S = "1", "1/s"


@dataclass(frozen=True, slots=True)
class Formula:
    """A quotient of sums of terms; `unit` 1 is a share."""

    text: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    unit: str = _RATIO
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure: its value or, where there is none, the reason."""

    value: float | None
    unit: str
    formula: str
    reason: str | None = None


_MS = 1000
"""Times are kept in ms, PRU and rates in seconds."""

FORMULAS: Mapping[str, Formula] = {
    "availability": Formula("APT / PBT", ("apt",), ("pbt",)),
    "effectiveness": Formula("PRU x PQ / APT", ("planned_run_s",), ("apt",), scale=_MS),
    "quality_ratio": Formula("GQ / PQ", ("gq",), ("pq",)),
    "allocation_efficiency": Formula("AUBT / PBT", ("aubt",), ("pbt",)),
    "utilization_efficiency": Formula("APT / AUBT", ("apt",), ("aubt",)),
    "technical_efficiency": Formula("APT / (APT + ADET)", ("apt",), ("apt", "adet")),
    "setup_rate": Formula("ASUT / AUPT", ("asut",), ("aupt",)),
    "allocation_ratio": Formula("AUBT / AOET", ("aubt",), ("aoet",)),
    "production_process_ratio": Formula("APT / AOET", ("apt",), ("aoet",)),
    "throughput_rate": Formula("PQ / AOET", ("pq",), ("aoet",), _PER_S, _MS),
    "worker_efficiency": Formula("APWT / APAT", ("apwt",), ("apat",)),
    "scrap_ratio": Formula("SQ / PQ", ("sq",), ("pq",)),
    "actual_to_planned_scrap_ratio": Formula("SQ / PSQ", ("sq",), ("psq",)),
    "rework_ratio": Formula("RQ / PQ", ("rq",), ("pq",)),
    "fall_off_ratio": Formula("SQ / PQ of the first operation", ("sq",), ("pq_first",)),
    "first_pass_yield": Formula("GP / IP", ("gp",), ("ip",)),
    "finished_goods_ratio": Formula("GQ / CM", ("gq",), ("cm",)),
    "integrated_goods_ratio": Formula("IGQ / CM", ("igq",), ("cm",)),
    "production_loss_ratio": Formula("PL / CM", ("pl",), ("cm",)),
    "storage_and_transport_loss_ratio": Formula("STL / CM", ("stl",), ("cm",)),
    "other_loss_ratio": Formula("OL / CM", ("ol",), ("cm",)),
    "equipment_load_ratio": Formula("PQ / EPC", ("pq",), ("epc",)),
    "inventory_turns": Formula("throughput / average inventory", ("throughput",), ("average_inventory",)),
    "corrective_maintenance_ratio": Formula("CMT / (CMT + PMT)", ("cmt",), ("cmt", "pmt")),
    "machine_capability_index": Formula("(USL - LSL) / (6 s)", ("tolerance",), ("six_s",)),
    "process_capability_index": Formula("(USL - LSL) / (6 sigma)", ("tolerance",), ("six_sigma",)),
}

ABOVE_ONE = "effectiveness_above_one"
"""PRU is set higher than what the unit does, or something is counted too much (`ISO22400-2.owl`, effectiveness)."""


def kpis(terms: Terms) -> dict[str, Kpi]:
    """All figures; nothing is capped."""
    made = {name: ratio(formula, terms) for name, formula in FORMULAS.items()}
    made["oee"] = _index("A x E x Q", FORMULAS["availability"], terms)
    made["nee"] = _index("AUPT / PBT x E x Q", Formula("AUPT / PBT", ("aupt",), ("pbt",)), terms)
    return made


def flags(terms: Terms, made: Mapping[str, Kpi]) -> list[str]:
    """What a reader of the figures must know beside them."""
    found = set(terms.flags)
    if (made["effectiveness"].value or 0.0) > 1:
        found.add(ABOVE_ONE)
    if terms["unknown"]:
        found.add("state_unknown")
    if any((terms[name] or 0) < 0 for name in ("pq", "gq", "sq", "rq")):
        found.add("negative_quantity")
    return sorted(found)


def ratio(formula: Formula, terms: Terms) -> Kpi:
    """Divide; None, with the reason, where a term is missing, negative, or the divisor is zero."""
    found = _quotient(formula, terms)
    if isinstance(found, str):
        return Kpi(None, formula.unit, formula.text, found)
    return Kpi(float(found), formula.unit, formula.text)


def _quotient(formula: Formula, terms: Terms) -> Decimal | str:
    above, below = (_sum(names, terms) for names in (formula.above, formula.below))
    if isinstance(above, str):
        return above
    if isinstance(below, str):
        return below
    if not below:
        return f"{_shown(formula.below)} is zero"
    return Decimal(above) * formula.scale / Decimal(below)


def _sum(names: tuple[str, ...], terms: Terms) -> Decimal | int | str:
    total: Decimal | int = 0
    for name in names:
        value = terms[name]
        if value is None:
            return terms.why(name)
        if value < 0:
            return f"{_shown((name,))} is negative"
        total += value
    return total


def _index(text: str, share: Formula, terms: Terms) -> Kpi:
    """A x E x Q, multiplied to 28 digits, so that it is PRU x GQ / PBT to the last digit of a double.

    Where nothing was made, E or Q divide by zero, but their product is that of PRU x GQ / PBT: zero.
    """
    found = _quotient(share, terms)
    if terms["pq"] == 0 and terms["gq"] == 0 and not isinstance(found, str):
        return Kpi(0.0, _RATIO, text)
    value = Decimal(1)
    for factor in (found, *(_quotient(FORMULAS[name], terms) for name in ("effectiveness", "quality_ratio"))):
        if isinstance(factor, str):
            return Kpi(None, _RATIO, text, factor)
        value *= factor
    return Kpi(float(value), _RATIO, text)


def _shown(names: tuple[str, ...]) -> str:
    return " + ".join(name.upper() for name in names)
