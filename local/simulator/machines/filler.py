"""A volumetric filler whose portions drift in weight until it is adjusted."""

from collections.abc import Mapping
from math import sqrt
from random import Random

from local.simulator.dynamics import approach
from local.simulator.machines.cleaning import CLEANING_METRICS, CleaningLoop
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.planned import PlannedStop
from local.simulator.reasons import CLEANING, INLET_JAM, MOTOR_TRIP, WEIGHT_ADJUSTMENT
from local.simulator.shifts import Period
from local.simulator.stops import Cause

TARGET_G = 504.0
# Tolerable negative error of a 500 g pack: 3 % (Directive 76/211/EEC, annex I).
REJECT_BELOW_G = 485.0
_SIGMA_G = 3.2
_ADJUST_AT_G = 9.0


class Filler(Machine):
    METRICS = (
        Metric("fill/weight", "Double", "g", 0, 1000, 0.1, "FL.CheckWeight", 0.0, 1),
        Metric("fill/weight-mean", "Double", "g", 0, 1000, 0.1, "FL.WeightMean"),
        Metric("nozzle/pressure", "Double", "bar", 0, 10, 0.02, "FL.NozzlePressure", 0.02, 3),
        Metric("hopper/level", "Double", "%", 0, 100, 0.5, "FL.HopperLevel", 0.3, 1),
        Metric("product/temp", "Double", "°C", -30, 100, 0.1, "FL.ProductTemp", 0.1),
        Metric("power/active", "Double", "kW", 0, 30, 0.02, "PM1.ActivePower", 0.02, 3),
        *CLEANING_METRICS,
    )
    CAUSES = (Cause(MOTOR_TRIP, 24 * 3600, 500, aborts=True), Cause(INLET_JAM, 1.5 * 3600, 90))

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.weight_g = self.mean_g = TARGET_G
        self.bias_g = 0.0
        self.pressure_bar = 0.0
        self.level_percent = 60.0
        self.product_c = 4.0
        self.cip = CleaningLoop()
        self.cleaning = PlannedStop(CLEANING, every_s=6 * 3600.0, lasts_s=1800.0, ran_s=rng.uniform(0, 5 * 3600.0))
        self.adjustment = PlannedStop(WEIGHT_ADJUSTMENT, every_s=float("inf"), lasts_s=60.0)

    def planned(self) -> tuple[PlannedStop, ...]:
        self.adjustment.every_s = 0.0 if abs(self.bias_g) > _ADJUST_AT_G else float("inf")
        return (self.adjustment, self.cleaning)

    def after(self, stop: PlannedStop) -> None:
        if stop is self.adjustment:
            self.bias_g = 0.0

    def scrap_probability(self) -> float:
        return 0.001

    def is_scrap(self) -> bool:
        self.weight_g = self.rng.gauss(TARGET_G + self.bias_g, _SIGMA_G)
        self.mean_g += 0.05 * (self.weight_g - self.mean_g)
        return self.weight_g < REJECT_BELOW_G or super().is_scrap()

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        if self.producing:
            self.bias_g += self.rng.gauss(0.0, 0.06) * sqrt(dt_s)
            self.level_percent += 0.2 * (60.0 - self.level_percent) * dt_s / 60.0 + self.rng.gauss(0, 0.2)
        self.pressure_bar = approach(self.pressure_bar, 2.8 if self.producing else 0.3, 2.0, dt_s)
        cleaning = self.holds_for(CLEANING)
        self.product_c = approach(self.product_c, 4.0 if self.producing else ambient_c, 400.0, dt_s)
        self.cip.step(dt_s, ambient_c, cleaning=cleaning)

    def values(self) -> Mapping[str, float]:
        return {
            "fill/weight": self.weight_g,
            "fill/weight-mean": self.mean_g,
            "nozzle/pressure": self.pressure_bar,
            "hopper/level": self.level_percent,
            "product/temp": self.product_c,
            "power/active": 0.3 + 1.2 * self.pressure_bar,
            **self.cip.values(),
        }
