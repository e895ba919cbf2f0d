"""One unit over one window: facts and what surrounds them in; portions, counts and terms out. The one calculator."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from makoto.analytics.performance.counting import MOST_PER_S, Counted, Series, Step, steps
from makoto.analytics.performance.intervals import Span, union
from makoto.analytics.performance.orders import OrderFact, Registration, registrations, told_states
from makoto.analytics.performance.quantities import Made, Role, quantities
from makoto.analytics.performance.states import Entry, StateFact, timeline
from makoto.analytics.performance.terms import Terms, times
from makoto.analytics.performance.time_model import NOT_BUSY, CategoryOf, Portion, Standing, Term, portions

RunTimeAt = Callable[[str, int], Decimal | None]
"""PRU in seconds of a product at a moment."""


class Reported(NamedTuple):
    """What people reported of an order's operation; a correction may be negative."""

    t: int
    order: str
    sequence: int
    product: str
    good: Decimal
    scrap: Decimal
    rework: Decimal
    consumed: Decimal
    fact_id: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is known of a unit that touches a window, in any order: what began before it too."""

    states: Sequence[StateFact] = ()
    entries: Sequence[Entry] = ()
    orders: Sequence[OrderFact] = ()
    readings: Mapping[Series, Sequence[tuple[int, int]]] = field(default_factory=dict)
    corrections: Mapping[Series, Mapping[int, int]] = field(default_factory=dict)
    reported: Sequence[Reported] = ()


@dataclass(frozen=True, slots=True)
class UnitWorld:
    """What surrounds the facts. `schedule` is None where the unit has no calendar.

    `roles` says what each counter counts; `counts_from` is `counters` or `reports`: never both.
    """

    schedule: Sequence[Span] | None
    breaks: Sequence[Span] = ()
    category_of: CategoryOf = lambda code: None
    run_time_at: RunTimeAt = lambda product, t: None
    roles: Mapping[str, Role] = field(default_factory=dict)
    counts_from: str = "counters"
    product: str | None = None
    most_per_s: float | None = None
    capacity_per_hour: float | None = None


class Count(NamedTuple):
    """A step or a report as it was counted: to which term's moment, as what, of which product."""

    t: int
    role: Role | None
    quantity: Decimal
    product: str | None
    run_time_s: Decimal | None
    is_counted: bool
    term: Term | None
    step: Step | None = None
    reported: Reported | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A window of a unit: what each moment went to, what each count, and the terms of both."""

    portions: list[Portion]
    counts: list[Count]
    terms: Terms


NO_CALENDAR = "no calendar is set for the unit or a place above it"
_PACE = 10  # a unit is not taken to be ten times as fast as planned


def evaluate(facts: UnitFacts, world: UnitWorld, start: int, end: int) -> Evaluation:
    """Compute a window; the same facts give the same, in whatever order they came."""
    orders = registrations(facts.orders, end)
    states = timeline(states_of(facts), facts.entries, start, end)
    schedule = [(start, end)] if world.schedule is None else union(world.schedule)
    around = Standing(schedule, union(world.breaks), orders, world.category_of, world.product)
    parts = portions(states, around)
    counts = _reports(facts, world, start, end) if world.counts_from == "reports" else []
    told = _REPORTED if world.counts_from == "reports" else _told(facts, world)
    if world.counts_from != "reports":
        counts = _counters(facts, world, orders, parts)
    values, missing = times(
        parts,
        [(each.start, each.end) for each in orders],
        no_schedule="" if world.schedule is not None else NO_CALENDAR,
    )
    made = [
        Made(each.role, each.quantity, each.product, each.run_time_s)
        for each in counts
        if each.is_counted and each.role
    ]
    amounts, lacking = quantities(made, told)
    values |= amounts | _capacity(values["pot"], world)
    missing |= lacking
    return Evaluation(parts, counts, Terms(values, missing, _flags(counts, world)))


_REPORTED = frozenset({Role.GOOD, Role.SCRAP, Role.REWORK, Role.CONSUMED})


def states_of(facts: UnitFacts) -> list[StateFact]:
    """What the machine told; before it told anything, what follows from the orders."""
    told = list(facts.states)
    first = min((each.t for each in told), default=None)
    return told + [each for each in told_states(facts.orders) if first is None or each.t < first]


def _told(facts: UnitFacts, world: UnitWorld) -> frozenset[Role]:
    return frozenset(world.roles[each.counter] for each in facts.readings if each.counter in world.roles)


def _counters(
    facts: UnitFacts, world: UnitWorld, orders: Sequence[Registration], parts: Sequence[Portion]
) -> list[Count]:
    start, end = parts[0].start, parts[-1].end
    starts = [each.start for each in parts]
    made: list[Count] = []
    for series, readings in facts.readings.items():
        role = world.roles.get(series.counter)
        limit = _limit(orders, world)
        corrected = facts.corrections.get(series, {})
        for step in steps(series, readings, corrected, limit):
            # a count belongs to the moment just before its reading: what is read as a shift ends was made in it
            at = step.t - 1
            if start <= at < end:
                made.append(
                    _placed(step, role, parts[bisect_right(starts, at) - 1], _product(step, orders, world), world)
                )
    return sorted(made, key=lambda each: (each.t, each.step.series if each.step else ("", "")))


def _placed(step: Step, role: Role | None, portion: Portion, product: str | None, world: UnitWorld) -> Count:
    is_busy = portion.term not in NOT_BUSY
    is_told = step.status in (Counted.COUNTED, Counted.CORRECTED)
    why = step.why or ("" if role else "the counter has no role")
    if is_told and role and not is_busy:
        why = f"counted in {portion.term.replace('_', ' ')}, not in planned busy time"
    run_time = None if product is None else world.run_time_at(product, step.t - 1)
    counted = is_told and role is not None and is_busy
    return Count(step.t, role, Decimal(step.delta), product, run_time, counted, portion.term, step, None, why)


def _product(step: Step, orders: Sequence[Registration], world: UnitWorld) -> str | None:
    """The product of the order that stood at the unit as it was counted, else of the last since the reading before."""
    over = [
        each
        for each in orders
        if each.start < step.t and each.end > (step.since if step.since is not None else step.t - 1)
    ]
    return max(over).product if over else world.product


def _limit(orders: Sequence[Registration], world: UnitWorld) -> Callable[[int], float]:
    """What is plausible: what was configured, else thrice the capacity, else ten times the planned pace."""
    if world.most_per_s is not None:
        return lambda t: world.most_per_s or MOST_PER_S
    if world.capacity_per_hour is not None:
        return lambda t: 3 * (world.capacity_per_hour or 0) / 3600

    def by_run_time(t: int) -> float:
        product = next((each.product for each in reversed(orders) if each.start < t <= each.end), world.product)
        run_time = None if product is None else world.run_time_at(product, t - 1)
        return MOST_PER_S if run_time is None else _PACE / float(run_time)

    return by_run_time


def _reports(facts: UnitFacts, world: UnitWorld, start: int, end: int) -> list[Count]:
    """What people report belongs to the window of its moment, whatever the schedule says of that moment."""
    made: list[Count] = []
    for each in sorted(set(facts.reported)):
        if not start < each.t <= end:
            continue
        run_time = world.run_time_at(each.product, each.t - 1)
        for role, quantity in zip(_AMOUNTS, each[4:8], strict=True):
            if quantity:
                made.append(Count(each.t, role, Decimal(quantity), each.product, run_time, True, None, None, each))
    return made


_AMOUNTS = (Role.GOOD, Role.SCRAP, Role.REWORK, Role.CONSUMED)


def _capacity(pot_ms: Decimal | int | None, world: UnitWorld) -> dict[str, Decimal | int | None]:
    """EPC: what the unit could make in its planned operation time."""
    if world.capacity_per_hour is None or pot_ms is None:
        return {"epc": None}
    return {"epc": Decimal(str(world.capacity_per_hour)) * Decimal(pot_ms) / 3_600_000}


def _flags(counts: Sequence[Count], world: UnitWorld) -> frozenset[str]:
    found = {"no_calendar"} if world.schedule is None else set()
    for each in counts:
        if each.step is not None and each.role is not None:
            if each.step.status is Counted.QUARANTINED:
                found.add("counts_quarantined")
            elif each.step.status is Counted.FIRST:
                found.add("counter_began")
            elif not each.is_counted and each.quantity:
                found.add("counts_outside_planned_busy_time")
            if each.step.event is not None:
                found.add(f"counter_{each.step.event}")
    return frozenset(found)
