"""The one calculation that every figure, list and report of this domain comes from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from functions.performance.model import MAX_UNIT_HOURS, CounterMapping, NotYet, WindowTooLong, ms
from functions.performance.plant import Plant
from functions.performance.reading import FactsReader, Known, known_of
from makoto.analytics.performance.kpis import FORMULAS, Kpi, flags, kpis
from makoto.analytics.performance.quantities import Role
from makoto.analytics.performance.surroundings import UnitWorld
from makoto.analytics.performance.terms import Terms, added
from makoto.analytics.performance.unit import Evaluation, UnitFacts, evaluate
from makoto.codecs.json_text import to_text
from makoto.domain.factory import Window
from makoto.errors import FieldError
from makoto.ports.context import TenantContext

HOUR_MS = 3_600_000
READERS = 8
PORTION = 64
AMOUNTS = ("pq", "gq", "sq", "rq", "cm", "ip", "gp")
BY_NAME: Mapping[str, Role] = {
    "good": Role.GOOD,
    "scrap": Role.SCRAP,
    "rework": Role.REWORK,
    "total": Role.TOTAL,
    "produced": Role.TOTAL,
    "inspected": Role.INSPECTED,
    "first_pass_good": Role.FIRST_PASS_GOOD,
    "consumed": Role.CONSUMED,
}
"""What a counter counts that nobody mapped."""


@dataclass(frozen=True)
class Computed:
    """A place over a window. `until` is the window's end or, where that has not come, now."""

    plant: Plant
    window: Window
    until: int
    units: Mapping[str, Evaluation]
    silent: tuple[str, ...]
    terms: Terms
    kpis: Mapping[str, Kpi]
    flags: tuple[str, ...]
    fingerprint: str
    mappings: Mapping[str, CounterMapping] = field(default_factory=dict)


def compute(place: str, window: Window, tenant: TenantContext, plant: Plant | None = None) -> Computed:
    """Compute a place of any level: its units one by one, then their terms in all."""
    plant = plant or Plant(place, tenant)
    units = plant.units
    _require_little(len(units), window)
    known = known_of(units, tenant)
    digest = sha256()
    until = min(window.end_ms, ms(tenant.clock.now()))
    if until <= window.start_ms:
        raise NotYet(
            "the window begins in the future", errors=[FieldError("/query/from", "past", "nothing happened yet")]
        )
    made: dict[str, Evaluation] = {}
    for unit, facts in _facts_of(known, window.start_ms, until, tenant):
        world = world_of(unit, plant, known, facts, Window.of_ms(window.start_ms, until))
        made[unit] = evaluate(facts, world, window.start_ms, until)
        digest.update(_digest(unit, facts, world))
    terms = _in_one_unit(_all_terms(made, place), _units_counted(made, plant))
    figures = kpis(terms)
    silent = tuple(unit for unit in units if unit not in made)
    noted = [*flags(terms, figures), *(["units_without_facts"] if silent and made else [])]
    return Computed(
        plant, window, until, made, silent, terms, figures, tuple(sorted(noted)), digest.hexdigest(), known.mappings
    )


def _facts_of(known: Known, start: int, end: int, tenant: TenantContext) -> Iterator[tuple[str, UnitFacts]]:
    """The facts of units, some read at once while none waits for long."""
    reader, units = FactsReader(tenant), list(known.heads)
    with ThreadPoolExecutor(READERS) as pool:
        for at in range(0, len(units), PORTION):
            portion = units[at : at + PORTION]
            yield from zip(
                portion, pool.map(lambda unit: reader.read(unit, known.heads[unit], start, end), portion), strict=True
            )


