"""A CNC machining centre: spindle, tool, coolant."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from local.simulator.alarms import Alarm, Limit
from local.simulator.dynamics import approach
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.planned import PlannedStop
from local.simulator.reasons import CHIP_JAM, MEASURING, SERVO_ALARM, SPINDLE_OVERLOAD, TOOL_CHANGE
from local.simulator.shifts import Period
from local.simulator.stops import Cause

MAX_SPEED_RPM = 8000.0
TOOL_LIFE_S = 2700.0
_TOOLS = 12


@dataclass(frozen=True, slots=True)
class Cut:
    """One operation of the program, until this share of the cycle."""

    until: float
    speed_rpm: float
    load_percent: float
    feed_mm_min: float


PROGRAM = (
    Cut(0.12, 0.0, 0.0, 0.0),
    Cut(0.45, 2400.0, 62.0, 960.0),
    Cut(0.70, 4800.0, 38.0, 620.0),
    Cut(1.01, 7600.0, 24.0, 1400.0),
)
REST = PROGRAM[0]


class MachiningCentre(Machine):
    METRICS = (
        Metric("spindle/speed", "Double", "rpm", 0, 12000, 5, "DB10.SpindleActSpeed", 3.0, 1),
        Metric("spindle/load", "Double", "%", 0, 150, 0.5, "DB10.SpindleLoad", 0.8, 1),
        Metric("spindle/temp", "Double", "°C", 0, 120, 0.1, "DB10.SpindleTemp", 0.06),
        Metric("spindle/vibration", "Double", "mm/s", 0, 25, 0.02, "DB10.VibrationRms", 0.05, 3),
        Metric("tool/wear", "Double", "%", 0, 150, 0.5, "DB12.ToolWear", 0.0, 1),
        Metric("tool/number", "Int64", "", 1, _TOOLS, 0, "DB12.ToolNumber"),
        Metric("feed/rate", "Double", "mm/min", 0, 15000, 5, "DB10.FeedAct", 4.0, 1),
        Metric("coolant/temp", "Double", "°C", 0, 80, 0.1, "DB14.CoolantTemp", 0.08),
        Metric("coolant/flow", "Double", "l/min", 0, 60, 0.2, "DB14.CoolantFlow", 0.15),
        Metric("power/active", "Double", "kW", 0, 60, 0.05, "PM1.ActivePower", 0.04, 3),
    )
    CAUSES: ClassVar[tuple[Cause, ...]] = (
        Cause(SPINDLE_OVERLOAD, 16 * 3600, 600, aborts=True),
        Cause(SERVO_ALARM, 24 * 3600, 900, aborts=True),
        Cause(CHIP_JAM, 3 * 3600, 150),
        Cause(MEASURING, 1.2 * 3600, 70),
    )
    LIMITS = (
        Limit(Alarm("tool-worn", 2, "Tool worn: change is due", "工具摩耗：交換時期です"), "tool/wear", 90.0, 50.0),
    )

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.speed_rpm = self.load_percent = self.feed_mm_min = self.flow_l_min = 0.0
        self.spindle_c = self.coolant_c = 22.0
        self.wear_percent = rng.uniform(0.0, 70.0)
        self.tool = rng.randint(1, _TOOLS)
        self.tool_change = PlannedStop(TOOL_CHANGE, every_s=float("inf"), lasts_s=75.0)

    def planned(self) -> tuple[PlannedStop, ...]:
        self.tool_change.every_s = 0.0 if self.wear_percent >= 100.0 else float("inf")
        return (self.tool_change,)

    def after(self, stop: PlannedStop) -> None:
        self.wear_percent = 0.0
        self.tool = self.tool % _TOOLS + 1

    def stress(self) -> float:
        return 1.0 + 3.0 * self._worn**3

    def scrap_probability(self) -> float:
        """A cold spindle is short of its growth, a blunt tool off size."""
        cold = 0.03 if self.spindle_c < 27.0 else 0.0
        return 0.005 + cold + 0.05 * self._worn**4

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        cut = self._cut()
        self.speed_rpm = approach(self.speed_rpm, cut.speed_rpm, 1.5, dt_s)
        self.load_percent = approach(self.load_percent, cut.load_percent * (1 + 0.35 * self._worn), 1.0, dt_s)
        self.feed_mm_min = approach(self.feed_mm_min, cut.feed_mm_min, 0.8, dt_s)
        self.flow_l_min = approach(self.flow_l_min, 22.0 if self.producing else 0.0, 2.0, dt_s)
        heat_c = 16.0 * self.speed_rpm / MAX_SPEED_RPM + 0.25 * self.load_percent
        self.spindle_c = approach(self.spindle_c, ambient_c + heat_c, 900.0, dt_s)
        self.coolant_c = approach(self.coolant_c, ambient_c + 0.14 * self.load_percent, 1800.0, dt_s)
        if cut is not REST:
            # The last third of a tool's life goes faster than the first (Taylor wear curve).
            self.wear_percent += 100.0 * dt_s / TOOL_LIFE_S * (0.7 + 0.8 * self._worn)

    def values(self) -> Mapping[str, float]:
        return {
            "spindle/speed": self.speed_rpm,
            "spindle/load": self.load_percent,
            "spindle/temp": self.spindle_c,
            "spindle/vibration": self._vibration_mm_s(),
            "tool/wear": self.wear_percent,
            "tool/number": self.tool,
            "feed/rate": self.feed_mm_min,
            "coolant/temp": self.coolant_c,
            "coolant/flow": self.flow_l_min,
            "power/active": self._power_kw(),
        }

    @property
    def _worn(self) -> float:
        return self.wear_percent / 100.0

    def _cut(self) -> Cut:
        if not self.producing:
            return REST
        return next(cut for cut in PROGRAM if self.cycle <= cut.until)

    def _vibration_mm_s(self) -> float:
        turning = self.speed_rpm / MAX_SPEED_RPM
        return 0.08 + 0.9 * turning + 2.6 * self._worn**2 * min(1.0, 3 * turning)

    def _power_kw(self) -> float:
        return 0.9 + 0.14 * self.load_percent + 0.6 * self.speed_rpm / MAX_SPEED_RPM + 0.05 * self.flow_l_min
