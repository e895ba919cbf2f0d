"""Sensor faults: what makes a true value arrive bad, stale, uncertain, stuck, spiked or drifting."""

from dataclasses import dataclass
from enum import Enum
from random import Random

from local.simulator.dynamics import clamp
from local.simulator.metric import BAD, STALE, UNCERTAIN, Metric, Reading, Value


class FaultKind(Enum):
    BAD = "bad"
    STALE = "stale"
    UNCERTAIN = "uncertain"
    STUCK = "stuck"
    SPIKE = "spike"
    DRIFT = "drift"


# Mean durations; a spike lasts one sample. Stuck, spike and drift look good: finding them is the reader's task.
DURATION_S = {
    FaultKind.BAD: 20.0,
    FaultKind.STALE: 45.0,
    FaultKind.UNCERTAIN: 60.0,
    FaultKind.STUCK: 300.0,
    FaultKind.SPIKE: 0.0,
    FaultKind.DRIFT: 1200.0,
}
MEAN_TIME_BETWEEN_FAULTS_S = 4 * 3600.0


@dataclass(slots=True)
class _Active:
    kind: FaultKind
    began_s: float
    ends_s: float
    offset: float


class Sensor:
    """One metric's sensor: noise, rounding and its own faults; call `read` with time that never goes back."""

    def __init__(self, metric: Metric, rng: Random, mtbf_s: float = MEAN_TIME_BETWEEN_FAULTS_S) -> None:
        self.metric = metric
        self._rng = rng
        self._mtbf_s = mtbf_s
        self._due_s: float | None = None
        self._fault: _Active | None = None
        self._last: Value = None

    def read(self, true_value: float, at_s: float) -> Reading:
        fault = self._fault_at(at_s)
        if fault is None:
            return Reading(self._remember(self._measured(true_value)))
        return self._faulty(fault, true_value, at_s)

    def _fault_at(self, at_s: float) -> _Active | None:
        if self._due_s is None:
            self._due_s = at_s + self._rng.expovariate(1 / self._mtbf_s)
        if self._fault is not None and at_s >= self._fault.ends_s:
            self._fault = None
            self._due_s = at_s + self._rng.expovariate(1 / self._mtbf_s)
        if self._fault is None and at_s >= self._due_s:
            self._fault = self._begin(at_s)
        return self._fault

    def _begin(self, at_s: float) -> _Active:
        kind = self._rng.choice(self._possible_kinds())
        mean_s = DURATION_S[kind]
        lasts_s = max(2.0, self._rng.expovariate(1 / mean_s)) if mean_s else 1e-6
        span = self.metric.maximum - self.metric.minimum
        return _Active(kind, at_s, at_s + lasts_s, span * self._rng.choice((-1, 1)) * self._rng.uniform(0.1, 0.3))

    def _possible_kinds(self) -> list[FaultKind]:
        analogue_only = {FaultKind.SPIKE, FaultKind.DRIFT}
        return [kind for kind in FaultKind if self.metric.type == "Double" or kind not in analogue_only]

    def _faulty(self, fault: _Active, true_value: float, at_s: float) -> Reading:
        measured = self._measured(true_value)
        held = measured if self._last is None else self._last
        match fault.kind:
            case FaultKind.BAD:
                return Reading(None, BAD, "BadSensorFailure")
            case FaultKind.STALE:
                return Reading(held, STALE, "UncertainLastUsableValue")
            case FaultKind.UNCERTAIN:
                return Reading(self._remember(measured), UNCERTAIN, "UncertainSensorNotAccurate")
            case FaultKind.STUCK:
                return Reading(self._remember(held))
            case FaultKind.SPIKE:
                return Reading(self._bounded(measured + fault.offset))
            case FaultKind.DRIFT:
                grown = fault.offset * min(1.0, (at_s - fault.began_s) / DURATION_S[FaultKind.DRIFT])
                return Reading(self._remember(self._bounded(measured + grown)))

    def _measured(self, true_value: float) -> float | int | bool:
        if self.metric.type == "Boolean":
            return bool(true_value)
        if self.metric.type == "Int64":
            return round(true_value)
        return self._bounded(true_value + self._rng.gauss(0.0, self.metric.noise))

    def _bounded(self, value: float) -> float:
        bounded = clamp(value, self.metric.minimum, self.metric.maximum)
        return round(float(bounded), self.metric.decimals)

    def _remember(self, value: Value) -> Value:
        self._last = value
        return value
