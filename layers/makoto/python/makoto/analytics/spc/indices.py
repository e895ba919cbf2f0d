"""Process capability against a tolerance.

Confidence intervals as R's qcc (R/capability.R): Cp by chi-squared (Chou, Owen and Borrego 1990); Cpu, Cpl, Cpk by the
normal approximation (Bissell 1990), one-sided at the confidence for Cpu and Cpl; Cpm by chi-squared (Boyles 1991).
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.spc import spread
from makoto.analytics.spc.capability_values import Capability, CapabilityFlag, Index, Tolerance
from makoto.analytics.spc.charts import Estimator
from makoto.analytics.spc.quantiles import chi2_quantile, normal_cdf, normal_quantile
from makoto.analytics.spc.samples import Samples, UnusableSamples

ENOUGH = 30


def capability(
    samples: Samples,
    tolerance: Tolerance,
    *,
    estimator: Estimator | None = None,
    confidence: float = 0.95,
    is_stable: bool | None = None,
) -> Capability:
    """Compute the indices; `is_stable`: whether the control chart of these samples is without open signals."""
    _check(tolerance, confidence)
    values = samples.values[~np.isnan(samples.values)]
    if samples.values.ndim != 2 or len(values) < 2:
        raise UnusableSamples("/samples", "enough", "a capability needs at least 2 values of one characteristic")
    chosen = estimator or (Estimator.MOVING_RANGE if samples.units.max() == 1 else Estimator.RANGE)
    within, overall, mean = spread.sigma_by(chosen, samples), float(values.std(ddof=1)), float(values.mean())
    inner = _Indices(tolerance, mean, _positive(within, mean), len(values), confidence)
    outer = _Indices(tolerance, mean, _positive(overall, mean), len(values), confidence)
    return Capability(
        count=len(values),
        mean=mean,
        sigma_within=within,
        sigma_overall=overall,
        estimator=chosen,
        confidence=confidence,
        tolerance=tolerance,
        **inner.named("cp", "cpu", "cpl", "cpk", "cpm"),
        **outer.named("pp", "ppu", "ppl", "ppk", "ppm"),
        cm=outer.width(),
        cmk=outer.nearer(),
        expected_ppm_within=inner.expected_ppm(),
        expected_ppm_overall=outer.expected_ppm(),
        observed_ppm=_observed_ppm(values, tolerance),
        flags=_flags(is_stable, outer.sigma is None or inner.sigma is None, len(values)),
    )


def _check(tolerance: Tolerance, confidence: float) -> None:
    lsl, usl, target = tolerance.lsl, tolerance.usl, tolerance.target
    if lsl is None and usl is None:
        raise UnusableSamples("/tolerance", "required", "a capability needs a specification limit")
    if lsl is not None and usl is not None and lsl >= usl:
        raise UnusableSamples("/tolerance/usl", "above_lsl", f"the upper limit {usl:g} is not above the lower {lsl:g}")
    if target is not None and ((lsl is not None and target < lsl) or (usl is not None and target > usl)):
        raise UnusableSamples("/tolerance/target", "within", f"the target {target:g} lies outside the tolerance")
    if not 0 < confidence < 1:
        raise UnusableSamples("/confidence", "range", "a confidence is between 0 and 1")


def _positive(sigma: float, mean: float) -> float | None:
    return sigma if sigma > 1e-12 * abs(mean) else None


class _Indices:
    """The five indices by one sigma; each absent where tolerance or sigma do not define it."""

    def __init__(self, tolerance: Tolerance, mean: float, sigma: float | None, count: int, confidence: float) -> None:
        self.tolerance, self.mean, self.sigma, self.count = tolerance, mean, sigma, count
        self.confidence, self.alpha = confidence, 1 - confidence

    def named(self, *names: str) -> dict[str, Index | None]:
        found = (self.width(), self.upper(), self.lower(), self.nearer(), self.about_target())
        return dict(zip(names, found, strict=True))

    def width(self) -> Index | None:
        """Cp = (USL - LSL) / 6 sigma."""
        lsl, usl = self.tolerance.lsl, self.tolerance.usl
        if lsl is None or usl is None or self.sigma is None:
            return None
        return self._by_chi2((usl - lsl) / (6 * self.sigma), self.count - 1)

    def upper(self) -> Index | None:
        """Cpu = (USL - mean) / 3 sigma."""
        value = self._side(self.tolerance.usl, 1.0)
        return None if value is None else self._by_normal(value, normal_quantile(self.confidence))

    def lower(self) -> Index | None:
        """Cpl = (mean - LSL) / 3 sigma."""
        value = self._side(self.tolerance.lsl, -1.0)
        return None if value is None else self._by_normal(value, normal_quantile(self.confidence))

    def nearer(self) -> Index | None:
        """Cpk, the smaller side, or the only one."""
        sides = [self._side(self.tolerance.usl, 1.0), self._side(self.tolerance.lsl, -1.0)]
        present = [side for side in sides if side is not None]
        return self._by_normal(min(present), normal_quantile(1 - self.alpha / 2)) if present else None

    def about_target(self) -> Index | None:
        """Cpm = Cp / sqrt(1 + ((mean - target) / sigma)^2)."""
        cp, lsl, usl = self.width(), self.tolerance.lsl, self.tolerance.usl
        if cp is None or lsl is None or usl is None or self.sigma is None:
            return None
        target = (lsl + usl) / 2 if self.tolerance.target is None else self.tolerance.target
        off = ((self.mean - target) / self.sigma) ** 2
        return self._by_chi2(cp.value / sqrt(1 + off), self.count * (1 + off) / (1 + 2 * off))

    def expected_ppm(self) -> float | None:
        """How many of a million normal values lie outside."""
        if self.sigma is None:
            return None
        lsl, usl = self.tolerance.lsl, self.tolerance.usl
        below = normal_cdf((lsl - self.mean) / self.sigma) if lsl is not None else 0.0
        return 1e6 * (below + (normal_cdf((self.mean - usl) / self.sigma) if usl is not None else 0.0))

    def _side(self, limit: float | None, sign: float) -> float | None:
        return None if limit is None or self.sigma is None else sign * (limit - self.mean) / (3 * self.sigma)

    def _by_chi2(self, value: float, degrees: float) -> Index:
        low, high = (chi2_quantile(each, degrees) for each in (self.alpha / 2, 1 - self.alpha / 2))
        return Index(value=value, lower=value * sqrt(low / degrees), upper=value * sqrt(high / degrees))

    def _by_normal(self, value: float, z: float) -> Index:
        half = z * sqrt(1 / (9 * self.count) + value * value / (2 * (self.count - 1)))
        return Index(value=value, lower=value - half, upper=value + half)


def _observed_ppm(values: NDArray[np.float64], tolerance: Tolerance) -> float:
    below = int((values < tolerance.lsl).sum()) if tolerance.lsl is not None else 0
    above = int((values > tolerance.usl).sum()) if tolerance.usl is not None else 0
    return 1e6 * (below + above) / len(values)


def _flags(is_stable: bool | None, is_constant: bool, count: int) -> tuple[CapabilityFlag, ...]:
    marks = {
        CapabilityFlag.NOT_STABLE: is_stable is False,
        CapabilityFlag.STABILITY_UNKNOWN: is_stable is None,
        CapabilityFlag.CONSTANT: is_constant,
        CapabilityFlag.FEW_VALUES: count < ENOUGH,
    }
    return tuple(flag for flag, is_raised in marks.items() if is_raised)
