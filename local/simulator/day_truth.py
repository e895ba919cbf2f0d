"""What a simulated day was worth: OEE and counts from what the machines did, calculated on its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from local.simulator.day import LineDay, MachineDay
from local.simulator.packml import Mode, State
from local.simulator.reasons import NO_SHIFT, OPERATOR_BREAK, SETUP
from local.simulator.shifts import MINUTE_MS, Period, ShiftCalendar

FAILURE_CODES = range(180000, 190000)
PLANNED_CODES = frozenset({OPERATOR_BREAK.code, NO_SHIFT.code})
"""While a machine still stands for these it is not planned to be busy, shift or not."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Milliseconds planned and produced, pieces, and the seconds that the pieces should have taken (PRU x quantity)."""

    planned_ms: int = 0
    produced_ms: int = 0
    setup_ms: int = 0
    good: int = 0
    scrap: int = 0
    ideal_s: Fraction = Fraction(0)
    failures: int = 0

    def __add__(self, other: "Truth") -> "Truth":
        names = self.__slots__
        return Truth(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def total(self) -> int:
        return self.good + self.scrap

    @property
    def oee(self) -> float:
        """A x E x Q of ISO 22400-2, from sums."""
        if not (self.planned_ms and self.produced_ms and self.total):
            return 0.0
        availability = Fraction(self.produced_ms, self.planned_ms)
        effectiveness = self.ideal_s * 1000 / self.produced_ms
        return float(availability * effectiveness * Fraction(self.good, self.total))


def truth_of(day: LineDay, run_times: Mapping[tuple[str, str], Fraction], begin: int, end: int) -> dict[str, Truth]:
    """By device, of a window in ms UTC; `run_times` are ideal seconds a piece by device and order."""
    return {each.device_id: _truth(each, day.plan.calendar, run_times, begin, end) for each in day.machines}


def _truth(
    machine: MachineDay, calendar: ShiftCalendar, run_times: Mapping[tuple[str, str], Fraction], begin: int, end: int
) -> Truth:
    planned = produced = setup = 0
    for first, last, place in _stretches(machine, calendar, begin, end):
        status = machine.statuses[place]
        if status.reason in PLANNED_CODES:
            continue
        planned += last - first
        if status.mode is Mode.SETUP and status.reason in (None, SETUP.code):
            setup += last - first
        elif status.state is State.EXECUTE and status.order is not None:
            produced += last - first
    good, scrap, ideal = _counted(machine, calendar, run_times, begin, end)
    return Truth(planned, produced, setup, good, scrap, ideal, _failures(machine, begin, end))


def _stretches(machine: MachineDay, calendar: ShiftCalendar, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Working time, cut where the machine's state changes: start, end, which status."""
    starts = [each.t_ms for each in machine.statuses]
    minutes = range(begin, end, MINUTE_MS)
    edges = sorted({*minutes, end, *(each for each in starts if begin < each < end)})
    place = 0
    for first, last in pairwise(edges):
        while place + 1 < len(starts) and starts[place + 1] <= first:
            place += 1
        if calendar.period_at(first) is Period.WORKING:
            yield first, last, place


def _counted(
    machine: MachineDay, calendar: ShiftCalendar, run_times: Mapping[tuple[str, str], Fraction], begin: int, end: int
) -> tuple[int, int, Fraction]:
    """What was added with each reading, of the moment just before it; after an order's end counters start again."""
    good = scrap = 0
    ideal = Fraction(0)
    for before, now in pairwise(machine.counts):
        moment = now.t_ms - 1
        if not (begin <= moment < end and _is_busy(machine, calendar, moment)):
            continue
        is_new = now.good < before.good or now.scrap < before.scrap
        more, waste = (now.good, now.scrap) if is_new else (now.good - before.good, now.scrap - before.scrap)
        good, scrap = good + more, scrap + waste
        if more or waste:
            ideal += (more + waste) * run_times[machine.device_id, _order_at(machine, moment)]
    return good, scrap, ideal


def _is_busy(machine: MachineDay, calendar: ShiftCalendar, t_ms: int) -> bool:
    status = next((each for each in reversed(machine.statuses) if each.t_ms <= t_ms), machine.statuses[0])
    return calendar.period_at(t_ms) is Period.WORKING and status.reason not in PLANNED_CODES


def _order_at(machine: MachineDay, t_ms: int) -> str:
    return next(each.order for each in reversed(machine.statuses) if each.t_ms <= t_ms and each.order) or ""


def _failures(machine: MachineDay, begin: int, end: int) -> int:
    """How often the machine began to stand for a failure."""
    failed = [(each.t_ms, each.reason in FAILURE_CODES) for each in machine.statuses]
    pairs = zip([(0, False), *failed], failed, strict=False)
    return sum(now and not before and begin <= t_ms < end for (_, before), (t_ms, now) in pairs)
