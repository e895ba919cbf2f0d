"""What a moment counts as in the time model of ISO 22400-2: state, mode, order, calendar and reason decide."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from makoto.analytics.performance.intervals import Span
from makoto.analytics.performance.orders import Registration
from makoto.analytics.performance.states import StateInterval
from makoto.domain.factory import PackmlMode, PackmlState, TimeCategory


class Term(StrEnum):
    """Every moment of a window belongs to exactly one.

    POT is all but the last, PBT all but the last three (ISO 22400-2: PBT = POT - planned downtime).
    """

    APT = "apt"
    ASUT = "asut"
    ADET_INTERNAL = "adet_internal"
    ADET_EXTERNAL = "adet_external"
    ADOT = "adot"
    UNKNOWN = "unknown"
    PLANNED_DOWNTIME = "planned_downtime"
    PREVENTIVE_MAINTENANCE = "preventive_maintenance"
    OUTSIDE_SCHEDULE = "outside_schedule"


NOT_BUSY = frozenset({Term.PLANNED_DOWNTIME, Term.PREVENTIVE_MAINTENANCE, Term.OUTSIDE_SCHEDULE})
"""What is not in the planned busy time."""

DELAYS = frozenset({Term.ADET_INTERNAL, Term.ADET_EXTERNAL})
LOSSES = DELAYS | {Term.ASUT, Term.ADOT, Term.UNKNOWN}
"""What of the planned busy time is not production."""


class Maintenance(StrEnum):
    """CMT and PMT, which are counted whatever the schedule says."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


class Portion(NamedTuple):
    """A stretch with what it counts as, and why."""

    start: int
    end: int
    term: Term
    maintenance: Maintenance | None
    packml: int
    mode: int
    reason: int | None
    order: str | None
    product: str | None
    source: str


PRODUCING = frozenset({0, int(PackmlMode.PRODUCTION)})
"""Modes in which execution is production; 0 is that of machines that know no modes."""

_EXTERNAL = frozenset({PackmlState.SUSPENDED, PackmlState.SUSPENDING, PackmlState.UNSUSPENDING})
_BY_CATEGORY = {
    TimeCategory.SETUP: Term.ASUT,
    TimeCategory.DELAY_EXTERNAL: Term.ADET_EXTERNAL,
    TimeCategory.DELAY_INTERNAL: Term.ADET_INTERNAL,
    TimeCategory.CORRECTIVE_MAINTENANCE: Term.ADET_INTERNAL,
}

CategoryOf = Callable[[int], TimeCategory | None]
"""The category of a reason's code."""


@lru_cache(maxsize=4096)
def decide(
    packml: int, mode: int, category: TimeCategory | None, *, is_ordered: bool, is_scheduled: bool, is_break: bool
) -> tuple[Term, Maintenance | None]:
    """The decision rule, after OPC 40001-1 Annex C.2 and the ISO 22400-2 definitions of the elements.

    Execution in production mode is production whatever reason came with it, unless the reason is setup; a reason says
    why a unit does not produce.
    """
    produces = packml == PackmlState.EXECUTE and mode in PRODUCING
    if produces and category is not TimeCategory.SETUP:
        category = None
    maintenance = None if produces else _maintenance(mode, category)
    if not is_scheduled:
        return Term.OUTSIDE_SCHEDULE, maintenance
    if is_break or category is TimeCategory.PLANNED:
        return Term.PLANNED_DOWNTIME, maintenance
    if maintenance is Maintenance.PREVENTIVE:
        return Term.PREVENTIVE_MAINTENANCE, maintenance
    if not is_ordered or category is TimeCategory.NO_ORDER:
        is_told = packml != PackmlState.UNDEFINED or category is not None
        return (Term.ADOT if is_told else Term.UNKNOWN), maintenance
    return _during_order(packml, mode, category), maintenance


