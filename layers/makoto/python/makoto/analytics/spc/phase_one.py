"""Phase I: limits from samples of a process that is believed to be in control."""

from makoto.analytics.spc.charts import ChartKind, ChartOptions
from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.samples import Samples

DEFAULT = ChartOptions()


def phase_one(kind: ChartKind, samples: Samples, options: ChartOptions = DEFAULT) -> Limits:
    """Estimate the limits of a chart; raises `Invalid` where the samples do not allow it."""
    raise NotImplementedError
