"""Use cases of performance: figures and what they come from, stops given reasons, states and counts by hand."""

from contextlib import suppress
from datetime import date, datetime

from functions.performance import figures, listing
from functions.performance.computing import Computed, compute
from functions.performance.figures import is_closed, keep
from functions.performance.intake import take_completed, take_machine, take_paused, take_quantity, take_started
from functions.performance.loss_views import LossesView, ReliabilityView
from functions.performance.model import (
    CounterMapping,
    NoCalendar,
    NoSuchFigure,
    Recompute,
    figure_id,
    figure_of,
    ms,
    require_day,
    window_of,
)
from functions.performance.plant import Plant
from functions.performance.reading import known_of, mapping_key
from functions.performance.recording import unmarked
from functions.performance.reporting import classify_downtime, correct_count, read_state, report_state
from functions.performance.views import (
    OEE,
    CountView,
    FigureView,
    IntervalView,
    RecomputedView,
    RestatedView,
    RevisionView,
    ShiftReport,
    figure_view,
    numbers,
)
from makoto.domain import Page
from makoto.domain.factory import ENTERPRISE, ShiftWindow, Window, ancestors_of, is_within, shift_windows
from makoto.domain.factory.calendar import local_day
from makoto.events.performance import FactsChanged
from makoto.ports.context import TenantContext
from makoto.ports.masters import NoSuchMaster

__all__ = [
    "classify_downtime",
    "correct_count",
    "follow_facts",
    "list_counts",
    "list_intervals",
    "list_revisions",
    "map_counters",
    "read_figure",
    "read_losses",
    "read_mapping",
    "read_oee",
    "read_reliability",
    "read_state",
    "recompute",
    "report_shifts",
    "report_state",
    "take_completed",
    "take_machine",
    "take_paused",
    "take_quantity",
    "take_started",
]


def read_oee(place: str, start: datetime, end: datetime, tenant: TenantContext) -> FigureView:
    """OEE and its factors; a closed window is kept as a revision."""
    return _figure(compute(place, window_of(start, end), tenant), tenant, OEE)


def read_figure(place: str, start: datetime, end: datetime, tenant: TenantContext) -> FigureView:
    """Every figure of ISO 22400-2."""
    return _figure(compute(place, window_of(start, end), tenant), tenant)


def read_losses(place: str, start: datetime, end: datetime, tenant: TenantContext) -> LossesView:
    """Losses by reason."""
    return listing.losses_view(compute(place, window_of(start, end), tenant))


def read_reliability(place: str, start: datetime, end: datetime, tenant: TenantContext) -> ReliabilityView:
    """Failures and their means."""
    return listing.reliability_view(compute(place, window_of(start, end), tenant))


def list_intervals(
    place: str, start: datetime, end: datetime, tenant: TenantContext, *, limit: int, cursor: str | None
) -> Page[IntervalView]:
    """The intervals that a figure comes from, each with its term."""
    return listing.intervals(compute(place, window_of(start, end), tenant), limit, cursor)


def list_counts(
    place: str, start: datetime, end: datetime, tenant: TenantContext, *, limit: int, cursor: str | None
) -> Page[CountView]:
    """The counts that a figure comes from, each with what became of it."""
    return listing.counts(compute(place, window_of(start, end), tenant), limit, cursor)


def report_shifts(place: str, on: date, tenant: TenantContext) -> list[ShiftReport]:
    """The shifts that begin on a local day, whole, also beyond midnight; those that have not begun are left out."""
    require_day(on)
    plant = Plant(place, tenant)
    calendar = plant.calendar_of(place)
    if calendar is None:
        raise NoCalendar(f"neither {place or 'the enterprise'} nor a place above it has a calendar")
    now = ms(tenant.clock.now())
    shifts = [each for each in shift_windows(calendar, local_day(calendar, on)) if each.on == on]
    return [_shift(each, plant, tenant) for each in shifts if each.start_ms < now]


def list_revisions(name: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[RevisionView]:
    """How a figure was told, the first time first, each with what changed."""
    place, window = figure_of(name)
    found, following = figures.revisions(place, window, limit, cursor, tenant)
    if not found and cursor is None:
        raise NoSuchFigure(f"there is no figure {name}")
    before = figures.revision(place, window, found[0].revision - 1, tenant) if found else None
    made: list[RevisionView] = []
    for each in found:
        changed = () if before is None else figures.differences(before, each)
        made.append(RevisionView(**each.model_dump(exclude={"terms"}), terms=numbers(each.terms), differences=changed))
        before = each
    return Page[RevisionView](items=tuple(made), next_cursor=following)


def recompute(command: Recompute, tenant: TenantContext) -> RecomputedView:
    """Compute the stored figures again that touch a stretch, of the place, below it and above it."""
    window = window_of(command.start, command.end)
    by = tenant.principal.username if tenant.principal else "platform"
    below = [each for each in Plant(command.equipment, tenant).equipment if is_within(each, command.equipment)]
    above = [*ancestors_of(command.equipment), ENTERPRISE]
    named: list[RestatedView] = []
    for place in dict.fromkeys((command.equipment, *below, *above)):
        changed = figures.restate(place, window.start_ms, window.end_ms, f"asked by {by}", tenant)
        for each, told, difference in changed:
            name = figure_id(place, each.start_ms, each.end_ms)
            named.append(RestatedView(figure_id=name, revision=told.revision, differences=difference))
    return RecomputedView(restated=tuple(named))


def follow_facts(event: FactsChanged, tenant: TenantContext) -> None:
    """Compute again the figures of the unit and of every place above it. Done twice, it changes nothing more."""
    writer = unmarked(tenant)
    for place in (event.equipment, *ancestors_of(event.equipment), ENTERPRISE):
        with suppress(NoSuchMaster):  # figures of a place that is no longer in the master data stay as they were told
            figures.restate(place, ms(event.start), ms(event.end), "facts came late or were corrected", writer)
    tenant.commit([])


def read_mapping(place: str, tenant: TenantContext) -> CounterMapping:
    """What the unit's counters count; the defaults where nobody said it."""
    Plant(place, tenant)
    return known_of((place,), tenant).mappings.get(place, CounterMapping())


def map_counters(place: str, mapping: CounterMapping, tenant: TenantContext) -> CounterMapping:
    """Say what the unit's counters count. Figures that were told change when they are computed again."""
    Plant(place, tenant).require_unit()
    tenant.documents.put(mapping_key(place), {"content": mapping.model_dump_json()})
    return mapping


def _figure(computed: Computed, tenant: TenantContext, names: tuple[str, ...] | None = None) -> FigureView:
    told = None
    if is_closed(computed.window, tenant.clock.now()):
        told, _ = keep(computed, "asked for again, and facts or master data had changed", tenant)
    return figure_view(computed, told, names)


def _shift(shift: ShiftWindow, plant: Plant, tenant: TenantContext) -> ShiftReport:
    computed = compute(plant.place, Window.of_ms(shift.start_ms, shift.end_ms), tenant, plant)
    greatest = listing.pareto(listing.losses_of(computed))[:10]
    return ShiftReport(name=shift.name, on=shift.on, figure=_figure(computed, tenant), losses=greatest)
