"""A process's capability as a value."""

from enum import StrEnum

from makoto.analytics.spc.charts import Estimator, Finite
from makoto.domain.value import Value


class Tolerance(Value):
    """Specification limits; one may be absent. The target is the middle where it is not said."""

    lsl: Finite | None = None
    usl: Finite | None = None
    target: Finite | None = None


class Index(Value):
    """An index with its two-sided confidence interval, absent where it is not defined."""

    value: float
    lower: float | None = None
    upper: float | None = None


class CapabilityFlag(StrEnum):
    """What a reader must know before believing the figures."""

    NOT_STABLE = "not_stable"
    STABILITY_UNKNOWN = "stability_unknown"
    CONSTANT = "constant"
    FEW_VALUES = "few_values"  # fewer than 30


class Capability(Value):
    """Indices from the sigma within subgroups (C...), overall (P...), and of a machine (Cm: one run, overall sigma).

    An index that one-sided tolerance or constant data does not define is absent. Parts per million outside the
    tolerance are expected of a normal distribution with the sigma within and overall, and observed.
    """

    count: int
    mean: float
    sigma_within: float
    sigma_overall: float
    estimator: Estimator
    confidence: float
    tolerance: Tolerance
    cp: Index | None
    cpu: Index | None
    cpl: Index | None
    cpk: Index | None
    cpm: Index | None
    pp: Index | None
    ppu: Index | None
    ppl: Index | None
    ppk: Index | None
    ppm: Index | None
    cm: Index | None
    cmk: Index | None
    expected_ppm_within: float | None
    expected_ppm_overall: float | None
    observed_ppm: float
    flags: tuple[CapabilityFlag, ...]
