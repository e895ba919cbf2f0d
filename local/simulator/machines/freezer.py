"""A spiral freezer: the cold chain, running also when nobody is there."""

from collections.abc import Mapping
from random import Random

from local.simulator.alarms import Alarm, Limit
from local.simulator.dynamics import Pid, approach
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.planned import PlannedStop
from local.simulator.reasons import COMPRESSOR_TRIP, DEFROST, INLET_JAM
from local.simulator.shifts import Period
from local.simulator.stops import Cause

SETPOINT_C = -32.0
_FULL_COOLING_C = 75.0


class Freezer(Machine):
    METRICS = (
        Metric("chamber/temp", "Double", "°C", -60, 40, 0.1, "FZ.ChamberTemp", 0.06),
        Metric("evaporator/temp", "Double", "°C", -70, 40, 0.1, "FZ.EvaporatorTemp", 0.1),
        Metric("product/core-temp", "Double", "°C", -60, 100, 0.1, "FZ.CoreTemp", 0.1),
        Metric("compressor/load", "Double", "%", 0, 100, 0.5, "FZ.CompressorLoad", 0.3, 1),
        Metric("door/is-open", "Boolean", "", 0, 1, 0, "FZ.DoorContact"),
        Metric("power/active", "Double", "kW", 0, 120, 0.1, "PM1.ActivePower", 0.1),
    )
    CAUSES = (Cause(COMPRESSOR_TRIP, 22 * 3600, 900, aborts=True), Cause(INLET_JAM, 4 * 3600, 120))
    LIMITS = (
        Limit(Alarm("cold-chain", 4, "Freezer above -25 °C", "冷凍庫温度が-25℃を超過"), "chamber/temp", -25.0, -27.0),
    )

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.chamber_c = SETPOINT_C
        self.core_c = -18.0
        self.load_percent = 75.0
        self.pid = Pid(gain=8.0, integral_s=400.0, derivative_s=0.0)
        self.defrost = PlannedStop(DEFROST, every_s=5 * 3600.0, lasts_s=600.0, ran_s=rng.uniform(0, 4 * 3600.0))
        self._door_s = rng.expovariate(1 / 1800.0)
        self.door_is_open = False

    def planned(self) -> tuple[PlannedStop, ...]:
        return (self.defrost,)

    def ready(self) -> bool:
        return self.chamber_c < -26.0

    def scrap_probability(self) -> float:
        return 0.003 if self.chamber_c < -26.0 else 0.05

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        self._move_door(dt_s)
        self.load_percent = self.pid.step(-SETPOINT_C, -self.chamber_c, dt_s) if self._cooling else 0.0
        heat_c = (7.0 if self.producing else 0.0) + (14.0 if self.door_is_open else 0.0)
        reachable_c = ambient_c + heat_c - _FULL_COOLING_C * self.load_percent / 100.0
        # Without its compressor the insulated box warms slowly; with it, it answers fast.
        self.chamber_c = approach(self.chamber_c, reachable_c, 500.0 if self._cooling else 5000.0, dt_s)
        self.core_c = approach(self.core_c, self.chamber_c + (13.0 if self.producing else 2.0), 900.0, dt_s)

    def values(self) -> Mapping[str, float]:
        return {
            "chamber/temp": self.chamber_c,
            "evaporator/temp": self.chamber_c - 0.09 * self.load_percent,
            "product/core-temp": self.core_c,
            "compressor/load": self.load_percent,
            "door/is-open": self.door_is_open,
            "power/active": 1.5 + 0.38 * self.load_percent,
        }

    @property
    def _cooling(self) -> bool:
        fault = self.breakdowns.active
        tripped = fault is not None and fault.reason is COMPRESSOR_TRIP
        return not tripped and not self.holds_for(DEFROST)

    def _move_door(self, dt_s: float) -> None:
        self._door_s -= dt_s
        if self._door_s <= 0:
            self.door_is_open = not self.door_is_open
            self._door_s = self.rng.expovariate(1 / (35.0 if self.door_is_open else 1800.0))
