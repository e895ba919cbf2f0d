"""What every machine does: obey PackML, work through orders, make good parts and scrap."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, pi
from random import Random
from typing import ClassVar

from local.simulator.alarms import Alarm, Limit, active_limits, stop_alarm
from local.simulator.control import Conditions, Controller
from local.simulator.metric import Metric
from local.simulator.packml import Mode, State
from local.simulator.planned import PlannedStop
from local.simulator.reasons import Reason
from local.simulator.shifts import DAY_MS, TOKYO_OFFSET_MS, Period
from local.simulator.stops import Breakdowns, Cause


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the line imposes in one step; `units` is how many units the buffers allow."""

    t_ms: int
    dt_s: float
    period: Period
    external: Reason | None
    units: int


@dataclass(frozen=True, slots=True)
class Made:
    good: int = 0
    scrap: int = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """A cycle makes one unit of `amount` (pieces or kg) in `cycle_s`."""

    cycle_s: float
    amount: float
    order_units: int
    setup_s: float


class Machine(ABC):
    METRICS: ClassVar[tuple[Metric, ...]]
    CAUSES: ClassVar[tuple[Cause, ...]]
    LIMITS: ClassVar[tuple[Limit, ...]] = ()

    def __init__(self, pace: Pace, rng: Random) -> None:
        self.pace = pace
        self.rng = rng
        self.controller = Controller()
        self.breakdowns = Breakdowns(self.CAUSES, rng)
        self.good = 0
        self.scrap = 0
        self.cycle = rng.random()
        self.order: str | None = None
        self._orders = 0
        self._setup_due = False
        self._setup_left_s = 0.0
        self._alarms: frozenset[Alarm] = frozenset()

    @property
    def producing(self) -> bool:
        return self.controller.state is State.EXECUTE and self.controller.mode is Mode.PRODUCTION

    def step(self, around: Surroundings) -> tuple[Made, bool]:
        """Advance by one step; return what was made and whether state, mode, reason or order changed."""
        changed = self.controller.step(around.dt_s, self._conditions(around))
        if changed and self.controller.state is State.IDLE:
            self._prepare(around.t_ms)
        made = self._work(around)
        self.breakdowns.step(around.dt_s, producing=self.producing, stress=self.stress())
        held = self.controller.state is State.HELD
        for stop in self.planned():
            if stop.step(around.dt_s, producing=self.producing, held=held):
                self.after(stop)
        self.physics(around.dt_s, ambient_at(around.t_ms), around.period)
        return made, changed

    def alarms(self) -> frozenset[Alarm]:
        self._alarms = active_limits(self.LIMITS, self.values(), self._alarms)
        reason = self.controller.reason
        aborted = self.controller.state in (State.ABORTING, State.ABORTED)
        return self._alarms | {stop_alarm(reason)} if aborted and reason else self._alarms

    @abstractmethod
    def values(self) -> Mapping[str, float]:
        """The true value of every metric."""

    @abstractmethod
    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None: ...

    @abstractmethod
    def scrap_probability(self) -> float: ...

    def planned(self) -> tuple[PlannedStop, ...]:
        return ()

    def after(self, stop: PlannedStop) -> None:
        """Take the effect of a planned stop that has just ended."""
        return

    def ready(self) -> bool:
        return True

    def stress(self) -> float:
        return 1.0

    def is_scrap(self) -> bool:
        return self.rng.random() < self.scrap_probability()

    def due_stop(self) -> PlannedStop | None:
        return next((stop for stop in self.planned() if stop.due), None)

    def holds_for(self, reason: Reason) -> bool:
        return self.controller.state is State.HELD and self.controller.reason is reason

    def _conditions(self, around: Surroundings) -> Conditions:
        due = self.due_stop()
        in_setup = self.controller.mode is Mode.SETUP
        return Conditions(
            period=around.period,
            breakdown=self.breakdowns.active,
            hold=due.reason if due else None,
            external=None if in_setup else around.external,
            finished=self._setup_left_s <= 0 if in_setup else self.good >= self.pace.order_units,
            ready=self.ready(),
        )

    def _prepare(self, t_ms: int) -> None:
        """In idle, before the start: take the next order, with a setup unless it is the first."""
        if self.controller.mode is Mode.SETUP and self._setup_left_s <= 0:
            self._setup_due = False
        elif self.order is None or self.good >= self.pace.order_units:
            self._setup_due = self.order is not None
            self._setup_left_s = self.pace.setup_s * self.rng.uniform(0.7, 1.5)
            self._take_order(t_ms)
        self.controller.mode = Mode.SETUP if self._setup_due else Mode.PRODUCTION

    def _take_order(self, t_ms: int) -> None:
        """Counters start again at zero with each order, as on most controllers."""
        self._orders += 1
        day = datetime.fromtimestamp(t_ms / 1000, UTC) + timedelta(milliseconds=TOKYO_OFFSET_MS)
        self.order = f"MO-{day:%y%m%d}-{self._orders:03d}"
        self.good = self.scrap = 0

    def _work(self, around: Surroundings) -> Made:
        if self.controller.state is State.EXECUTE and self.controller.mode is Mode.SETUP:
            self._setup_left_s -= around.dt_s
        if not self.producing:
            return Made()
        self.cycle += around.dt_s / self.pace.cycle_s
        units = min(int(self.cycle), around.units)
        self.cycle = min(self.cycle - units, 1.0)
        scrap = sum(self.is_scrap() for _ in range(units))
        self.good += units - scrap
        self.scrap += scrap
        return Made(units - scrap, scrap)


def ambient_at(t_ms: int) -> float:
    """Hall temperature in degrees Celsius: coolest at 5 in the morning, warmest at 17, Tokyo time."""
    day = (t_ms + TOKYO_OFFSET_MS) % DAY_MS / DAY_MS
    return 23.0 - 3.0 * cos(2 * pi * (day - 5 / 24))
