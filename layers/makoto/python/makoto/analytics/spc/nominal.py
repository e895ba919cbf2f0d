"""Limits of the plotted statistics at the nominal subgroup size: what is written beside a chart and kept."""

from math import sqrt

from makoto.analytics.spc.charts import ChartKind, ChartOptions, Statistic
from makoto.analytics.spc.constants import constants_of
from makoto.analytics.spc.limits import StatisticLimits


def statistics_of(
    kind: ChartKind, options: ChartOptions, center: float, sigma: float, n: float
) -> tuple[StatisticLimits, ...]:
    """The limits of every statistic of a chart (formulas: Montgomery, chapters 6, 7 and 9)."""
    match kind:
        case ChartKind.XBAR_R | ChartKind.XBAR_S:
            mean = _around(Statistic.MEAN, center, sigma / sqrt(n), options.sigmas)
            return mean, _spread(kind, options, sigma, round(n))
        case ChartKind.I_MR:
            factor = constants_of(2)
            individual = _around(Statistic.INDIVIDUAL, center, sigma, options.sigmas)
            return individual, _around(
                Statistic.MOVING_RANGE, factor.d2 * sigma, factor.d3 * sigma, options.sigmas, least=0.0
            )
        case ChartKind.P:
            return (_around(Statistic.PROPORTION, center, sigma / sqrt(n), options.sigmas, least=0.0, most=1.0),)
        case ChartKind.NP:
            return (_around(Statistic.COUNT, n * center, sigma * sqrt(n), options.sigmas, least=0.0, most=n),)
        case ChartKind.C:
            return (_around(Statistic.COUNT, center, sigma, options.sigmas, least=0.0),)
        case ChartKind.U:
            return (_around(Statistic.RATE, center, sigma / sqrt(n), options.sigmas, least=0.0),)
        case ChartKind.EWMA:
            steady = sigma / sqrt(n) * sqrt(options.weight / (2 - options.weight))
            return (_around(Statistic.EWMA, center, steady, options.sigmas),)
        case _:
            return _cusum(options.decision)


def _spread(kind: ChartKind, options: ChartOptions, sigma: float, n: int) -> StatisticLimits:
    factor = constants_of(n)
    if kind is ChartKind.XBAR_R:
        return _around(Statistic.RANGE, factor.d2 * sigma, factor.d3 * sigma, options.sigmas, least=0.0)
    width = sqrt(1 - factor.c4**2) * sigma
    return _around(Statistic.DEVIATION, factor.c4 * sigma, width, options.sigmas, least=0.0)


def _around(
    statistic: Statistic,
    center: float,
    sigma: float,
    sigmas: float,
    *,
    least: float = float("-inf"),
    most: float = float("inf"),
) -> StatisticLimits:
    lcl, ucl = max(center - sigmas * sigma, least), min(center + sigmas * sigma, most)
    return StatisticLimits(statistic=statistic, center=center, sigma=sigma, lcl=lcl, ucl=ucl)


def _cusum(decision: float) -> tuple[StatisticLimits, ...]:
    return (
        StatisticLimits(statistic=Statistic.CUSUM_UPPER, center=0.0, sigma=1.0, lcl=None, ucl=decision),
        StatisticLimits(statistic=Statistic.CUSUM_LOWER, center=0.0, sigma=1.0, lcl=-decision, ucl=None),
    )
