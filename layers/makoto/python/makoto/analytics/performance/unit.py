"""One unit over one window: facts and what surrounds them in; portions, counts and terms out. The one calculator."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from makoto.analytics.performance.counting import Counted, Series, Step, steps
from makoto.analytics.performance.intervals import union
from makoto.analytics.performance.kpis import ABOVE_ONE
from makoto.analytics.performance.orders import OrderFact, Registration, registrations, told_states
from makoto.analytics.performance.quantities import Made, Role, quantities
from makoto.analytics.performance.states import Entry, StateFact, timeline
from makoto.analytics.performance.surroundings import Pace, UnitWorld
from makoto.analytics.performance.terms import Terms, times
from makoto.analytics.performance.time_model import NOT_BUSY, Portion, Standing, Term, portions


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


class Count(NamedTuple):
    """A step or a report as it was counted: to which term's moment, as what, of which product."""

    t: int
    role: Role | None
    quantity: Decimal | int
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
    amounts, lacking = quantities(_summed(counts), told)
    values |= amounts | _capacity(values["pot"], world)
    missing |= lacking
    return Evaluation(parts, counts, Terms(values, missing, _flags(counts, world) | _too_fast(values)))


def _summed(counts: Iterable[Count]) -> list[Made]:
    sums: dict[tuple[Role, str | None, Decimal | None], Decimal | int] = {}
    for each in counts:
        if each.is_counted and each.role is not None:
            key = (each.role, each.product, each.run_time_s)
            sums[key] = sums.get(key, 0) + each.quantity
    return [Made(role, Decimal(total), product, run_time) for (role, product, run_time), total in sums.items()]


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
    """The steps of the window."""
    start, end = parts[0].start, parts[-1].end
    starts = [each.start for each in parts]
    pace = Pace(orders, world)
    made: list[Count] = []
    for series, readings in facts.readings.items():
        role = world.roles.get(series.counter)
        for step in steps(series, readings, facts.corrections.get(series, {}), pace.most_per_s):
            # a count belongs to the moment just before its reading: what is read as a shift ends was made in it
            at = step.t - 1
            if start <= at < end:
                product, run_time = pace.of(step.since, step.t)
                made.append(_placed(step, role, parts[bisect_right(starts, at) - 1].term, product, run_time))
    return sorted(made, key=_place)


def _place(count: Count) -> tuple[int, str, str]:
    return (count.t, *count.step.series) if count.step else (count.t, "", "")


def _placed(step: Step, role: Role | None, term: Term, product: str | None, run_time: Decimal | None) -> Count:
    is_told = step.status in (Counted.COUNTED, Counted.CORRECTED)
    counts = is_told and role is not None and term not in NOT_BUSY
    why = step.why
    if not counts:
        why = why or ("" if role else "the counter has no role")
        if is_told and role:
            why = f"counted in {term.replace('_', ' ')}, not in planned busy time"
    return Count(step.t, role, step.delta, product, run_time, counts, term, step, None, why)


def _reports(facts: UnitFacts, world: UnitWorld, start: int, end: int) -> list[Count]:
    """What people report belongs to the window of its moment, whatever the schedule says of that moment."""
    made: list[Count] = []
    for each in sorted(set(facts.reported)):
        if not start < each.t <= end:
            continue
        run_time = world.run_time_at(each.product, each.t - 1)
        for role, quantity in zip(_AMOUNTS, each[4:8], strict=True):
            if quantity:
                made.append(Count(each.t, role, quantity, each.product, run_time, True, None, None, each))
    return made


_AMOUNTS = (Role.GOOD, Role.SCRAP, Role.REWORK, Role.CONSUMED)


def _capacity(pot_ms: Decimal | int | None, world: UnitWorld) -> dict[str, Decimal | int | None]:
    """EPC: what the unit could make in its planned operation time."""
    if world.capacity_per_hour is None or pot_ms is None:
        return {"epc": None}
    return {"epc": Decimal(str(world.capacity_per_hour)) * Decimal(pot_ms) / 3_600_000}


def _too_fast(values: Mapping[str, Decimal | int | None]) -> frozenset[str]:
    """Of one unit, since the sum of several may hide it."""
    run_s, apt_ms = values["planned_run_s"], values["apt"]
    return frozenset({ABOVE_ONE} if run_s is not None and apt_ms and run_s * 1000 > apt_ms else ())


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
