"""What a caller sees of figures, intervals, counts and states."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from functions.performance.computing import Computed
from functions.performance.figures import Difference, Told
from functions.performance.loss_views import LossView
from functions.performance.model import figure_id
from makoto.analytics.performance.kpis import Kpi
from makoto.analytics.performance.terms import Terms
from makoto.domain import Instant, Value, instant_from_ms
from makoto.domain.factory import ENTERPRISE, level_of

_TIMES = frozenset(
    {
        "apt", "asut", "adet", "adet_internal", "adet_external", "adot", "unknown", "planned_downtime",
        "preventive_maintenance", "outside_schedule", "aupt", "aubt", "pbt", "pot", "aoet", "cmt", "pmt",
    }
)  # fmt: skip
OEE = ("availability", "effectiveness", "quality_ratio", "oee")


class KpiView(Value):
    """A figure; without a value it says the reason. `unit` 1 is a share."""

    value: float | None
    unit: str
    formula: str
    reason: str | None


class TermView(Value):
    """A term of ISO 22400-2: a time in `s`, or a `quantity` in the product's own unit."""

    value: float | None
    unit: str
    reason: str | None = None


class LocalTime(Value):
    """The window by the wall clock of the place's calendar."""

    time_zone: str
    start: str
    end: str


class FigureView(Value):
    """Figures of a place over a window. `is_final` where the window is closed: then it is stored as a revision.

    `until` is how far it is computed; `units` are what it sums up, `silent` those that told nothing yet.
    """

    figure_id: str
    revision: int | None
    is_final: bool
    equipment: str
    level: str
    start: Instant
    end: Instant
    until: Instant
    local: LocalTime | None
    units: tuple[str, ...]
    silent: tuple[str, ...]
    kpis: dict[str, KpiView]
    terms: dict[str, TermView]
    flags: tuple[str, ...]


class IntervalView(Value):
    """A stretch of a unit and which term it went to."""

    unit: str
    start: Instant
    end: Instant
    seconds: float
    term: str
    maintenance: str | None
    packml: int
    state: str
    mode: int
    reason: int | None
    reason_name: str | None
    order: str | None
    product: str | None
    source: str


class CountView(Value):
    """What a counter counted or a person reported, and what became of it. `term` is that of its moment."""

    unit: str
    at: Instant
    since: Instant | None
    source: str
    role: str | None
    quantity: float
    is_counted: bool
    status: str
    event: str | None
    told: float
    product: str | None
    run_time_s: float | None
    term: str | None
    why: str


class StateView(Value):
    """What a unit is doing now."""

    equipment: str
    since: Instant
    packml: int
    state: str
    mode: int
    reason: int | None
    reason_name: str | None
    order: str | None
    source: str
    is_executing: bool


class ShiftReport(Value):
    """A shift with its figures and its greatest losses."""

    name: str
    on: date
    figure: FigureView
    losses: tuple[LossView, ...]


class RevisionView(Value):
    """A revision of a figure and what changed since the one before; times in ms."""

    revision: int
    made_at: Instant
    cause: str
    fingerprint: str
    kpis: dict[str, float | None]
    terms: dict[str, float | None]
    flags: tuple[str, ...]
    differences: tuple[Difference, ...]


class RestatedView(Value):
    """A figure that was computed again and changed."""

    figure_id: str
    revision: int
    differences: tuple[Difference, ...]


class RecomputedView(Value):
    """The figures that changed."""

    restated: tuple[RestatedView, ...]


def figure_view(computed: Computed, told: Told | None, names: tuple[str, ...] | None = None) -> FigureView:
    """Show the figures of these names, or all."""
    plant, window = computed.plant, computed.window
    return FigureView(
        figure_id=figure_id(plant.place, window.start_ms, window.end_ms),
        revision=None if told is None else told.revision,
        is_final=told is not None,
        equipment=plant.place,
        level="enterprise" if plant.place == ENTERPRISE else level_of(plant.place),
        start=window.start,
        end=window.end,
        until=instant_from_ms(computed.until),
        local=_local(computed),
        units=tuple(computed.units),
        silent=computed.silent,
        kpis={name: kpi_view(each) for name, each in computed.kpis.items() if names is None or name in names},
        terms=terms_view(computed.terms),
        flags=computed.flags,
    )


def kpi_view(kpi: Kpi) -> KpiView:
    """Show a figure."""
    return KpiView(value=kpi.value, unit=kpi.unit, formula=kpi.formula, reason=kpi.reason)


def terms_view(terms: Terms) -> dict[str, TermView]:
    """Show terms, times in seconds."""
    made: dict[str, TermView] = {}
    for name, value in terms.values.items():
        unit = "s" if name in _TIMES or name.endswith("_s") else "quantity"
        shown = None if value is None else float(value) / (1000 if name in _TIMES else 1)
        made[name] = TermView(value=shown, unit=unit, reason=None if value is not None else terms.why(name))
    return made


def numbers(terms: Mapping[str, str | None]) -> dict[str, float | None]:
    """Terms of a stored revision."""
    return {name: None if value is None else float(value) for name, value in terms.items()}


def _local(computed: Computed) -> LocalTime | None:
    calendar = computed.plant.calendar_of(computed.plant.place)
    if calendar is None:
        return None
    zone = ZoneInfo(calendar.time_zone)
    start, end = (each.astimezone(zone).isoformat() for each in (computed.window.start, computed.window.end))
    return LocalTime(time_zone=calendar.time_zone, start=start, end=end)
