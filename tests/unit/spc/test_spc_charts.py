"""Limits and points of every chart against published figures."""

import pytest

from makoto.analytics.spc import (
    ChartKind,
    ChartOptions,
    Estimator,
    JudgedPoint,
    Limits,
    Rule,
    Statistic,
    counts,
    individuals,
    judge,
    phase_one,
    subgroups,
    vectors,
)
from tests.unit.spc.spc_published import (
    BOILER,
    BOILER_T2,
    CIRCUIT,
    LEFT_OUT_RINGS,
    NIST_CUSUM,
    NIST_CUSUM_LOWER,
    NIST_CUSUM_UPPER,
    NIST_EWMA,
    NIST_EWMA_PRINTED,
    NIST_FLOW,
    ORANGE_JUICE,
    PISTON_RINGS,
)


def ends(limits: Limits, statistic: Statistic) -> tuple[float | None, float | None]:
    return limits.of(statistic).lcl, limits.of(statistic).ucl


def of(points: list[JudgedPoint], statistic: Statistic) -> list[JudgedPoint]:
    return [point for point in points if point.statistic is statistic]


def values_of(points: list[JudgedPoint], statistic: Statistic) -> list[float]:
    return [point.value for point in of(points, statistic) if point.value is not None]


def test_piston_rings_by_mean_and_range() -> None:  # qcc's vignette, x-bar and R chart
    limits = phase_one(ChartKind.XBAR_R, subgroups(PISTON_RINGS[:25]))

    assert limits.center == pytest.approx(74.00118, abs=5e-6)
    assert limits.sigma == pytest.approx(0.009785039, rel=1e-4)  # qcc's d2 is rounded to 2.326
    assert ends(limits, Statistic.MEAN) == pytest.approx((73.98805, 74.0143), abs=5e-5)
    assert limits.of(Statistic.RANGE).center == pytest.approx(0.02276, abs=1e-9)
    assert ends(limits, Statistic.RANGE) == pytest.approx((0, 0.04812533), rel=1e-4)


def test_piston_rings_of_phase_two_leave_the_limits_at_samples_37_to_39() -> None:  # Montgomery; qcc's first figure
    limits = phase_one(ChartKind.XBAR_R, subgroups(PISTON_RINGS[:25]))

    judged = judge(limits, subgroups(PISTON_RINGS[25:]))

    beyond = [point.index + 26 for point in of(judged.signals, Statistic.MEAN) if Rule.NELSON_1 in point.rules]
    assert beyond == [37, 38, 39]
    assert judge(limits, subgroups(PISTON_RINGS[:25])).is_stable


def test_piston_rings_by_mean_and_standard_deviation() -> None:  # qcc's vignette, S chart
    limits = phase_one(ChartKind.XBAR_S, subgroups(PISTON_RINGS[:25]))

    assert limits.of(Statistic.DEVIATION).center == pytest.approx(0.009240037, abs=5e-9)
    assert limits.sigma == pytest.approx(0.009829977, abs=5e-9)
    assert ends(limits, Statistic.DEVIATION) == pytest.approx((0, 0.01930242), abs=5e-8)


def test_samples_of_unequal_sizes_have_limits_of_their_own() -> None:  # qcc's vignette, variable control limits
    flat = [value for row in PISTON_RINGS for value in row]
    kept = [None if place + 1 in LEFT_OUT_RINGS else value for place, value in enumerate(flat)]
    samples = subgroups([kept[first : first + 5] for first in range(0, 125, 5)])

    limits = phase_one(ChartKind.XBAR_R, samples)
    first, second, *_ = of(judge(limits, samples).points, Statistic.MEAN)

    assert limits.center == pytest.approx(74.00075, abs=5e-6)
    assert limits.sigma == pytest.approx(0.009856701, rel=1e-4)
    assert (first.lcl, first.ucl) == pytest.approx((73.98753, 74.01398), abs=6e-6)
    assert (second.lcl, second.ucl) == pytest.approx((73.98368, 74.01782), abs=6e-6)


