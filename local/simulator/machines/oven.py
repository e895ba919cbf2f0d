"""A tunnel oven of three zones, each with its own PID controller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from local.simulator.alarms import Alarm, Limit
from local.simulator.dynamics import Pid, approach
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.reasons import BURNER_LOCKOUT, OUTLET_JAM
from local.simulator.shifts import Period
from local.simulator.stops import Cause

_FULL_HEAT_C = 320.0
_SETBACK_C = 40.0
_TOLERANCE_C = 6.0
_SETPOINTS_C = (210.0, 235.0, 220.0)


def _controller() -> Pid:
    return Pid(gain=2.5, integral_s=300.0, derivative_s=10.0)


@dataclass(slots=True)
class Zone:
    baking_c: float
    temp_c: float = 25.0
    setpoint_c: float = 20.0
    output_percent: float = 0.0
    pid: Pid = field(default_factory=_controller)

    def step(self, dt_s: float, ambient_c: float, setpoint_c: float, load_c: float) -> None:
        """`load_c` is how far the cold product would pull the zone down."""
        self.setpoint_c = setpoint_c
        self.output_percent = self.pid.step(setpoint_c, self.temp_c, dt_s)
        reachable_c = ambient_c + _FULL_HEAT_C * self.output_percent / 100.0 - load_c
        self.temp_c = approach(self.temp_c, reachable_c, 600.0, dt_s)


def _zone_metrics(number: int) -> tuple[Metric, ...]:
    return (
        Metric(f"zone-{number}/temp", "Double", "°C", 0, 400, 0.2, f"OV.Z{number}.PV", 0.15, 1),
        Metric(f"zone-{number}/setpoint", "Double", "°C", 0, 400, 0.1, f"OV.Z{number}.SP", 0.0, 1),
        Metric(f"zone-{number}/output", "Double", "%", 0, 100, 0.5, f"OV.Z{number}.CV", 0.0, 1),
    )


class Oven(Machine):
    METRICS = (
        *_zone_metrics(1),
        *_zone_metrics(2),
        *_zone_metrics(3),
        Metric("belt/speed", "Double", "m/min", 0, 10, 0.01, "OV.BeltSpeed", 0.005, 3),
        Metric("exhaust/humidity", "Double", "%", 0, 100, 0.2, "OV.ExhaustHumidity", 0.15, 1),
        Metric("gas/flow", "Double", "m³/h", 0, 80, 0.05, "OV.GasFlow", 0.04),
    )
    CAUSES = (Cause(BURNER_LOCKOUT, 18 * 3600, 500, aborts=True), Cause(OUTLET_JAM, 4 * 3600, 120))
    LIMITS = (Limit(Alarm("zone-2-high", 3, "Zone 2 temperature high", "ゾーン2温度高"), "zone-2/temp", 247.0, 243.0),)

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.zones = tuple(Zone(setpoint) for setpoint in _SETPOINTS_C)
        self.belt_m_min = 0.0
        self.humidity_percent = 12.0

    def ready(self) -> bool:
        return all(abs(zone.temp_c - zone.baking_c) <= _TOLERANCE_C for zone in self.zones)

    def scrap_probability(self) -> float:
        return 0.005 if self.ready() else 0.08

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        load_c = 28.0 if self.producing else 0.0
        for zone in self.zones:
            zone.step(dt_s, ambient_c, self._setpoint_c(zone, period), load_c)
        self.belt_m_min = approach(self.belt_m_min, 2.4 if self.producing else 0.0, 3.0, dt_s)
        self.humidity_percent = approach(self.humidity_percent, 34.0 if self.producing else 12.0, 240.0, dt_s)

    def values(self) -> Mapping[str, float]:
        values = {"belt/speed": self.belt_m_min, "exhaust/humidity": self.humidity_percent}
        values["gas/flow"] = sum(zone.output_percent for zone in self.zones) * 0.12
        for number, zone in enumerate(self.zones, 1):
            values[f"zone-{number}/temp"] = zone.temp_c
            values[f"zone-{number}/setpoint"] = zone.setpoint_c
            values[f"zone-{number}/output"] = zone.output_percent
        return values

    def _setpoint_c(self, zone: Zone, period: Period) -> float:
        """Off with the shift or a locked burner, set back in a break, so both are followed by a warm-up."""
        fault = self.breakdowns.active
        if period is Period.OFF or (fault and fault.reason is BURNER_LOCKOUT):
            return 20.0
        return zone.baking_c - (_SETBACK_C if period is Period.BREAK else 0.0)
