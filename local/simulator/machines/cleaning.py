"""Cleaning in place (CIP): the hot caustic loop that a vessel is rinsed with."""

from dataclasses import dataclass

from local.simulator.dynamics import approach
from local.simulator.metric import Metric

CLEANING_METRICS = (
    Metric("cip/temp", "Double", "°C", 0, 120, 0.2, "CIP.ReturnTemp", 0.15),
    Metric("cip/conductivity", "Double", "mS/cm", 0, 200, 0.1, "CIP.ReturnConductivity", 0.05),
)


@dataclass(slots=True)
class CleaningLoop:
    """Caustic of 1.5 % at 75 °C has about 60 mS/cm."""

    temp_c: float = 22.0
    conductivity_ms_cm: float = 0.4

    def step(self, dt_s: float, ambient_c: float, *, cleaning: bool) -> None:
        self.temp_c = approach(self.temp_c, 75.0 if cleaning else ambient_c, 180.0 if cleaning else 900.0, dt_s)
        self.conductivity_ms_cm = approach(self.conductivity_ms_cm, 60.0 if cleaning else 0.4, 90.0, dt_s)

    def values(self) -> dict[str, float]:
        return {"cip/temp": self.temp_c, "cip/conductivity": self.conductivity_ms_cm}
