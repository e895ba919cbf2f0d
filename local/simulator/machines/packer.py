"""A case packer: seal, film, checkweigher."""

from collections.abc import Mapping
from random import Random

from local.simulator.dynamics import approach
from local.simulator.machines.machine import Machine, Pace
from local.simulator.metric import Metric
from local.simulator.planned import PlannedStop
from local.simulator.reasons import FILM_CHANGE, LIGHT_CURTAIN, MOTOR_TRIP, OUTLET_JAM
from local.simulator.shifts import Period
from local.simulator.stops import Cause

_SEAL_C = 165.0
_FILM_S = 5400.0
_CARTON_G = 180.0
_PORTIONS, _PORTION_G, _PORTION_SIGMA_G = 12, 504.0, 3.2


class Packer(Machine):
    METRICS = (
        Metric("seal/temp", "Double", "°C", 0, 300, 0.2, "PK.SealTemp", 0.2, 1),
        Metric("seal/pressure", "Double", "bar", 0, 10, 0.02, "PK.SealPressure", 0.02, 3),
        Metric("film/remaining", "Double", "%", 0, 100, 0.5, "PK.FilmRemaining", 0.0, 1),
        Metric("checkweigher/mass", "Double", "g", 0, 10000, 1, "PK.CheckMass", 0.0, 1),
        Metric("carton/rate", "Double", "1/min", 0, 60, 0.05, "PK.CartonRate", 0.02),
        Metric("power/active", "Double", "kW", 0, 30, 0.02, "PM1.ActivePower", 0.02, 3),
    )
    CAUSES = (
        Cause(MOTOR_TRIP, 24 * 3600, 400, aborts=True),
        Cause(LIGHT_CURTAIN, 5 * 3600, 45, aborts=True),
        Cause(OUTLET_JAM, 1.2 * 3600, 80),
    )

    def __init__(self, pace: Pace, rng: Random) -> None:
        super().__init__(pace, rng)
        self.seal_c = 25.0
        self.pressure_bar = self.rate_per_min = 0.0
        self.carton_g = _CARTON_G + _PORTIONS * _PORTION_G
        self.film = PlannedStop(FILM_CHANGE, every_s=_FILM_S, lasts_s=120.0, ran_s=rng.uniform(0, _FILM_S))

    def planned(self) -> tuple[PlannedStop, ...]:
        return (self.film,)

    def ready(self) -> bool:
        return self.seal_c > _SEAL_C - 5.0

    def scrap_probability(self) -> float:
        return 0.004 if self.ready() else 0.2

    def is_scrap(self) -> bool:
        self.carton_g = _CARTON_G + _PORTIONS * _PORTION_G + self.rng.gauss(0.0, _PORTION_SIGMA_G * _PORTIONS**0.5)
        return super().is_scrap()

    def physics(self, dt_s: float, ambient_c: float, period: Period) -> None:
        self.seal_c = approach(self.seal_c, ambient_c if period is Period.OFF else _SEAL_C, 120.0, dt_s)
        self.pressure_bar = approach(self.pressure_bar, 4.2 if self.producing else 0.0, 1.0, dt_s)
        wanted_rate = 60.0 / self.pace.cycle_s if self.producing else 0.0
        self.rate_per_min = approach(self.rate_per_min, wanted_rate, 20.0, dt_s)

    def values(self) -> Mapping[str, float]:
        return {
            "seal/temp": self.seal_c,
            "seal/pressure": self.pressure_bar,
            "film/remaining": max(0.0, 100.0 * (1.0 - self.film.ran_s / _FILM_S)),
            "checkweigher/mass": self.carton_g,
            "carton/rate": self.rate_per_min,
            "power/active": 0.5 + 0.01 * max(0.0, self.seal_c - 25.0) + 0.25 * self.pressure_bar,
        }
