"""Factors of control charts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constants:
    """The factors for subgroups of `n`."""

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


def constants_of(n: int) -> Constants:
    """Compute the factors for a subgroup size from 2 to 50."""
    raise NotImplementedError
