"""What each kind of chart plots: values with center, sigma and limits of their own, in columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc import spread
from makoto.analytics.spc.charts import ChartKind, Statistic
from makoto.analytics.spc.constants import constants_of
from makoto.analytics.spc.judged import StreamState
from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.recursions import NOTHING, Recursion, cumulated, weighted
from makoto.analytics.spc.samples import Samples, UnusableSamples
from makoto.analytics.spc.t2 import distances

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One statistic over the samples; `recursion` is what it carries on."""

    statistic: Statistic
    value: Floats
    center: Floats
    sigma: Floats
    lcl: Floats
    ucl: Floats
    recursion: Recursion = NOTHING


def plotted(limits: Limits, samples: Samples, state: StreamState, is_phase_one: bool) -> tuple[Column, ...]:
    """Compute the columns of a chart."""
    match limits.kind:
        case ChartKind.XBAR_R | ChartKind.XBAR_S:
            return _subgroups(limits, samples)
        case ChartKind.I_MR:
            return _individuals(limits, samples, state)
        case ChartKind.P | ChartKind.NP | ChartKind.C | ChartKind.U:
            return (_counts(limits, samples),)
        case ChartKind.EWMA:
            return (_ewma(limits, samples, state),)
        case ChartKind.CUSUM:
            return _cusum(limits, samples, state)
        case ChartKind.T2:
            return (_t2(limits, samples, is_phase_one),)


def _shewhart(
    limits: Limits,
    statistic: Statistic,
    value: Floats,
    center: Floats | float,
    sigma: Floats | float,
    top: float = np.inf,
) -> Column:
    """Limits so many sigmas around the center; what cannot be negative has none below 0."""
    centers, sigmas = (np.broadcast_to(np.asarray(each, np.float64), value.shape) for each in (center, sigma))
    half = limits.options.sigmas * sigmas
    least = -np.inf if statistic in (Statistic.MEAN, Statistic.INDIVIDUAL) else 0.0
    return Column(statistic, value, centers, sigmas, np.maximum(centers - half, least), np.minimum(centers + half, top))


def _subgroups(limits: Limits, samples: Samples) -> tuple[Column, ...]:
    units, sigma = samples.units, limits.sigma
    d2 = spread.factors(units, lambda of: of.d2)  # refuses a sample of one
    mean = _shewhart(
        limits, Statistic.MEAN, spread.means(samples), limits.center, sigma / np.sqrt(np.maximum(units, 1))
    )
    if limits.kind is ChartKind.XBAR_R:
        d3 = spread.factors(units, lambda of: of.d3)
        return mean, _shewhart(limits, Statistic.RANGE, spread.ranges(samples), _of(d2 * sigma), _of(d3 * sigma))
    c4 = spread.factors(units, lambda of: of.c4)
    width = np.sqrt(1 - c4 * c4) * sigma
    return mean, _shewhart(limits, Statistic.DEVIATION, spread.deviations(samples), _of(c4 * sigma), _of(width))


def _individuals(limits: Limits, samples: Samples, state: StreamState) -> tuple[Column, ...]:
    values = single(samples)
    factor = constants_of(2)
    moving = spread.moving_ranges(values, samples.restarts, state.previous)
    center, sigma = factor.d2 * limits.sigma, factor.d3 * limits.sigma
    return (
        _shewhart(limits, Statistic.INDIVIDUAL, values, limits.center, limits.sigma),
        _shewhart(limits, Statistic.MOVING_RANGE, moving, center, sigma),
    )


def single(samples: Samples) -> Floats:
    """The only value of each sample."""
    if samples.values.shape[1] > 1 and (samples.units > 1).any():
        place = int(np.argmax(samples.units > 1))
        raise UnusableSamples(f"/samples/{place}", "subgroup_size", "a chart of individuals takes single values")
    return spread.means(samples)


def sizes_of(kind: ChartKind, samples: Samples) -> Floats:
    """The inspected units; a chart of counts alone needs none."""
    if kind is ChartKind.C:
        return np.ones(len(samples))
    if samples.sizes is None:
        raise UnusableSamples("/sizes", "required", f"a {kind} chart needs the units inspected")
    return samples.sizes


def _counts(limits: Limits, samples: Samples) -> Column:
    kind, found, n = limits.kind, single(samples), sizes_of(limits.kind, samples)
    if kind in (ChartKind.P, ChartKind.NP):
        refuse_more_than_inspected(found, n)
    match kind:
        case ChartKind.P:
            return _shewhart(limits, Statistic.PROPORTION, found / n, limits.center, limits.sigma / np.sqrt(n), 1.0)
        case ChartKind.NP:
            column = _shewhart(limits, Statistic.COUNT, found, n * limits.center, limits.sigma * np.sqrt(n))
            return Column(column.statistic, found, column.center, column.sigma, column.lcl, np.minimum(column.ucl, n))
        case ChartKind.U:
            return _shewhart(limits, Statistic.RATE, found / n, limits.center, limits.sigma / np.sqrt(n))
        case _:
            return _shewhart(limits, Statistic.COUNT, found, limits.center, limits.sigma)


def refuse_more_than_inspected(found: Floats, n: Floats) -> None:
    """Nonconforming units are among those inspected."""
    if (found > n).any():
        place = int(np.argmax(found > n))
        raise UnusableSamples(f"/samples/{place}", "at_most_size", "more units nonconforming than inspected")


def _ewma(limits: Limits, samples: Samples, state: StreamState) -> Column:
    carried = state.tracks[0] if state.tracks else None
    start = Recursion(carried.level, carried.variance) if carried else NOTHING
    value, sigma, recursion = weighted(limits, spread.means(samples), samples, start)
    half = limits.options.sigmas * sigma
    center = np.full(len(value), limits.center)
    return Column(Statistic.EWMA, value, center, sigma, center - half, center + half, recursion)


def _cusum(limits: Limits, samples: Samples, state: StreamState) -> tuple[Column, ...]:
    h = limits.options.decision
    columns = []
    for place, statistic in enumerate((Statistic.CUSUM_UPPER, Statistic.CUSUM_LOWER)):
        level = state.tracks[place].level if state.tracks else None
        sign = 1.0 if statistic is Statistic.CUSUM_UPPER else -1.0
        value, last = cumulated(limits, sign, spread.means(samples), samples, level)
        zero, none, ends = np.zeros(len(value)), np.full(len(value), np.nan), np.full(len(value), sign * h)
        lcl, ucl = (none, ends) if sign > 0 else (ends, none)
        columns.append(Column(statistic, value, zero, zero, lcl, ucl, Recursion(last)))
    return tuple(columns)


def _t2(limits: Limits, samples: Samples, is_phase_one: bool) -> Column:
    value = distances(limits, samples)
    ucl = limits.phase_one_ucl if is_phase_one else limits.of(Statistic.T2).ucl
    zero, ends = np.zeros(len(value)), np.full(len(value), np.nan if ucl is None else ucl)
    return Column(Statistic.T2, value, zero, zero, zero, ends)


def _of(factor: Floats) -> Floats:
    return np.where(np.isnan(factor), 0.0, factor)
