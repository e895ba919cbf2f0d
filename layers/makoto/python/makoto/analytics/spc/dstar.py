"""d2* of Duncan's table: what divides a mean range of few subgroups so that its square estimates the variance."""

from math import sqrt

from makoto.analytics.spc.constants import constants_of

MANY = 20
"""From so many subgroups on AIAG takes d2 itself (MSA, 4th edition, appendix C)."""


def d2_star(size: int, subgroups: int) -> float:
    """sqrt(d2^2 + d3^2/g): of the mean of g ranges the expected square is just that in variances."""
    factor = constants_of(size)
    return factor.d2 if subgroups > MANY else sqrt(factor.d2**2 + factor.d3**2 / subgroups)
