"""What a control chart is: its kinds, the statistics it plots, the rules, and how it is asked for."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from makoto.domain.value import Value

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Probability = Annotated[float, Field(gt=0, lt=1)]


class ChartKind(StrEnum):
    """Which chart."""

    XBAR_R = "xbar_r"
    XBAR_S = "xbar_s"
    I_MR = "i_mr"
    P = "p"
    NP = "np"
    C = "c"
    U = "u"
    EWMA = "ewma"
    CUSUM = "cusum"
    T2 = "t2"


class Statistic(StrEnum):
    """What one panel of a chart plots; a chart of variables has one for the location and one for the spread."""

    MEAN = "mean"
    RANGE = "range"
    DEVIATION = "deviation"
    INDIVIDUAL = "individual"
    MOVING_RANGE = "moving_range"
    PROPORTION = "proportion"
    COUNT = "count"
    RATE = "rate"
    EWMA = "ewma"
    CUSUM_UPPER = "cusum_upper"
    CUSUM_LOWER = "cusum_lower"
    T2 = "t2"


class Rule(StrEnum):
    """A test for a special cause: Nelson's eight, Western Electric's four, or a limit crossed where none is tested."""

    NELSON_1 = "nelson_1"
    NELSON_2 = "nelson_2"
    NELSON_3 = "nelson_3"
    NELSON_4 = "nelson_4"
    NELSON_5 = "nelson_5"
    NELSON_6 = "nelson_6"
    NELSON_7 = "nelson_7"
    NELSON_8 = "nelson_8"
    WESTERN_ELECTRIC_1 = "western_electric_1"
    WESTERN_ELECTRIC_2 = "western_electric_2"
    WESTERN_ELECTRIC_3 = "western_electric_3"
    WESTERN_ELECTRIC_4 = "western_electric_4"
    LIMIT = "limit"

    @property
    def number(self) -> int:
        """As it is shown beside a point; a crossed limit is 1."""
        return 1 if self is Rule.LIMIT else int(self[-1])


NELSON = tuple(rule for rule in Rule if rule.startswith("nelson"))
WESTERN_ELECTRIC = tuple(rule for rule in Rule if rule.startswith("western"))


class Estimator(StrEnum):
    """How the process's sigma was estimated."""

    RANGE = "range"  # mean range / d2
    DEVIATION = "deviation"  # mean standard deviation / c4
    POOLED = "pooled"  # root of the pooled variance
    MOVING_RANGE = "moving_range"  # mean moving range / d2(2)
    BINOMIAL = "binomial"
    POISSON = "poisson"
    COVARIANCE = "covariance"
    GIVEN = "given"


class ChartOptions(Value):
    """How a chart is made; what a kind does not use is ignored.

    `sigmas`: half the width of the limits, of EWMA too. `iterations`: how often phase I leaves out what lies beyond its
    own limits and estimates again. `weight`: lambda of EWMA. `reference` k and `decision` h of CUSUM, in sigmas of the
    plotted mean; `head_start` of h (fast initial response). `mean` and `sigma`: given standards (or the target) instead
    of estimates. `alpha`: the false alarm rate of Hotelling's T2.
    """

    sigmas: Positive = 3.0
    rules: tuple[Rule, ...] = NELSON
    estimator: Estimator | None = None
    iterations: Annotated[int, Field(ge=0, le=20)] = 0
    weight: Annotated[float, Field(gt=0, le=1)] = 0.2
    reference: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.5
    decision: Positive = 5.0
    head_start: Annotated[float, Field(ge=0, lt=1)] = 0.0
    mean: Finite | None = None
    sigma: Positive | None = None
    alpha: Probability = 0.0027
