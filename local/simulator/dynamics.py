"""First-order lags and controllers: the few equations the machines share."""

from dataclasses import dataclass
from math import exp


def approach(value: float, target: float, time_constant_s: float, dt_s: float) -> float:
    """Move a first-order lag towards its target; exact for any step, so a coarse step stays stable."""
    return target + (value - target) * exp(-dt_s / time_constant_s)


def clamp(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


@dataclass(slots=True)
class Pid:
    """PI-D on the measurement, with clamped output and conditional integration against wind-up."""

    gain: float
    integral_s: float
    derivative_s: float
    low: float = 0.0
    high: float = 100.0
    _integral: float = 0.0
    _last: float | None = None

    def step(self, setpoint: float, measured: float, dt_s: float) -> float:
        error = setpoint - measured
        slope = 0.0 if self._last is None else (measured - self._last) / dt_s
        self._last = measured
        integral = self._integral + error * dt_s / self.integral_s
        wanted = self.gain * (error + integral - self.derivative_s * slope)
        output = clamp(wanted, self.low, self.high)
        if output == wanted:
            self._integral = integral
        return output
