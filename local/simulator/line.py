"""A line: machines in a row with buffers between them, so that one starves and blocks the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from local.simulator.alarms import Alarm
from local.simulator.faults import Sensor
from local.simulator.machines.machine import Machine, Surroundings
from local.simulator.metric import Metric, Reading
from local.simulator.packml import Mode, State
from local.simulator.reasons import BLOCKED, STARVED, Reason
from local.simulator.shifts import ShiftCalendar
from local.simulator.stops import Breakdowns, Cause

# Passing states last 5 s and more, so no step skips one.
LONGEST_STEP_MS = 5_000
_ENDLESS = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    """The machine state as reported: codes of PackML, of the reason tree, and the order."""

    t_ms: int
    state: State
    mode: Mode
    reason: int | None
    order: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One device at one moment; `statuses` holds every change since the snapshot before, the newest last."""

    t_ms: int
    readings: Mapping[str, Reading]
    statuses: tuple[Status, ...]
    good: int
    scrap: int
    alarms: frozenset[Alarm]


@dataclass(slots=True)
class Buffer:
    capacity: float
    level: float

    def units_in(self, amount: float) -> int:
        return int((self.level + 1e-9) / amount)

    def units_free(self, amount: float) -> int:
        return int((self.capacity - self.level + 1e-9) / amount)


class Station:
    """A machine with its sensors and what it has to report."""

    def __init__(self, name: str, machine: Machine, rng: Random) -> None:
        self.name = name
        self.machine = machine
        self._rng = rng
        self._sensors = [Sensor(metric, rng) for metric in machine.METRICS]
        self._statuses: list[Status] = []

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return self.machine.METRICS

    def note(self, t_ms: int) -> None:
        self._statuses.append(self.status(t_ms))

    def status(self, t_ms: int) -> Status:
        control = self.machine.controller
        reason = control.reason.code if control.reason else None
        return Status(t_ms, control.state, control.mode, reason, self.machine.order)

    def forget(self) -> None:
        self._statuses.clear()

    def taken(self) -> tuple[Status, ...]:
        """Take the changes that were not reported yet."""
        statuses, self._statuses = tuple(self._statuses), []
        return statuses

    def noise(self, deviation: float) -> float:
        """Of a measurement that is no sensor's of its own."""
        return self._rng.gauss(0.0, deviation)

    def snapshot(self, t_ms: int) -> Snapshot:
        values = self.machine.values()
        readings = {one.metric.name: one.read(values[one.metric.name], t_ms / 1000) for one in self._sensors}
        return Snapshot(t_ms, readings, self.taken(), self.machine.good, self.machine.scrap, self.machine.alarms())


class Line:
    """Steps its machines together; time is the caller's and never goes back."""

    def __init__(
        self, stations: Sequence[Station], buffers: Sequence[Buffer], calendar: ShiftCalendar, t_ms: int, rng: Random
    ) -> None:
        self.stations = tuple(stations)
        self.t_ms = t_ms
        self._buffers = tuple(buffers)
        self._calendar = calendar
        self._supply = Breakdowns([Cause(STARVED, 2.5 * 3600, 240)], rng)
        self._removal = Breakdowns([Cause(BLOCKED, 3 * 3600, 200)], rng)

    def advance(self, t_ms: int) -> None:
        """Step up to `t_ms` in steps no longer than LONGEST_STEP_MS."""
        while self.t_ms < t_ms:
            step_ms = min(LONGEST_STEP_MS, t_ms - self.t_ms)
            self.t_ms += step_ms
            self._step(step_ms / 1000)

    def forget(self) -> None:
        """Drop the changes not yet reported: they belong to a time nobody asked for."""
        for station in self.stations:
            station.forget()

    def snapshots(self) -> dict[str, Snapshot]:
        return {station.name: station.snapshot(self.t_ms) for station in self.stations}

    def _step(self, dt_s: float) -> None:
        period = self._calendar.period_at(self.t_ms)
        self._supply.step(dt_s, producing=self.stations[0].machine.producing)
        self._removal.step(dt_s, producing=self.stations[-1].machine.producing)
        for index, station in enumerate(self.stations):
            external, units = self._neighbours(index)
            made, changed = station.machine.step(Surroundings(self.t_ms, dt_s, period, external, units))
            self._move(index, made.good, made.scrap)
            if changed:
                station.note(self.t_ms)

    def _neighbours(self, index: int) -> tuple[Reason | None, int]:
        """Why this machine cannot go on, if so, and how many units its buffers allow."""
        machine = self.stations[index].machine
        amount = machine.pace.amount
        waiting = _ENDLESS if index == 0 else self._buffers[index - 1].units_in(amount)
        free = _ENDLESS if index == len(self._buffers) else self._buffers[index].units_free(amount)
        # A suspended machine comes back only for more than one unit, or it would start and stop with each.
        needed = 3 if machine.controller.state is State.SUSPENDED else 1
        if waiting < needed or (index == 0 and self._supply.active):
            return STARVED, min(waiting, free)
        if free < needed or (index == len(self._buffers) and self._removal.active):
            return BLOCKED, min(waiting, free)
        return None, min(waiting, free)

    def _move(self, index: int, good: int, scrap: int) -> None:
        amount = self.stations[index].machine.pace.amount
        if index > 0:
            self._buffers[index - 1].level -= (good + scrap) * amount
        if index < len(self._buffers):
            self._buffers[index].level += good * amount