def _during_order(packml: int, mode: int, category: TimeCategory | None) -> Term:
    if category is not None:
        return _BY_CATEGORY[category]
    if packml == PackmlState.UNDEFINED:
        return Term.UNKNOWN
    if mode == PackmlMode.SETUP:
        return Term.ASUT
    if packml == PackmlState.EXECUTE and mode in PRODUCING:
        return Term.APT
    return Term.ADET_EXTERNAL if packml in _EXTERNAL else Term.ADET_INTERNAL


def _maintenance(mode: int, category: TimeCategory | None) -> Maintenance | None:
    if category is TimeCategory.CORRECTIVE_MAINTENANCE:
        return Maintenance.CORRECTIVE
    if category is TimeCategory.PREVENTIVE_MAINTENANCE:
        return Maintenance.PREVENTIVE
    return Maintenance.PREVENTIVE if mode == PackmlMode.MAINTENANCE and category is None else None


class Standing(NamedTuple):
    """What surrounds the states: the schedule with its breaks, the orders, the reasons.

    `product` is what the unit makes when no order says it; then an order stands at all times.
    """

    schedule: Sequence[Span]
    breaks: Sequence[Span]
    orders: Sequence[Registration]
    category_of: CategoryOf
    product: str | None = None


def portions(states: Sequence[StateInterval], around: Standing) -> list[Portion]:
    """Cut the states where schedule, breaks or orders change, and decide each piece."""
    if not states:
        return []
    start, end = states[0].start, states[-1].end
    scheduled, pauses = _Cursor(around.schedule), _Cursor(around.breaks)
    latest = _latest(around.orders)
    orders = _Cursor([(each.start, each.end) for each in latest])
    products = {each.order: each.product for each in around.orders}
    edges = sorted(_edges(around, start, end))
    made: list[Portion] = []
    for state in states:
        category = None if state.reason is None else around.category_of(state.reason)
        inner = edges[bisect_right(edges, state.start) : bisect_left(edges, state.end)]
        for first, last in zip((state.start, *inner), (*inner, state.end), strict=True):
            registered = latest[orders.at] if orders.holds(first) else None
            order, product = _order(registered, state, products, around.product)
            term, maintenance = decide(
                state.packml,
                PackmlMode.SETUP if registered is not None and registered.is_setup else state.mode,
                category,
                is_ordered=order is not None or around.product is not None,
                is_scheduled=scheduled.holds(first),
                is_break=pauses.holds(first),
            )
            _, _, packml, mode, reason, _, source = state
            made.append(Portion(first, last, term, maintenance, packml, mode, reason, order, product, source))
    return made


def _edges(around: Standing, start: int, end: int) -> set[int]:
    spans = [*around.schedule, *around.breaks, *((each.start, each.end) for each in around.orders)]
    return {edge for span in spans for edge in span if start < edge < end}


def _order(
    registered: Registration | None, state: StateInterval, products: dict[str, str], standing: str | None
) -> tuple[str | None, str | None]:
    """The order that stands at the unit and its product: production's word first, then the machine's."""
    if registered is not None:
        return registered.order, registered.product
    if state.order is not None:
        return state.order, products.get(state.order, standing)
    return None, standing


def _latest(orders: Sequence[Registration]) -> list[Registration]:
    """The registrations without overlap: of several at one moment the one that began last holds."""
    points = sorted({edge for each in orders for edge in (each.start, each.end)})
    waiting = sorted(orders, reverse=True)
    active: list[Registration] = []
    made: list[Registration] = []
    for first, last in pairwise(points):
        while waiting and waiting[-1].start <= first:
            active.append(waiting.pop())
        active = [each for each in active if each.end > first]
        if active:
            made.append(max(active)._replace(start=first, end=last))
    return made


class _Cursor:
    """Says of moments that do not go back whether a span holds them; `at` is then its place."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans, self.at = spans, 0

    def holds(self, t: int) -> bool:
        while self.at < len(self.spans) and self.spans[self.at][1] <= t:
            self.at += 1
        return self.at < len(self.spans) and self.spans[self.at][0] <= t
