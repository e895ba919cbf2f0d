"""A whole day of a line, simulated at once: what its machines did, counted and measured, minute by minute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from local.simulator.catalogue import LinePlan, StationPlan
from local.simulator.day_plan import BREAKDOWNS, CURRENT, DISTURBANCES, Breakdown, Disturbance
from local.simulator.line import Buffer, Line, Station, Status
from local.simulator.metric import Metric, Reading
from local.simulator.packml import State
from local.simulator.payload import Column
from local.simulator.shifts import MINUTE_MS
from local.simulator.stops import Cause

STEP_MS = 5_000
COUNT_EVERY_MIN = 60
BEGINS_MIN, ENDS_MIN = 5 * 60 + 50, 22 * 60 + 5
"""From before the first shift until after the last, in minutes of the local day."""

CURRENT_METRIC = Metric(CURRENT, "Double", "A", 0, 80, 0.1, "DB10.SpindleCurrent", 0.25)
_IDLE_A, _A_PER_PERCENT = 4.0, 0.55
_ENDS_ORDER = frozenset({State.COMPLETE, State.IDLE})
"""Before the first the last part of an order was made; with the second the counters may start again."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a machine's counters show; they start again with each order."""

    t_ms: int
    good: int
    scrap: int


@dataclass(slots=True)
class MachineDay:
    """All that one machine told in a day; a status holds until the next."""

    station: Station
    cell: str
    metrics: tuple[Metric, ...]
    statuses: list[Status] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    """What the machine tells of its counters."""
    shown: list[Count] = field(default_factory=list)
    """What its display shows to people: every change."""
    columns: dict[str, Column] = field(default_factory=dict)
    loads: list[float] = field(default_factory=list)
    """The spindle's load in each step of the present minute, none where it did not cut all the while."""

    @property
    def device_id(self) -> str:
        return self.station.name


@dataclass(slots=True)
class LineDay:
    """A line's day from local midnight on; `orders` are the names of its work orders, one after the other."""

    plan: LinePlan
    start_ms: int
    orders: tuple[str, ...]
    machines: tuple[MachineDay, ...] = ()


def simulate_day(
    plan: LinePlan,
    start_ms: int,
    orders: Sequence[str],
    *,
    seed: int = 1,
    breakdowns: Sequence[Breakdown] = BREAKDOWNS,
    disturbances: Sequence[Disturbance] = DISTURBANCES,
) -> LineDay:
    """The same plan and seed give the same day, whichever its date."""
    begin = start_ms + BEGINS_MIN * MINUTE_MS
    machines = tuple(MachineDay(made := _station(one, seed), one.cell, _metrics(made)) for one in plan.stations)
    buffers = [Buffer(size, 0.0) for size in plan.buffers]
    stations = [each.station for each in machines]
    line = Line(stations, buffers, plan.calendar, begin, Random(f"{seed}/{plan.name}"))
    day = LineDay(plan, start_ms, tuple(orders), machines)
    for each in machines:
        _note(each, each.station.status(begin), day)
        each.shown.append(Count(begin, 0, 0))
        each.counts.append(Count(begin, 0, 0))
    for t_ms in _steps(begin, start_ms + ENDS_MIN * MINUTE_MS):
        _strike(day, t_ms, breakdowns)
        line.advance(t_ms)
        for each in machines:
            _observe(each, t_ms, day, disturbances)
    return day


def _station(plan: StationPlan, seed: int) -> Station:
    name = f"{seed}/{plan.device_id}"
    return Station(plan.device_id, plan.make(plan.pace, Random(name)), Random(f"{name}/sensors"))


def _metrics(station: Station) -> tuple[Metric, ...]:
    is_spindle = any(each.name == "spindle/load" for each in station.metrics)
    return (*station.metrics, CURRENT_METRIC) if is_spindle else station.metrics


def _steps(begin: int, end: int) -> Iterator[int]:
    return iter(range(begin + STEP_MS, end + 1, STEP_MS))


def _strike(day: LineDay, t_ms: int, breakdowns: Sequence[Breakdown]) -> None:
    for one in breakdowns:
        if t_ms - day.start_ms == round(one.at_min * MINUTE_MS):
            for each in day.machines:
                if each.device_id == one.device_id:
                    cause = Cause(one.reason, 0.0, 0.0, aborts=True)
                    each.station.machine.breakdowns.strike(cause, one.minutes * 60)


def _observe(each: MachineDay, t_ms: int, day: LineDay, disturbances: Sequence[Disturbance]) -> None:
    """Take over what changed, read the counters where they are due, and sample the sensors every minute."""
    changed = each.station.taken()
    for status in changed:
        _note(each, status, day)
    _look(each, t_ms)
    is_minute = t_ms % MINUTE_MS == 0
    if any(status.state in _ENDS_ORDER for status in changed) or (is_minute and _is_count_due(t_ms, day)):
        _count(each, t_ms)
    if CURRENT_METRIC in each.metrics and each.station.machine.producing:
        each.loads.append(each.station.machine.values()["spindle/load"])
    if is_minute:
        for name, reading in each.station.snapshot(t_ms).readings.items():
            each.columns.setdefault(name, Column(name)).append(t_ms, reading)
        if len(each.loads) == MINUTE_MS // STEP_MS:
            current = _current(each, t_ms, day, disturbances)
            each.columns.setdefault(CURRENT, Column(CURRENT)).append(t_ms, current)
        each.loads.clear()


def _is_count_due(t_ms: int, day: LineDay) -> bool:
    """Every hour, and where working time begins or ends: what is counted lies in one or the other."""
    minute = (t_ms - day.start_ms) // MINUTE_MS
    calendar = day.plan.calendar
    return minute % COUNT_EVERY_MIN == 0 or calendar.period_at(t_ms) is not calendar.period_at(t_ms - MINUTE_MS)


def _current(each: MachineDay, t_ms: int, day: LineDay, disturbances: Sequence[Disturbance]) -> Reading:
    """The highest of the minute: that of the roughing cut."""
    value = _IDLE_A + _A_PER_PERCENT * max(each.loads) + each.station.noise(CURRENT_METRIC.noise)
    minute = (t_ms - day.start_ms) / MINUTE_MS
    for one in disturbances:
        if one.device_id == each.device_id and one.at_min <= minute < one.at_min + one.minutes:
            value += one.ampere
    return Reading(round(value, CURRENT_METRIC.decimals))


def _note(each: MachineDay, status: Status, day: LineDay) -> None:
    """A machine numbers its orders of the day; the plan knows their names."""
    order = None if status.order is None else day.orders[int(status.order.rpartition("-")[2]) - 1]
    each.statuses.append(Status(status.t_ms, status.state, status.mode, status.reason, order))


def _look(each: MachineDay, t_ms: int) -> None:
    machine, last = each.station.machine, each.shown[-1]
    if (last.good, last.scrap) != (machine.good, machine.scrap):
        each.shown.append(Count(t_ms, machine.good, machine.scrap))


def _count(each: MachineDay, t_ms: int) -> None:
    shown, last = each.shown[-1], each.counts[-1]
    if (last.good, last.scrap) != (shown.good, shown.scrap):
        each.counts.append(Count(t_ms, shown.good, shown.scrap))
