"""Statistical process control as pure mathematics: charts, rules, capability, gauges and acceptance sampling."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from makoto.analytics.spc.acceptance_values import Level, SamplingPlan, Severity, Switching
from makoto.analytics.spc.capability_values import Capability, CapabilityFlag, Index, Tolerance
from makoto.analytics.spc.charts import (
    NELSON,
    WESTERN_ELECTRIC,
    ChartKind,
    ChartOptions,
    Estimator,
    Rule,
    Statistic,
)
from makoto.analytics.spc.gauge_values import AnovaLine, Component, GaugeMethod, GaugeStudy, Source
from makoto.analytics.spc.judged import RULES, START, JudgedPoint, Judgement, StreamState, Track
from makoto.analytics.spc.limits import Limits, StatisticLimits
from makoto.analytics.spc.samples import Samples, counts, individuals, subgroups, vectors

if TYPE_CHECKING:
    from makoto.analytics.spc.acceptance import acceptance_probability, after_lot, code_letter, plan_for, resumed
    from makoto.analytics.spc.constants import Constants, constants_of
    from makoto.analytics.spc.estimation import phase_one
    from makoto.analytics.spc.gauge import gauge_study
    from makoto.analytics.spc.indices import capability
    from makoto.analytics.spc.judging import judge

_WITH_NUMPY = {
    "acceptance_probability": "acceptance",
    "after_lot": "acceptance",
    "capability": "indices",
    "code_letter": "acceptance",
    "Constants": "constants",
    "constants_of": "constants",
    "gauge_study": "gauge",
    "judge": "judging",
    "phase_one": "estimation",
    "plan_for": "acceptance",
    "resumed": "acceptance",
}
"""Imported when first used (PEP 562): a cold start that charts nothing does not pay for numpy."""

__all__ = [
    "NELSON",
    "RULES",
    "START",
    "WESTERN_ELECTRIC",
    "AnovaLine",
    "Capability",
    "CapabilityFlag",
    "ChartKind",
    "ChartOptions",
    "Component",
    "Constants",
    "Estimator",
    "GaugeMethod",
    "GaugeStudy",
    "Index",
    "JudgedPoint",
    "Judgement",
    "Level",
    "Limits",
    "Rule",
    "Samples",
    "SamplingPlan",
    "Severity",
    "Source",
    "Statistic",
    "StatisticLimits",
    "StreamState",
    "Switching",
    "Tolerance",
    "Track",
    "acceptance_probability",
    "after_lot",
    "capability",
    "code_letter",
    "constants_of",
    "counts",
    "gauge_study",
    "individuals",
    "judge",
    "phase_one",
    "plan_for",
    "resumed",
    "subgroups",
    "vectors",
]


def __getattr__(name: str) -> Any:  # Any: a function or a class
    if name not in _WITH_NUMPY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WITH_NUMPY[name]}"), name)
