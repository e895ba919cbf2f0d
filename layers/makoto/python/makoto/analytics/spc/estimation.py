"""Phase I: limits from samples of a process that is believed to be in control."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc import spread, t2
from makoto.analytics.spc.charts import ChartKind, ChartOptions, Estimator, Statistic
from makoto.analytics.spc.judged import START
from makoto.analytics.spc.limits import Limits, StatisticLimits
from makoto.analytics.spc.nominal import statistics_of
from makoto.analytics.spc.plotted import Column, plotted, refuse_more_than_inspected, single, sizes_of
from makoto.analytics.spc.samples import Samples, UnusableSamples

DEFAULT = ChartOptions()
LEAST_SAMPLES = 2
_NOTHING = 1e-12
"""Of the center: what rounding makes of values that are all the same."""

_WITH_MEMORY = frozenset({ChartKind.EWMA, ChartKind.CUSUM})


@dataclass(frozen=True, slots=True)
class _Process:
    """What is estimated, in one unit of the process."""

    center: float
    sigma: float
    n: float
    estimator: Estimator


def phase_one(kind: ChartKind, samples: Samples, options: ChartOptions = DEFAULT) -> Limits:
    """Estimate the limits of a chart; raises `Invalid` where the samples do not allow it."""
    kept = samples.units > 0
    _enough(kept)
    limits = _estimated(kind, _only(samples, kept), options, len(samples), kept)
    for _ in range(options.iterations):
        beyond = _beyond(limits, samples) & kept
        if not beyond.any():
            break
        kept = kept & ~beyond
        _enough(kept)
        limits = _estimated(kind, _only(samples, kept), options, len(samples), kept)
    left_out = np.flatnonzero((samples.units > 0) & ~kept)
    return limits.model_copy(update={"left_out": tuple(left_out.tolist())})


def _enough(kept: NDArray[np.bool_]) -> None:
    if kept.sum() < LEAST_SAMPLES:
        raise UnusableSamples("/samples", "enough", f"limits need at least {LEAST_SAMPLES} samples")


def _only(samples: Samples, kept: NDArray[np.bool_]) -> Samples:
    """The kept ones; the rest are missing, so that no moving range reaches across them."""
    if kept.all():
        return samples
    values = samples.values.copy()
    values[~kept] = np.nan
    return Samples(values, samples.sizes, samples.restarts)


def _estimated(kind: ChartKind, samples: Samples, options: ChartOptions, count: int, kept: NDArray[np.bool_]) -> Limits:
    if kind is ChartKind.T2:
        return _several(samples, options)
    process = _counted(kind, samples, options) if _is_count(kind) else _measured(kind, samples, options)
    is_constant = process.sigma <= (0.0 if _is_count(kind) else _NOTHING * abs(process.center))
    process = _Process(process.center, 0.0, process.n, process.estimator) if is_constant else process
    return Limits(
        kind=kind,
        options=options,
        center=process.center,
        sigma=process.sigma,
        n=process.n,
        statistics=statistics_of(kind, options, process.center, process.sigma, process.n),
        estimator=process.estimator,
        first=0,
        last=count - 1,
        count=int(kept.sum()),
        is_constant=is_constant,
    )


def _is_count(kind: ChartKind) -> bool:
    return kind in (ChartKind.P, ChartKind.NP, ChartKind.C, ChartKind.U)


def _measured(kind: ChartKind, samples: Samples, options: ChartOptions) -> _Process:
    if samples.values.ndim != 2:
        raise UnusableSamples("/samples", "shape", f"a {kind} chart takes one characteristic")
    units = samples.units
    if kind is ChartKind.I_MR:
        single(samples)
    if kind in (ChartKind.XBAR_R, ChartKind.XBAR_S):
        spread.factors(units, lambda of: of.d2)  # refuses a sample of one
    estimator = Estimator.GIVEN if options.sigma else options.estimator or _usual(kind, units)
    sigma = options.sigma or spread.sigma_by(estimator, samples)
    center = float(np.nansum(samples.values) / units.sum()) if options.mean is None else options.mean
    sizes = units[units > 0]
    return _Process(center, sigma, float(sizes.mean()), estimator)


def _usual(kind: ChartKind, units: NDArray[np.int64]) -> Estimator:
    if kind is ChartKind.I_MR or units.max() == 1:
        return Estimator.MOVING_RANGE
    if kind in _WITH_MEMORY:
        return Estimator.POOLED
    return Estimator.RANGE if kind is ChartKind.XBAR_R else Estimator.DEVIATION


def _counted(kind: ChartKind, samples: Samples, options: ChartOptions) -> _Process:
    found, n = single(samples), sizes_of(kind, samples)
    present = ~np.isnan(found)
    is_binomial = kind in (ChartKind.P, ChartKind.NP)
    if is_binomial:
        refuse_more_than_inspected(found, n)
    center = float(found[present].sum() / n[present].sum()) if options.mean is None else options.mean
    if center < 0 or (is_binomial and center > 1):
        raise UnusableSamples("/options/mean", "range", f"{center:g} is no mean of a {kind} chart")
    sigma = sqrt(center * (1 - center)) if is_binomial else sqrt(center)
    estimator = Estimator.BINOMIAL if is_binomial else Estimator.POISSON
    return _Process(center, sigma, float(n[present].mean()), estimator)


def _several(samples: Samples, options: ChartOptions) -> Limits:
    shape = t2.shape_of(samples)
    center, covariance = t2.estimates(samples)
    spreads = np.sqrt(np.diag(covariance))
    is_constant = bool((spreads <= _NOTHING * np.abs(center)).all())
    if not is_constant and np.linalg.cond(covariance / np.outer(spreads, spreads)) > 1e12:
        raise UnusableSamples("/samples", "independent", "characteristics depend on each other: no T2 can be computed")
    first, second = (0.0, 0.0) if is_constant else t2.control_limits(shape, options.alpha)
    return Limits(
        kind=ChartKind.T2,
        options=options,
        center=0.0,
        sigma=0.0 if is_constant else 1.0,
        n=float(shape.n),
        statistics=(StatisticLimits(statistic=Statistic.T2, center=0.0, sigma=0.0, lcl=0.0, ucl=second),),
        estimator=Estimator.COVARIANCE,
        first=0,
        last=len(samples) - 1,
        count=shape.m,
        is_constant=is_constant,
        means=tuple(center.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        phase_one_ucl=first,
    )


def _beyond(limits: Limits, samples: Samples) -> NDArray[np.bool_]:
    """Which samples lie beyond; a chart with a memory is judged as a chart of means."""
    if limits.kind in _WITH_MEMORY:
        width = limits.sigma / np.sqrt(np.maximum(samples.units, 1))
        return np.abs(spread.means(samples) - limits.center) > limits.options.sigmas * width
    columns = plotted(limits, samples, START, is_phase_one=True)
    return np.asarray(np.logical_or.reduce([_outside(column) for column in columns]))


def _outside(column: Column) -> NDArray[np.bool_]:
    slack = 1e-9 * np.maximum(column.sigma, 0.0)
    return (column.value > column.ucl + slack) | (column.value < column.lcl - slack)