def world_of(unit: str, plant: Plant, known: Known, facts: UnitFacts, window: Window) -> UnitWorld:
    """What surrounds the facts of a unit."""
    mapping = known.mappings.get(unit, CounterMapping())
    schedule, breaks = plant.schedule_of(unit, window)
    roles = roles_of((each.counter for each in facts.readings), mapping)
    equipment = plant.equipment.get(unit)
    return UnitWorld(
        schedule=schedule,
        breaks=breaks,
        category_of=plant.category_of,
        run_time_at=plant.run_time_at(unit),
        roles=roles,
        counts_from=counts_from(mapping, roles, has_reports=known.heads[unit].has_reports),
        product=mapping.product,
        most_per_s=None if mapping.max_per_hour is None else mapping.max_per_hour / 3600,
        capacity_per_hour=None if equipment is None else equipment.capacity_per_hour,
    )


def roles_of(counters: Iterable[str], mapping: CounterMapping) -> dict[str, Role]:
    """What each counter of a unit counts: as mapped, else by its name; of total and produced the first only."""
    told = set(counters)
    if mapping.roles:
        return {counter: role for counter, role in mapping.roles.items() if counter in told}
    if "total" in told:
        told.discard("produced")
    return {counter: role for counter, role in BY_NAME.items() if counter in told}


def counts_from(mapping: CounterMapping, roles: Mapping[str, Role], *, has_reports: bool) -> str:
    """Which of the two tellers counts: counters where the unit has any, unless it is configured otherwise."""
    if mapping.counts_from != "auto":
        return mapping.counts_from
    return "reports" if not roles and has_reports else "counters"


def _all_terms(made: Mapping[str, Evaluation], place: str) -> Terms:
    if made:
        return added([(unit, each.terms) for unit, each in made.items()])
    names = {name for formula in FORMULAS.values() for name in (*formula.above, *formula.below)}
    why = f"nothing was told of {place or 'any unit'} yet"
    return Terms(dict.fromkeys(names, None), dict.fromkeys([*names, "aupt"], why))


def _units_counted(made: Mapping[str, Evaluation], plant: Plant) -> list[str]:
    """The units of measure that the products are counted in."""
    products = {each.product for found in made.values() for each in found.counts if each.is_counted and each.product}
    return sorted({unit for unit in map(plant.unit_of, sorted(products)) if unit is not None})


def _in_one_unit(terms: Terms, units: Sequence[str]) -> Terms:
    """Pieces and kilograms do not add up: what would sum them is None; run times are all in seconds and do."""
    if len(units) < 2:
        return terms
    why = f"products counted in {' and '.join(units)} do not add up; ask for a place or a time with one of them"
    values = {**terms.values, **dict.fromkeys(AMOUNTS, None)}
    return Terms(values, {**terms.missing, **dict.fromkeys(AMOUNTS, why)}, terms.flags | {"mixed_units"})


def _require_little(units: int, window: Window) -> None:
    hours = units * (window.end_ms - window.start_ms) / HOUR_MS
    if hours > MAX_UNIT_HOURS:
        broken = FieldError("/query/to", "length", f"{units} units over {hours / units / 24:.0f} days")
        detail = f"at most {MAX_UNIT_HOURS:,} hours of units are computed at once; ask for a place below or less time"
        raise WindowTooLong(detail, errors=[broken])


def _digest(unit: str, facts: UnitFacts, world: UnitWorld) -> bytes:
    """Everything that the result depends on but run times and reasons, which the result shows."""
    readings = [[*series, *sorted(listed)] for series, listed in sorted(facts.readings.items())]
    corrections = [[*series, *sorted(each.items())] for series, each in sorted(facts.corrections.items())]
    parts = [
        unit,
        sorted(to_text(list(each)) for each in facts.states),
        sorted(to_text(list(each)) for each in facts.entries),
        sorted(to_text(list(each)) for each in facts.orders),
        sorted("/".join(map(str, each)) for each in facts.reported),
        readings,
        corrections,
        [world.schedule, list(world.breaks), world.roles, world.counts_from, world.product, world.most_per_s],
    ]
    return to_text(parts).encode()


def local_zone(computed: Computed) -> str | None:
    """The time zone of the place's calendar."""
    calendar = computed.plant.calendar_of(computed.plant.place)
    return None if calendar is None else calendar.time_zone
