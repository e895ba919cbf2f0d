"""What a device can measure, and one measured value."""

from dataclasses import dataclass
from typing import Literal

GOOD = 192
BAD = 0
STALE = 500
UNCERTAIN = 64

MetricType = Literal["Double", "Int64", "Boolean"]
Value = float | int | bool | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of a device's birth; `noise` is the standard deviation, `deadband` the least change to report."""

    name: str
    type: MetricType
    unit: str
    minimum: float
    maximum: float
    deadband: float
    source: str
    noise: float = 0.0
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A value as the sensor gives it; `quality` uses the codes of Sparkplug B and OPC UA, `status` the OPC UA name."""

    value: Value
    quality: int = GOOD
    status: str | None = None
