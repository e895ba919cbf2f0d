"""Control limits as they are frozen after phase I: one version, kept and sent as JSON."""

from hashlib import sha256

from makoto.analytics.spc.charts import ChartKind, ChartOptions, Estimator, Statistic
from makoto.domain.value import Value


class StatisticLimits(Value):
    """Of one plotted statistic at the nominal subgroup size; `sigma` is the plotted statistic's own.

    Where the size varies each point has limits of its own, which `judge` says. A limit that does not exist is absent.
    """

    statistic: Statistic
    center: float
    sigma: float
    lcl: float | None
    ucl: float | None


class Limits(Value):
    """What phase I found.

    `center`: the process's mean, proportion, count or rate, or the target. `sigma`: of the process, one unit. `n`: the
    nominal subgroup size, the mean size where it varies. `first`, `last` and `count`: which samples were there and how
    many of them the estimates rest on; `left_out`: those that iterations left out. `is_constant`: nothing varied, so
    there is no sigma: every value but the center is beyond the limits and no run is tested. `means` and `covariance`:
    of T2, whose `phase_one_ucl` (beta or F) is for the samples themselves.
    """

    kind: ChartKind
    options: ChartOptions
    center: float
    sigma: float
    n: float
    statistics: tuple[StatisticLimits, ...]
    estimator: Estimator
    first: int
    last: int
    count: int
    left_out: tuple[int, ...] = ()
    is_constant: bool = False
    means: tuple[float, ...] = ()
    covariance: tuple[tuple[float, ...], ...] = ()
    phase_one_ucl: float | None = None

    def of(self, statistic: Statistic) -> StatisticLimits:
        """Find the limits of one statistic."""
        return next(each for each in self.statistics if each.statistic is statistic)

    @property
    def fingerprint(self) -> str:
        """The same for equal limits only."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]
