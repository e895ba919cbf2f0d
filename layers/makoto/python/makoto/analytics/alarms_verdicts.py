"""What an alarm rule says of each reading by itself: on, off, or within the deadband."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.alarms_point import Point
from makoto.analytics.alarms_rule import AlarmCondition, AlarmRule

GOOD, UNCERTAIN = 192, 64
"""Sparkplug B 3.0 and OPC 10000-8; of other qualities a value is not judged."""

ON, OFF, KEEP = 1, 0, -1
_C = AlarmCondition
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Samples:
    """Readings of one metric; `v` is NaN where there is no number, `q` absent where all are good."""

    t: NDArray[np.int64]
    v: NDArray[np.float64]
    q: NDArray[np.uint16] | None = None

    def at(self, places: "NDArray[np.int64] | slice") -> "Samples":
        return Samples(self.t[places], self.v[places], None if self.q is None else self.q[places])

    def usable(self) -> _Flags:
        """Tell which readings are numbers of good or uncertain quality."""
        is_number = ~np.isnan(self.v)
        return is_number if self.q is None else is_number & ((self.q == GOOD) | (self.q == UNCERTAIN))


def verdicts_of(rule: AlarmRule, point: Point, samples: Samples) -> NDArray[np.int8]:
    """Judge readings in the order of time; `point` holds the reading before them."""
    if rule.condition is _C.BAD_QUALITY:
        return _quality_verdicts(samples)
    v, is_usable = samples.v, samples.usable()
    if rule.condition is _C.RATE_OF_CHANGE:
        v, is_usable = _rates(point, samples, is_usable)
    if rule.condition is _C.DEVIATION:
        v = np.abs(v - (rule.target or 0.0))
    with np.errstate(invalid="ignore"):
        on, off = _sides(rule, v)
    verdicts = np.full(len(v), KEEP, np.int8)
    verdicts[off & is_usable] = OFF
    verdicts[on & is_usable] = ON
    return verdicts


def _sides(rule: AlarmRule, v: NDArray[np.float64]) -> tuple[_Flags, _Flags]:
    high, low, band = rule.high or 0.0, rule.low or 0.0, rule.deadband
    if rule.condition is _C.LOW:
        return v < low, v >= low + band
    if rule.condition is _C.OUTSIDE:
        return (v < low) | (v > high), (v >= low + band) & (v <= high - band)
    if rule.condition is _C.INSIDE:
        return (v >= low) & (v <= high), (v < low - band) | (v > high + band)
    return v > high, v <= high - band


def _quality_verdicts(samples: Samples) -> NDArray[np.int8]:
    if samples.q is None:
        return np.zeros(len(samples.t), np.int8)
    return np.where(samples.q == GOOD, OFF, np.where(samples.q == UNCERTAIN, KEEP, ON)).astype(np.int8)


def _rates(point: Point, samples: Samples, is_usable: _Flags) -> tuple[NDArray[np.float64], _Flags]:
    """Find the change a second since the usable reading before; of two at one instant there is none."""
    places = np.flatnonzero(is_usable)
    t, v = samples.t[places].astype(np.float64), samples.v[places]
    t_before = np.concatenate(([point.value_t if point.value is not None else np.nan], t[:-1]))
    v_before = np.concatenate(([np.nan if point.value is None else point.value], v[:-1]))
    elapsed_s = (t - t_before[: len(t)]) / 1000
    known = elapsed_s > 0
    rates, has_rate = np.zeros(len(samples.t)), np.zeros(len(samples.t), np.bool_)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        rates[places] = np.where(known, np.abs(v - v_before[: len(t)]) / np.where(known, elapsed_s, 1.0), 0.0)
    has_rate[places] = known
    return rates, has_rate