def test_individuals_by_the_moving_range() -> None:  # NIST 6.3.2.2
    limits = phase_one(ChartKind.I_MR, individuals(NIST_FLOW))

    assert limits.center == pytest.approx(50.81, abs=1e-9)
    assert limits.of(Statistic.MOVING_RANGE).center == pytest.approx(1.8778, abs=5e-5)
    assert ends(limits, Statistic.INDIVIDUAL) == pytest.approx((45.8159, 55.8041), rel=1e-4)  # NIST: d2 1.128


def test_nonconforming_units_of_orange_juice() -> None:  # qcc's vignette, p and np charts
    samples = counts(ORANGE_JUICE, 50)
    fraction, number = phase_one(ChartKind.P, samples), phase_one(ChartKind.NP, samples)
    again = phase_one(ChartKind.P, samples, ChartOptions(iterations=1))

    assert (fraction.center, fraction.sigma) == pytest.approx((0.2313333, 0.421685), abs=5e-7)
    assert ends(fraction, Statistic.PROPORTION) == pytest.approx((0.05242755, 0.4102391), abs=5e-8)
    assert number.of(Statistic.COUNT).center == pytest.approx(11.56667, abs=5e-6)
    assert ends(number, Statistic.COUNT) == pytest.approx((2.621377, 20.51196), abs=5e-6)
    assert [place + 1 for place in again.left_out] == [15, 23]
    assert ends(again, Statistic.PROPORTION) == pytest.approx((0.04070284, 0.3892972), abs=5e-8)


def test_nonconformities_of_circuit_boards() -> None:  # qcc's vignette, c chart; Montgomery, example 7.3: 6.36, 32.97
    number = phase_one(ChartKind.C, counts(CIRCUIT))
    rate = phase_one(ChartKind.U, counts(CIRCUIT, 100.0), ChartOptions(iterations=1))

    assert number.center == pytest.approx(19.84615, abs=5e-6)
    assert ends(number, Statistic.COUNT) == pytest.approx((6.481447, 33.21086), abs=5e-6)
    assert [place + 1 for place in rate.left_out] == [6, 20]
    assert ends(rate, Statistic.RATE) == pytest.approx((0.0636, 0.3297), abs=6e-5)


def test_a_weighted_average_is_nists() -> None:  # NIST 6.3.2.4, limits of the steady state
    options = ChartOptions(mean=50, sigma=2.0539, weight=0.3)
    limits = phase_one(ChartKind.EWMA, individuals(NIST_EWMA), options)

    judged = judge(limits, individuals(NIST_EWMA))

    assert values_of(judged.points, Statistic.EWMA) == pytest.approx(NIST_EWMA_PRINTED, abs=5e-3)
    assert ends(limits, Statistic.EWMA) == pytest.approx((47.4115, 52.5884), abs=2e-4)
    assert judged.is_stable
    assert judged.points[-1].ucl == pytest.approx(52.5884, abs=2e-4)


def test_the_limits_of_a_weighted_average_open_with_time() -> None:  # qcc tests/testthat/test-ewma.R
    limits = phase_one(
        ChartKind.EWMA, individuals([11.0, 13.0, 12.0]), ChartOptions(mean=10, sigma=2, weight=0.5, sigmas=2)
    )

    points = judge(limits, individuals([11.0, 13.0, 12.0])).points

    assert [point.value for point in points] == pytest.approx([10.5, 11.75, 11.875], abs=1e-12)
    assert [point.ucl for point in points] == pytest.approx(
        [10 + 2 * each for each in (1, 1.25**0.5, 1.3125**0.5)], abs=1e-12
    )


def test_cumulated_sums_are_nists() -> None:  # NIST 6.3.2.3, in units of the data there
    options = ChartOptions(mean=325, sigma=0.635, reference=0.5, decision=4.1959 / 0.635)
    limits = phase_one(ChartKind.CUSUM, individuals(NIST_CUSUM), options)

    points = judge(limits, individuals(NIST_CUSUM)).points
    upper, lower = (values_of(points, side) for side in (Statistic.CUSUM_UPPER, Statistic.CUSUM_LOWER))

    assert [each * 0.635 for each in upper] == pytest.approx(NIST_CUSUM_UPPER, abs=6e-3)
    assert [-each * 0.635 for each in lower] == pytest.approx(NIST_CUSUM_LOWER, abs=6e-3)
    assert [point.index + 1 for point in points if point.rules] == [14, 15, 16, 17, 18, 19, 20]


