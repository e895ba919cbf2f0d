"""Factors of control charts, computed: the range of a normal sample by numerical integration, c4 by the gamma function.

Sources: Montgomery, Introduction to Statistical Quality Control, appendix VI; CRAN SixSigma, ShewhartConstants.
"""

from dataclasses import dataclass
from functools import cache
from math import erf, exp, lgamma, sqrt

import numpy as np
from numpy.typing import NDArray

from makoto.errors import FieldError, Invalid

LEAST, MOST = 2, 50
_NODES = 100
_REACH = 8.5
"""Where the normal distribution ends: 1e-17 lies beyond."""


class NoSuchFactor(Invalid):
    """A subgroup of this size has no range or deviation that could be charted."""

    def __init__(self, n: float, pointer: str = "/n") -> None:
        rule = FieldError(pointer, "subgroup_size", f"a subgroup has {LEAST} to {MOST} values, not {n:g}")
        super().__init__(f"a subgroup of {n:g} has no control chart factors", errors=[rule])


@dataclass(frozen=True, slots=True)
class Constants:
    """The factors for subgroups of `n`; `e2` is for individuals, by the moving range of two."""

    n: int
    d2: float
    d3: float
    c4: float
    a2: float
    a3: float
    d3_lower: float
    d4_upper: float
    b3: float
    b4: float
    e2: float


@cache
def constants_of(n: int) -> Constants:
    """Compute the factors for a subgroup size from 2 to 50."""
    if not LEAST <= n <= MOST:
        raise NoSuchFactor(n)
    d2, d3, c4 = *_range_moments(n), c4_of(n)
    range_width, deviation_width = 3 * d3 / d2, 3 * sqrt(1 - c4 * c4) / c4
    return Constants(
        n=n,
        d2=d2,
        d3=d3,
        c4=c4,
        a2=3 / (d2 * sqrt(n)),
        a3=3 / (c4 * sqrt(n)),
        d3_lower=max(0.0, 1 - range_width),
        d4_upper=1 + range_width,
        b3=max(0.0, 1 - deviation_width),
        b4=1 + deviation_width,
        e2=3 / _range_moments(2)[0],
    )


def c4_of(n: int) -> float:
    """The expectation of the standard deviation of `n` normal values, in sigmas."""
    return sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))


@cache
def _range_moments(n: int) -> tuple[float, float]:
    """Expectation and standard deviation of the range W of n normal values, in sigmas (Tippett 1925).

    E[W] = integral of 1 - F^n - (1-F)^n; E[W^2] = 2 integrals over x < y of 1 - F(y)^n - (1-F(x))^n + (F(y)-F(x))^n.
    """
    nodes, weights = _legendre()
    x = _REACH * nodes
    below = _normal(x)
    mean = float(_REACH * weights @ (1 - below**n - (1 - below) ** n))
    half = (_REACH - x) / 2
    y = x[:, None] + half[:, None] * (nodes + 1)
    below_y = _normal(y)
    inner = 1 - below_y**n - (1 - below[:, None]) ** n + (below_y - below[:, None]) ** n
    square = 2 * _REACH * weights @ (half * (inner @ weights))
    return mean, sqrt(float(square) - mean * mean)


@cache
def _legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes and weights of Gauss-Legendre quadrature on [-1, 1] (Golub and Welsch 1969)."""
    k = np.arange(1, _NODES)
    beside = k / np.sqrt(4.0 * k * k - 1)
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return nodes, 2 * vectors[0] ** 2


def _normal(x: NDArray[np.float64]) -> NDArray[np.float64]:
    flat = [(1 + erf(each / sqrt(2))) / 2 for each in x.ravel().tolist()]
    return np.array(flat).reshape(x.shape)
