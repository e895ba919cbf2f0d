"""A gauge repeatability and reproducibility study as a value."""

from enum import StrEnum

from makoto.domain.value import Value


class GaugeMethod(StrEnum):
    """How the components are estimated (AIAG MSA, 4th edition, chapter III)."""

    ANOVA = "anova"
    XBAR_R = "xbar_r"


class Source(StrEnum):
    """Where variation comes from."""

    GAUGE = "gauge"
    REPEATABILITY = "repeatability"
    REPRODUCIBILITY = "reproducibility"
    OPERATOR = "operator"
    INTERACTION = "interaction"
    PART = "part"
    TOTAL = "total"


class Component(Value):
    """One source: variance, standard deviation, and its shares in per cent; `tolerance_percent` where one is given."""

    source: Source
    variance: float
    sigma: float
    study_variation: float
    contribution_percent: float
    study_percent: float
    tolerance_percent: float | None
    is_negative_set_to_zero: bool = False


class AnovaLine(Value):
    """A line of the analysis of variance; the error and the total have no F."""

    source: str
    degrees: int
    sum_of_squares: float
    mean_square: float | None
    f: float | None
    p: float | None


class GaugeStudy(Value):
    """What a study found; `categories` is ndc, `lines` are absent of the range method.

    `is_interaction_pooled`: its p was above the pooling alpha, so it went into repeatability. `verdict` is AIAG's:
    below 10 % of the study variation acceptable, up to 30 % conditional, above unacceptable. `categories` is absent
    where the gauge does not vary, the verdict where nothing does.
    """

    method: GaugeMethod
    parts: int
    operators: int
    trials: int
    components: tuple[Component, ...]
    categories: int | None
    is_interaction_pooled: bool | None
    lines: tuple[AnovaLine, ...]
    pooled_lines: tuple[AnovaLine, ...]
    verdict: str | None
    is_constant: bool = False

    def of(self, source: Source) -> Component:
        """Find one component."""
        return next(each for each in self.components if each.source is source)
