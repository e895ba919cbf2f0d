"""EWMA and CUSUM: charts with a memory, carried from one portion of samples to the next."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.samples import Samples

Floats = NDArray[np.float64]


class Recursion(NamedTuple):
    """Where it stands: the last level, and for EWMA its variance in squares of the process's unit."""

    level: float | None = None
    variance: float = 0.0


NOTHING = Recursion()


def weighted(limits: Limits, means: Floats, samples: Samples, start: Recursion) -> tuple[Floats, Floats, Recursion]:
    """Weigh exponentially (Roberts 1959): z_t = w x_t + (1-w) z_(t-1), from the center on, with its sigma at each.

    The variance goes by the same recursion, so that samples of unequal sizes have exact limits; with equal sizes it is
    sigma^2/n w/(2-w) (1-(1-w)^2t). A missing sample leaves the memory as it is.
    """
    w, center, restarts = limits.options.weight, limits.center, samples.restarts.tolist()
    of_mean = (limits.sigma**2 / np.maximum(samples.units, 1)).tolist()
    level, variance = center if start.level is None else start.level, start.variance
    levels, sigmas = np.full(len(means), np.nan), np.zeros(len(means))
    for place, mean in enumerate(means.tolist()):
        if restarts[place]:
            level, variance = center, 0.0
        if mean == mean:  # not missing
            level = w * mean + (1 - w) * level
            variance = w * w * of_mean[place] + (1 - w) ** 2 * variance
            levels[place] = level
        sigmas[place] = sqrt(variance)
    return levels, sigmas, Recursion(level, variance)


def cumulated(
    limits: Limits, sign: float, means: Floats, samples: Samples, level: float | None
) -> tuple[Floats, float]:
    """Cumulate one side (Page 1954): max(0, C + sign z - k), in sigmas of the mean; the lower side is drawn below 0.

    It goes on after a signal; whoever removes the cause marks a restart.
    """
    options, restarts = limits.options, samples.restarts.tolist()
    head = options.head_start * options.decision
    width = limits.sigma / np.sqrt(np.maximum(samples.units, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(width > 0, (means - limits.center) / width, np.where(np.isnan(means), np.nan, 0.0)).tolist()
    now = head if level is None else level
    sums = np.full(len(means), np.nan)
    for place, each in enumerate(z):
        if restarts[place]:
            now = head
        if each == each:  # not missing
            now = max(0.0, now + sign * each - options.reference)
            sums[place] = sign * now if now else 0.0
    return sums, now
