"""Process capability against a tolerance."""

from makoto.analytics.spc.capability_values import Capability, Tolerance
from makoto.analytics.spc.charts import Estimator
from makoto.analytics.spc.samples import Samples


def capability(
    samples: Samples,
    tolerance: Tolerance,
    *,
    estimator: Estimator | None = None,
    confidence: float = 0.95,
    is_stable: bool | None = None,
) -> Capability:
    """Compute the indices; `is_stable`: whether the control chart of these samples is without open signals."""
    raise NotImplementedError
