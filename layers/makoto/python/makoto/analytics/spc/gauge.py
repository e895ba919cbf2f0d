"""Gauge repeatability and reproducibility of a balanced crossed study (AIAG, MSA, 4th edition, chapter III B)."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc.anova import analysed
from makoto.analytics.spc.dstar import d2_star
from makoto.analytics.spc.gauge_values import AnovaLine, Component, GaugeMethod, GaugeStudy, Source
from makoto.analytics.spc.samples import UnusableSamples

Cube = NDArray[np.float64]
_NDC = sqrt(2.0)


def gauge_study(
    measurements: Sequence[Sequence[Sequence[float]]],
    *,
    method: GaugeMethod = GaugeMethod.ANOVA,
    tolerance: float | None = None,
    study_sigmas: float = 6.0,
    pooling_alpha: float = 0.25,
) -> GaugeStudy:
    """Analyse `measurements[part][operator][trial]`; `tolerance` is the width from LSL to USL."""
    cube = _cube(measurements)
    _positive(tolerance, "/tolerance")
    _positive(study_sigmas, "/study_sigmas")
    if method is GaugeMethod.XBAR_R:
        return _study(cube, method, _by_ranges(cube), (), (), None, (study_sigmas, tolerance))
    result = analysed(cube, pooling_alpha)
    scale = (study_sigmas, tolerance)
    return _study(cube, method, result.variances, result.lines, result.pooled_lines, result.is_pooled, scale)


def _cube(measurements: Sequence[Sequence[Sequence[float]]]) -> Cube:
    try:
        cube = np.array(measurements, np.float64)
    except (ValueError, TypeError) as error:
        raise UnusableSamples(
            "/measurements", "balanced", "every operator measures every part equally often"
        ) from error
    if cube.ndim != 3 or min(cube.shape) < 2:
        raise UnusableSamples("/measurements", "least", "a study has at least 2 parts, 2 operators and 2 trials")
    if not np.isfinite(cube).all():
        place = "/".join(str(int(axis[0])) for axis in (~np.isfinite(cube)).nonzero())
        raise UnusableSamples(f"/measurements/{place}", "finite", "a measurement is a finite number")
    return cube


def _positive(number: float | None, pointer: str) -> None:
    if number is not None and not 0 < number < float("inf"):
        raise UnusableSamples(pointer, "positive", "a positive number is needed")


def _by_ranges(cube: Cube) -> dict[Source, float]:
    """Variances by average and range: EV = R/d2*, AV^2 = (X_diff/d2*)^2 - EV^2/(parts trials), PV = R_part/d2*."""
    parts, operators, trials = cube.shape
    repeat = float(np.ptp(cube, axis=2).mean()) / d2_star(trials, parts * operators)
    difference = float(np.ptp(cube.mean(axis=(0, 2)))) / d2_star(operators, 1)
    part = float(np.ptp(cube.mean(axis=(1, 2)))) / d2_star(parts, 1)
    return {
        Source.REPEATABILITY: repeat**2,
        Source.OPERATOR: difference**2 - repeat**2 / (parts * trials),
        Source.PART: part**2,
    }


def _study(
    cube: Cube,
    method: GaugeMethod,
    variances: dict[Source, float],
    lines: tuple[AnovaLine, ...],
    pooled_lines: tuple[AnovaLine, ...],
    is_pooled: bool | None,
    scale: tuple[float, float | None],
) -> GaugeStudy:
    negative = {source for source, variance in variances.items() if variance < 0}
    found = _summed({source: max(0.0, variance) for source, variance in variances.items()})
    total, gauge = found[Source.TOTAL], found[Source.GAUGE]
    components = [_component(source, variance, total, scale, source in negative) for source, variance in found.items()]
    share = 100 * sqrt(gauge / total) if total else 0.0
    return GaugeStudy(
        method=method,
        parts=cube.shape[0],
        operators=cube.shape[1],
        trials=cube.shape[2],
        components=tuple(components),
        categories=max(1, int(_NDC * sqrt(found[Source.PART] / gauge))) if gauge else None,
        is_interaction_pooled=is_pooled,
        lines=lines,
        pooled_lines=pooled_lines,
        verdict=_verdict(share) if total else None,
        is_constant=not total,
    )


def _summed(variances: dict[Source, float]) -> dict[Source, float]:
    """In the order of a report, with the sums."""
    operator, interaction = variances[Source.OPERATOR], variances.get(Source.INTERACTION)
    reproducibility = operator + (interaction or 0.0)
    gauge = variances[Source.REPEATABILITY] + reproducibility
    found = {
        Source.GAUGE: gauge,
        Source.REPEATABILITY: variances[Source.REPEATABILITY],
        Source.REPRODUCIBILITY: reproducibility,
        Source.OPERATOR: operator,
    }
    if interaction is not None:
        found[Source.INTERACTION] = interaction
    return found | {Source.PART: variances[Source.PART], Source.TOTAL: gauge + variances[Source.PART]}


def _component(
    source: Source, variance: float, total: float, scale: tuple[float, float | None], is_negative: bool
) -> Component:
    sigma, (width, tolerance) = sqrt(variance), scale
    return Component(
        source=source,
        variance=variance,
        sigma=sigma,
        study_variation=width * sigma,
        contribution_percent=100 * variance / total if total else 0.0,
        study_percent=100 * sqrt(variance / total) if total else 0.0,
        tolerance_percent=100 * width * sigma / tolerance if tolerance else None,
        is_negative_set_to_zero=is_negative,
    )


def _verdict(percent: float) -> str:
    """AIAG MSA, 4th edition, table II-D 1."""
    if percent < 10:
        return "acceptable"
    return "conditional" if percent <= 30 else "unacceptable"
