"""A batch mixer: filling, mixing, discharging, with cleaning in place."""

from collections.abc import Mapping
from random import Random

from local.simulator.dynamics import approach, clamp
from local.simulator.machines.cleaning import CLEANING_METRICS, CleaningLoop
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.planned import PlannedStop
from local.simulator.reasons import CLEANING, INLET_JAM, LIGHT_CURTAIN, MOTOR_TRIP
from local.simulator.shifts import Period
from local.simulator.stops import Cause

_FILLED_AT, _MIXED_AT = 0.25, 0.85


class Mixer(Machine):
    METRICS = (
        Metric("agitator/speed", "Double", "rpm", 0, 200, 0.5, "MX.AgitatorSpeed", 0.3, 1),
        Metric("agitator/torque", "Double", "N·m", 0, 1500, 2, "MX.AgitatorTorque", 3.0, 1),
        Metric("product/temp", "Double", "°C", -10, 100, 0.1, "MX.ProductTemp", 0.08),
        Metric("vessel/mass", "Double", "kg", 0, 400, 0.2, "MX.LoadCell", 0.1),
        Metric("power/active", "Double", "kW", 0, 60, 0.05, "PM1.ActivePower", 0.05, 3),
        *CLEANING_METRICS,
    )
    CAUSES = (
        Cause(MOTOR_TRIP, 20 * 3600, 700, aborts=True),
        Cause(LIGHT_CURTAIN, 8 * 3600, 60, aborts=True),
        Cause(INLET_JAM, 3 * 3600, 140),
    )

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.speed_rpm = self.mass_kg = 0.0
        self.product_c = 16.0
        self.cip = CleaningLoop()
        self.cleaning = PlannedStop(CLEANING, every_s=4 * 3600.0, lasts_s=1500.0, ran_s=rng.uniform(0, 3 * 3600.0))

    def planned(self) -> tuple[PlannedStop, ...]:
        return (self.cleaning,)

    def scrap_probability(self) -> float:
        return 0.004

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        mixing = self.producing and _FILLED_AT <= self.cycle < _MIXED_AT
        self.speed_rpm = approach(self.speed_rpm, 62.0 if mixing else 0.0, 4.0, dt_s)
        if self.producing:
            self.mass_kg = self.pace.amount * self._fill_share()
        if self.producing and self.cycle < _FILLED_AT:
            self.product_c = approach(self.product_c, 14.0, 40.0, dt_s)
        # Friction warms the mass while it is worked, the hall does the rest.
        self.product_c = approach(self.product_c, ambient_c, 7200.0, dt_s) + (0.028 * dt_s if mixing else 0.0)
        self.cip.step(dt_s, ambient_c, cleaning=self.holds_for(CLEANING))

    def values(self) -> Mapping[str, float]:
        torque_nm = 5.3 * self.mass_kg * self.speed_rpm / 62.0
        return {
            "agitator/speed": self.speed_rpm,
            "agitator/torque": torque_nm,
            "product/temp": self.product_c,
            "vessel/mass": self.mass_kg,
            "power/active": 0.4 + torque_nm * self.speed_rpm * 0.1047 / 850.0,
            **self.cip.values(),
        }

    def _fill_share(self) -> float:
        filling = self.cycle / _FILLED_AT
        emptying = (1.0 - self.cycle) / (1.0 - _MIXED_AT)
        return clamp(min(filling, emptying), 0.0, 1.0)
