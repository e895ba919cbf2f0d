"""Phase II: points judged by frozen limits, all at once or as they come."""

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.charts import Rule
from makoto.analytics.spc.judged import REMEMBERED, RULES, START, Judgement, StreamState, Track, TrackState
from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.plotted import Column, plotted
from makoto.analytics.spc.rules import WITHOUT_RUNS, Runs, applicable
from makoto.analytics.spc.samples import Samples

Floats = NDArray[np.float64]
_LIMIT = np.uint16(1 << RULES.index(Rule.LIMIT))
_FIRST = np.uint16(1 << RULES.index(Rule.NELSON_1))
_ROUNDING = 1e-9


def judge(limits: Limits, samples: Samples, state: StreamState = START, *, is_phase_one: bool = False) -> Judgement:
    """Judge samples after those that `state` has seen; in portions or at once the result is the same.

    `is_phase_one`: the samples are those the limits were estimated from, which matters to T2 only.
    A missing sample is passed over: it neither ends a run nor belongs to one.
    """
    version = limits.fingerprint
    if state.limits != version:
        state = StreamState(limits=version, count=state.count)
    columns = plotted(limits, samples, state, is_phase_one)
    judged = [
        _judged(limits, column, samples.restarts, state.tracks[place] if state.tracks else TrackState())
        for place, column in enumerate(columns)
    ]
    last = columns[0].value[-1]
    after = StreamState(
        limits=version,
        count=state.count + len(samples),
        previous=None if np.isnan(last) else float(last),
        tracks=tuple(kept for _, kept in judged),
    )
    return Judgement(tuple(track for track, _ in judged), after, state.count)


def _judged(
    limits: Limits, column: Column, restarts: NDArray[np.bool_], before: TrackState
) -> tuple[Track, TrackState]:
    z = _standardised(column)
    if limits.is_constant or not column.sigma.any():
        broken = _beyond(limits, column)
        kept = TrackState(level=column.recursion.level, variance=column.recursion.variance)
    else:
        broken, kept = _by_rules(limits, column, z, restarts, before)
    return Track(column.statistic, column.value, z, column.lcl, column.center, column.ucl, broken), kept


def _standardised(column: Column) -> Floats:
    if column.sigma.all():
        return np.asarray((column.value - column.center) / column.sigma)
    z = np.full(len(column.value), np.nan)
    np.divide(column.value - column.center, column.sigma, out=z, where=column.sigma > 0)
    return z


def _beyond(limits: Limits, column: Column) -> NDArray[np.uint16]:
    """Where there is no sigma to test runs by: what lies outside the limits."""
    bit = _LIMIT if column.statistic in WITHOUT_RUNS else _FIRST
    slack = _ROUNDING * (_scale(limits) if limits.is_constant else np.fmax(np.abs(column.ucl), np.abs(column.lcl)))
    outside = (column.value > column.ucl + slack) | (column.value < column.lcl - slack)
    return np.where(outside, bit, np.uint16(0)).astype(np.uint16)


def _scale(limits: Limits) -> float:
    return max((abs(each) for each in limits.means), default=abs(limits.center))


def _by_rules(
    limits: Limits, column: Column, z: Floats, restarts: NDArray[np.bool_], before: TrackState
) -> tuple[NDArray[np.uint16], TrackState]:
    present = np.flatnonzero(~np.isnan(z))
    stretch = np.cumsum(restarts)
    earlier = len(before.recent)
    all_z = np.concatenate([before.recent, z[present]])
    all_values = np.concatenate([before.values, column.value[present]])
    stretches = np.concatenate([np.zeros(earlier, np.int64), stretch[present]])
    runs = Runs(all_z, all_values, stretches, limits.options.sigmas)
    broken = np.zeros(len(z), np.uint16)
    broken[present] = runs.broken(applicable(column.statistic, limits.options.rules))[earlier:]
    of_last = np.flatnonzero(stretches == stretch[-1])[-REMEMBERED:]
    return broken, TrackState(
        recent=tuple(all_z[of_last].tolist()),
        values=tuple(all_values[of_last].tolist()),
        level=column.recursion.level,
        variance=column.recursion.variance,
    )
