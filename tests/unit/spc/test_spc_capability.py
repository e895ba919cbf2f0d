"""Capability against R's qcc (tests/testthat/test-capability.R), and quantiles against scipy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from makoto.analytics.spc import (
    Capability,
    CapabilityFlag,
    Estimator,
    Index,
    Tolerance,
    capability,
    individuals,
    subgroups,
)
from makoto.analytics.spc.quantiles import (
    beta_quantile,
    chi2_quantile,
    f_quantile,
    f_tail,
    normal_cdf,
    normal_quantile,
    t_quantile,
)
from makoto.analytics.spc.samples import UnusableSamples
from tests.unit.spc.spc_published import PISTON_RINGS

ROWS = [[10.00, 10.02, 9.98, 10.01], [10.03, 9.99, 10.01, 10.00], [9.97, 10.04, 10.02, 9.99]]

TWO_SIDED = {
    "cp": (1.372667, 0.808460, 1.937713),
    "cpl": (1.441300, 0.911657, 1.970943),
    "cpu": (1.304033, 0.820114, 1.787953),
    "cpk": (1.304033, 0.727408, 1.880659),
    "cpm": (1.344463, 0.804207, 1.885321),
    "pp": (1.612598, 0.949773, 2.276410),
    "ppl": (1.693228, 1.078708, 2.307749),
    "ppu": (1.531968, 0.971902, 2.092035),
    "ppk": (1.531968, 0.864608, 2.199329),
    "ppm": (1.567395, 0.933327, 2.202237),
}
OFF_TARGET = TWO_SIDED | {"cpm": (1.167834, 0.650542, 1.686689), "ppm": (1.305161, 0.712493, 1.899988)}
LOWER_ONLY: dict[str, tuple[float, float, float] | None] = {
    **dict.fromkeys(("cp", "cpu", "cpm", "pp", "ppu", "ppm")),
    "cpl": TWO_SIDED["cpl"],
    "cpk": (1.441300, 0.810191, 2.072409),
    "ppl": TWO_SIDED["ppl"],
    "ppk": (1.693228, 0.960982, 2.425474),
}
UPPER_ONLY: dict[str, tuple[float, float, float] | None] = {
    **dict.fromkeys(("cp", "cpl", "cpm", "pp", "ppl", "ppm")),
    **{name: TWO_SIDED[name] for name in ("cpu", "cpk", "ppu", "ppk")},
}


def index_of(found: Capability, name: str) -> tuple[float, float | None, float | None] | None:
    index: Index | None = getattr(found, name)
    return None if index is None else (index.value, index.lower, index.upper)


@pytest.mark.parametrize(
    ("tolerance", "expected"),
    [
        (Tolerance(lsl=9.9, usl=10.1), TWO_SIDED),
        (Tolerance(lsl=9.9, usl=10.1, target=10.02), OFF_TARGET),
        (Tolerance(lsl=9.9, target=10.02), LOWER_ONLY),
        (Tolerance(usl=10.1, target=10.02), UPPER_ONLY),
    ],
)
def test_indices_and_intervals_are_qccs(
    tolerance: Tolerance, expected: dict[str, tuple[float, float, float] | None]
) -> None:
    found = capability(subgroups(ROWS), tolerance)

    for name, printed in expected.items():
        # qcc's d2 of 4 is rounded to 2.059, which moves the indices within samples by 1e-4 of themselves
        tolerated = 2e-4 if name.startswith("c") else 1e-6
        assert index_of(found, name) == (None if printed is None else pytest.approx(printed, rel=tolerated)), name


def test_the_capability_of_piston_rings() -> None:  # qcc ?processCapability: tolerance 73.95 to 74.05
    samples = subgroups(PISTON_RINGS[:25])

    found = capability(samples, Tolerance(lsl=73.95, usl=74.05), is_stable=True)

    assert found.cp
    assert found.cpk
    assert (found.cp.value, found.cpk.value) == pytest.approx((1.703, 1.663), abs=1e-3)
    assert (found.estimator, found.count, found.flags) == (Estimator.RANGE, 125, ())
    assert found.observed_ppm == 0
    assert found.cm
    assert found.cm.value == pytest.approx(0.1 / (6 * found.sigma_overall))


def test_what_is_expected_outside_is_the_normal_tail() -> None:
    found = capability(subgroups(PISTON_RINGS[:25]), Tolerance(lsl=73.99, usl=74.01))
    below, above = (stats.norm(found.mean, found.sigma_overall).cdf(each) for each in (73.99, 74.01))

    assert found.expected_ppm_overall == pytest.approx(1e6 * (below + 1 - above), rel=1e-9)
    outside = [value for row in PISTON_RINGS[:25] for value in row if not 73.99 <= value <= 74.01]
    assert found.observed_ppm == pytest.approx(1e6 * len(outside) / 125)


@pytest.mark.parametrize(
    ("tolerance", "pointer"),
    [
        (Tolerance(), "/tolerance"),
        (Tolerance(lsl=2, usl=1), "/tolerance/usl"),
        (Tolerance(lsl=1, usl=1), "/tolerance/usl"),
        (Tolerance(lsl=1, usl=2, target=3), "/tolerance/target"),
    ],
)
def test_a_tolerance_that_is_none_is_refused(tolerance: Tolerance, pointer: str) -> None:
    with pytest.raises(UnusableSamples) as refused:
        capability(individuals([1.0, 2.0, 3.0]), tolerance)

    assert refused.value.errors[0].pointer == pointer


def test_an_unstable_process_is_marked_and_an_unexamined_one_too() -> None:
    tolerance, samples = Tolerance(lsl=73.95, usl=74.05), subgroups(PISTON_RINGS[:25])

    assert capability(samples, tolerance, is_stable=False).flags == (CapabilityFlag.NOT_STABLE,)
    assert capability(samples, tolerance).flags == (CapabilityFlag.STABILITY_UNKNOWN,)


def test_constant_data_have_no_indices() -> None:
    found = capability(individuals([0.1] * 5), Tolerance(lsl=0, usl=1), is_stable=True)

    assert found.cp is found.cpk is found.pp is found.cm is None
    assert found.expected_ppm_within is None
    assert found.flags == (CapabilityFlag.CONSTANT, CapabilityFlag.FEW_VALUES)


PROBABILITIES = st.sampled_from([0.0005, 0.001, 0.025, 0.05, 0.5, 0.9, 0.975, 0.9973, 0.999])
DEGREES = st.integers(1, 200)


@settings(max_examples=25, deadline=None)
@given(probability=PROBABILITIES, a=DEGREES, b=DEGREES)
def test_quantiles_agree_with_scipy(probability: float, a: int, b: int) -> None:
    assert beta_quantile(probability, a / 2, b / 2) == pytest.approx(
        stats.beta.ppf(probability, a / 2, b / 2), rel=1e-9
    )
    assert f_quantile(probability, a, b) == pytest.approx(stats.f.ppf(probability, a, b), rel=1e-9)
    assert chi2_quantile(probability, a + 0.3) == pytest.approx(stats.chi2.ppf(probability, a + 0.3), rel=1e-9)
    assert t_quantile(probability, a) == pytest.approx(stats.t.ppf(probability, a), rel=1e-9, abs=1e-12)
    assert normal_quantile(probability) == pytest.approx(stats.norm.ppf(probability), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("f", [0.01, 0.434, 1.0, 4.6, 500.0])
def test_tails_agree_with_scipy(f: float) -> None:
    assert f_tail(f, 18, 60) == pytest.approx(stats.f.sf(f, 18, 60), rel=1e-9, abs=1e-300)
    assert normal_cdf(-f) == pytest.approx(stats.norm.cdf(-f), rel=1e-9, abs=1e-300)
