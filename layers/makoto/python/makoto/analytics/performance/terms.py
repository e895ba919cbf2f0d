"""The terms of a unit or of several: what KPIs are computed from, each a number or a reason why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from makoto.analytics.performance.intervals import clipped, total
from makoto.analytics.performance.time_model import NOT_BUSY, Maintenance, Portion, Term

OTHERS = {
    "epc": "no capacity per hour is set for the unit",
    "psq": "no planned scrap is told to the platform",
    "apwt": "no work times of persons are told to the platform",
    "apat": "no attendance times of persons are told to the platform",
    "pq_first": "the quantity of an order's first operation is a matter of the order, not of a window",
    "igq": "no integrated good quantity is told to the platform",
    "pl": "no production loss is told in the unit of the consumed material",
    "stl": "no storage and transport loss is told to the platform",
    "ol": "no other loss is told to the platform",
    "throughput": "no inventory is kept here",
    "average_inventory": "no inventory is kept here",
    "tolerance": "capability is told with a characteristic, by quality",
    "six_s": "capability is told with a characteristic, by quality",
    "six_sigma": "capability is told with a characteristic, by quality",
}
"""Elements of ISO 22400-2 that this platform has no facts for, and why."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Times in ms and quantities by name; a name without a value has a reason in `missing`."""

    values: Mapping[str, Decimal | int | None]
    missing: Mapping[str, str] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Decimal | int | None:
        return self.values.get(name)

    def why(self, name: str) -> str:
        """Say why there is no such value."""
        return self.missing.get(name) or OTHERS.get(name) or f"{name} is not known"


def times(
    portions: Sequence[Portion], orders: Iterable[tuple[int, int]], *, no_schedule: str = ""
) -> tuple[dict[str, Decimal | int | None], dict[str, str]]:
    """Sum the portions of a window by term (ms); with `no_schedule`, the reason, what needs a schedule is None."""
    sums = dict.fromkeys(Term, 0)
    maintenance = dict.fromkeys(Maintenance, 0)
    for each in portions:
        length = each.end - each.start
        sums[each.term] += length
        if each.maintenance is not None:
            maintenance[each.maintenance] += length
    values: dict[str, Decimal | int | None] = {str(term): length for term, length in sums.items()}
    values |= {"cmt": maintenance[Maintenance.CORRECTIVE], "pmt": maintenance[Maintenance.PREVENTIVE]}
    start, end = (portions[0].start, portions[-1].end) if portions else (0, 0)
    values["aoet"] = total([*clipped(orders, start, end), *_told_by_machine(portions)])
    values |= derived(values)
    if not no_schedule:
        return values, {}
    needs = [name for name in values if name not in ("aoet", "cmt", "pmt")]
    return values | dict.fromkeys(needs, None), dict.fromkeys(needs, no_schedule)


def derived(values: Mapping[str, Decimal | int | None]) -> dict[str, Decimal | int | None]:
    """The sums of terms that have names of their own in ISO 22400-2."""
    by_term = {term: int(values[term] or 0) for term in Term}
    delay = by_term[Term.ADET_INTERNAL] + by_term[Term.ADET_EXTERNAL]
    used = by_term[Term.APT] + by_term[Term.ASUT]
    pbt = sum(length for term, length in by_term.items() if term not in NOT_BUSY)
    pot = sum(length for term, length in by_term.items() if term is not Term.OUTSIDE_SCHEDULE)
    return {"adet": delay, "aupt": used, "aubt": used + delay, "pbt": pbt, "pot": pot}


def added(parts: Sequence[tuple[str, Terms]]) -> Terms:
    """Sum terms of named units; one that a unit lacks is lacking in the sum, and the reason names the unit."""
    names = list(dict.fromkeys(name for _, terms in parts for name in terms.values))
    missing = {
        name: f"{unit}: {terms.why(name)}" for name in names for unit, terms in reversed(parts) if terms[name] is None
    }
    values = {name: None if name in missing else sum(terms[name] or 0 for _, terms in parts) for name in names}
    return Terms(values, missing, frozenset().union(*(terms.flags for _, terms in parts)))


def _told_by_machine(portions: Sequence[Portion]) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in portions if each.order is not None]
