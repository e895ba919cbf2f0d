"""Gauge repeatability and reproducibility of a balanced crossed study."""

from collections.abc import Sequence

from makoto.analytics.spc.gauge_values import GaugeMethod, GaugeStudy


def gauge_study(
    measurements: Sequence[Sequence[Sequence[float]]],
    *,
    method: GaugeMethod = GaugeMethod.ANOVA,
    tolerance: float | None = None,
    study_sigmas: float = 6.0,
    pooling_alpha: float = 0.25,
) -> GaugeStudy:
    """Analyse `measurements[part][operator][trial]`; `tolerance` is the width from LSL to USL."""
    raise NotImplementedError