def test_cumulated_sums_of_samples_of_unequal_sizes() -> None:  # qcc tests/testthat/test-cusum.R
    limits = phase_one(
        ChartKind.CUSUM, subgroups([[10.0] * 3] * 2), ChartOptions(mean=10, sigma=2, decision=10, reference=0.5)
    )

    judged = judge(limits, subgroups([[10.0] * 3, [10.0] * 3, [14.0, 14.0, None], [16.0] * 3]))

    assert values_of(judged.points, Statistic.CUSUM_UPPER) == pytest.approx(
        [0, 0, 2.32842712474619, 7.02457954745282], abs=1e-12
    )


def test_a_crossed_limit_must_be_crossed() -> None:  # qcc: strict decision boundaries
    limits = phase_one(ChartKind.CUSUM, individuals([0.0, 1.0]), ChartOptions(mean=0, sigma=1, decision=1))

    judged = judge(limits, individuals([1.5, 0.5, 0.6, -1.5, -0.5, -0.8]))

    assert values_of(judged.points, Statistic.CUSUM_UPPER) == pytest.approx([1.0, 1.0, 1.1, 0, 0, 0], abs=1e-12)
    assert values_of(judged.points, Statistic.CUSUM_LOWER) == pytest.approx([0, 0, 0, -1.0, -1.0, -1.3], abs=1e-12)
    assert [(point.index, point.rules) for point in judged.signals] == [(2, (Rule.LIMIT,)), (5, (Rule.LIMIT,))]


def test_eight_temperatures_on_one_chart() -> None:  # qcc tests/testthat/_snaps/spc.t2single.md
    samples = vectors(BOILER)
    limits = phase_one(ChartKind.T2, samples, ChartOptions(alpha=0.001))

    judged = judge(limits, samples, is_phase_one=True)

    assert values_of(judged.points, Statistic.T2) == pytest.approx(BOILER_T2, abs=5e-7)
    assert limits.means == pytest.approx((525.00, 513.56, 538.92, 521.68, 503.80, 512.44, 478.72, 477.24))
    assert (limits.phase_one_ucl, limits.of(Statistic.T2).ucl) == pytest.approx((17.41705, 70.02943), abs=5e-6)
    assert [point.index + 1 for point in judged.signals] == [9]


def test_the_limits_of_subgroups_of_vectors() -> None:  # qcc tests/testthat/_snaps/spc.t2.md: m 20, n 4, p 2
    rows = [[[float(i + 7 * j % 5), float((i * j) % 7)] for j in range(4)] for i in range(20)]

    limits = phase_one(ChartKind.T2, vectors(rows), ChartOptions(alpha=1 - (1 - 0.0027) ** 2))

    assert (limits.phase_one_ucl, limits.of(Statistic.T2).ucl) == pytest.approx((11.03976, 12.20184), abs=5e-6)


def test_limits_travel_as_json() -> None:
    limits = phase_one(ChartKind.XBAR_R, subgroups(PISTON_RINGS[:25]))

    again = Limits.model_validate_json(limits.model_dump_json())

    assert again == limits
    assert again.fingerprint == limits.fingerprint
    assert (limits.first, limits.last, limits.count, limits.n) == (0, 24, 25, 5.0)
    assert limits.estimator is Estimator.RANGE


@pytest.mark.parametrize("estimator", [Estimator.RANGE, Estimator.DEVIATION, Estimator.POOLED])
def test_every_way_to_estimate_sigma_agrees_on_piston_rings(estimator: Estimator) -> None:
    limits = phase_one(ChartKind.XBAR_R, subgroups(PISTON_RINGS[:25]), ChartOptions(estimator=estimator))

    assert limits.sigma == pytest.approx(0.0099, abs=3e-4)
    assert limits.estimator is estimator
