"""Statistics of subgroups in columns, and the process's sigma estimated from them."""

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.charts import Estimator
from makoto.analytics.spc.constants import LEAST, MOST, Constants, NoSuchFactor, c4_of, constants_of
from makoto.analytics.spc.samples import Samples, UnusableSamples

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def means(samples: Samples) -> Floats:
    """The mean of each sample; NaN where all is missing."""
    values, units = samples.values, samples.units
    if samples.is_full:
        return np.asarray(values.mean(axis=1))
    total = np.where(np.isnan(values), 0.0, values).sum(axis=1)
    return np.where(units > 0, total / np.maximum(units, 1), np.nan)


def ranges(samples: Samples) -> Floats:
    """Largest less smallest of each sample; NaN where all is missing."""
    if samples.is_full:
        return np.asarray(samples.values.max(axis=1) - samples.values.min(axis=1))
    most, least = np.fmax.reduce(samples.values, axis=1), np.fmin.reduce(samples.values, axis=1)
    return np.asarray(most - least)


def deviations(samples: Samples) -> Floats:
    """The standard deviation (ddof 1) of each sample; NaN where there are fewer than two values."""
    units = samples.units
    squares = np.nansum((samples.values - means(samples)[:, None]) ** 2, axis=1)
    return np.where(units > 1, np.sqrt(squares / np.maximum(units - 1, 1)), np.nan)


def moving_ranges(values: Floats, restarts: NDArray[np.bool_], previous: float | None = None) -> Floats:
    """Differences between neighbours; none across a missing value or a restart."""
    before = np.concatenate([[np.nan if previous is None else previous], values[:-1]])
    return np.where(restarts, np.nan, np.abs(values - before))


def factors(units: Integers, of: Callable[[Constants], float]) -> Floats:
    """A factor for each sample by its size; NaN for a missing sample. Refuses a sample of one, with its place."""
    sizes = np.unique(units)
    by_size = np.full(MOST + 1, np.nan)
    for size in sizes[sizes > 0].tolist():
        if not LEAST <= size <= MOST:
            raise NoSuchFactor(size, f"/samples/{int(np.argmax(units == size))}")
        by_size[size] = of(constants_of(size))
    return by_size[units]


def sigma_by(estimator: Estimator, samples: Samples) -> float:
    """Estimate the process's sigma within subgroups.

    By ranges and deviations: the mean of R/d2 and of S/c4 with each sample's own factor (qcc's unweighted averages, the
    same as R-bar/d2 and S-bar/c4 where sizes are equal). Pooled: the root of the pooled variance, without c4.
    """
    match estimator:
        case Estimator.RANGE:
            return _mean(ranges(samples) / factors(samples.units, lambda of: of.d2))
        case Estimator.DEVIATION:
            return _mean(deviations(samples) / factors(samples.units, lambda of: of.c4))
        case Estimator.POOLED:
            degrees = np.maximum(samples.units - 1, 0)
            if not degrees.any():
                raise UnusableSamples("/samples", "subgroup_size", "pooling needs samples of two and more")
            return sqrt(float(np.nansum(deviations(samples) ** 2 * degrees) / degrees.sum()))
        case Estimator.MOVING_RANGE:
            return _mean(moving_ranges(means(samples), samples.restarts)) / constants_of(2).d2
        case _:
            raise UnusableSamples("/options/estimator", "estimator", f"{estimator} estimates no sigma of measurements")


def unbiased(sigma: float, count: int) -> float:
    """Correct a standard deviation of `count` values by c4."""
    return sigma / c4_of(count)


def _mean(values: Floats) -> float:
    present = values[~np.isnan(values)]
    if not len(present):
        raise UnusableSamples("/samples", "enough", "too few samples to estimate sigma")
    return float(present.mean())
