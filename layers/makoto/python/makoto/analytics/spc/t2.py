"""Hotelling's T2: several characteristics on one chart.

Source: Montgomery, Introduction to Statistical Quality Control, 7th edition, section 11.3; Tracy, Young and Mason 1992.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.quantiles import beta_quantile, f_quantile
from makoto.analytics.spc.samples import Samples, UnusableSamples

Floats = NDArray[np.float64]


class Shape(NamedTuple):
    """Samples m of n vectors of p characteristics."""

    m: int
    n: int
    p: int


def shape_of(samples: Samples) -> Shape:
    """Count what is not missing; refuses what cannot be estimated."""
    if samples.values.ndim != 3:
        raise UnusableSamples("/samples", "shape", "T2 takes vectors")
    _, n, p = samples.values.shape
    shape = Shape(int((samples.units > 0).sum()), n, p)
    degrees = shape.m - p - 1 if n == 1 else shape.m * (n - 1) - p
    if degrees < 1:
        raise UnusableSamples("/samples", "enough", f"{shape.m} samples are too few for {p} characteristics")
    return shape


def estimates(samples: Samples) -> tuple[Floats, Floats]:
    """Means and covariance: of individuals overall, of subgroups the mean of those within."""
    values = samples.values[samples.units > 0]
    by_sample = values.mean(axis=1)
    center = by_sample.mean(axis=0)
    inner = by_sample - center if values.shape[1] == 1 else (values - by_sample[:, None]).reshape(-1, values.shape[2])
    degrees = len(values) - 1 if values.shape[1] == 1 else len(values) * (values.shape[1] - 1)
    return center, inner.T @ inner / degrees


def control_limits(shape: Shape, alpha: float) -> tuple[float, float]:
    """The upper limits for the samples estimated from (phase I) and for later ones (phase II)."""
    m, n, p = shape
    if n == 1:
        first = (m - 1) ** 2 / m * beta_quantile(1 - alpha, p / 2, (m - p - 1) / 2)
        second = p * (m + 1) * (m - 1) / (m * m - m * p) * f_quantile(1 - alpha, p, m - p)
        return first, second
    quantile = f_quantile(1 - alpha, p, m * n - m - p + 1)
    width = p * (n - 1) / (m * n - m - p + 1) * quantile
    return width * (m - 1), width * (m + 1)


def distances(limits: Limits, samples: Samples) -> Floats:
    """n (x - m)' S^-1 (x - m) of each sample, NaN where it is missing; where nothing varied, how far it is away."""
    p = len(limits.means)
    if samples.values.ndim != 3 or samples.values.shape[2] != p:
        raise UnusableSamples("/samples", "shape", f"this chart takes vectors of {p}")
    away = samples.values.mean(axis=1) - np.array(limits.means)
    if limits.is_constant:
        return np.where(np.isnan(away).any(axis=1), np.nan, np.abs(away).max(axis=1))
    solved = np.linalg.solve(np.array(limits.covariance), away.T).T
    return np.asarray(samples.values.shape[1] * (away * solved).sum(axis=1))
