"""Forecasts: equal to printed ones, honest about their past, and never a silent number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makoto.analytics.forecast import NotForecastable, forecast
from makoto.analytics.forecast.models import naive, seasonal_naive, theta
from makoto.analytics.forecast.smoothing import Shape, smoothed

OIL = np.array(
    [
        *(445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43),
        *(521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95, 549.83, 542.34),
    ]
)
"""Annual oil production of Saudi Arabia, 1996 to 2013 (Hyndman and Athanasopoulos, Forecasting, 2nd edition, 7.1)."""


def noise(seed: int, size: int, scale: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, scale, size)


def test_simple_smoothing_is_the_printed_one() -> None:
    fitted = smoothed(OIL, Shape())

    ahead, deviation = fitted.ahead(3), fitted.deviation(3)
    assert fitted.alpha == pytest.approx(0.8339, abs=2e-3)
    assert fitted.first_level == pytest.approx(446.6, abs=0.1)
    assert ahead == pytest.approx([542.68] * 3, abs=0.01)
    assert ahead + 1.959964 * deviation == pytest.approx([601.1418, 618.5190, 633.4860], rel=2e-3)
    assert ahead - 1.281552 * deviation == pytest.approx([504.4541, 492.9073, 483.5747], rel=2e-3)


def test_a_season_with_a_trend_is_followed_and_beats_the_baseline() -> None:
    hours = np.arange(24 * 21)
    clean = 100 + 0.05 * hours + 10 * np.sin(2 * np.pi * hours / 24)

    made = forecast((clean + noise(1, len(hours))).tolist(), 24, season=24)

    after = np.arange(24 * 21, 24 * 22)
    expected = 100 + 0.05 * after + 10 * np.sin(2 * np.pi * after / 24)
    assert made.is_better_than_naive
    assert made.season == 24
    assert np.abs(np.array([each.mean for each in made.steps]) - expected).max() < 2
    best, baseline = made.scores[0], next(each for each in made.scores if each.model == "naive")
    assert best.mae < baseline.mae / 3
    assert best.mase is not None
    assert best.mase < 1


def test_nothing_beats_the_last_value_of_a_random_walk_by_much_and_the_report_says_so() -> None:
    made = forecast(np.cumsum(noise(3, 300)).tolist(), 10)

    baseline = next(each for each in made.scores if each.model == "naive")
    assert made.scores[0].mae > 0.8 * baseline.mae


@pytest.mark.parametrize("seed", range(6))
def test_an_interval_holds_about_as_many_values_as_it_promises(seed: int) -> None:
    values = 50 + noise(seed, 260, 3.0)

    made = forecast(values[:200].tolist(), 60, level=0.9)

    held = [each.low <= value <= each.high for each, value in zip(made.steps, values[200:], strict=True)]
    assert np.mean(held) > 0.75


def test_a_constant_series_goes_on_and_is_flagged() -> None:
    made = forecast([5.0] * 40, 3)

    assert [(each.mean, each.low, each.high) for each in made.steps] == [(5.0, 5.0, 5.0)] * 3
    assert made.is_constant
    assert made.scores[0].mase is None


def test_missing_values_are_put_in_and_counted() -> None:
    values: list[float | None] = [float(each) for each in range(30)]
    values[10] = values[11] = None

    assert forecast(values, 2).filled == 2


@pytest.mark.parametrize(
    ("values", "how", "pointer"),
    [
        ([1.0] * 9, {}, "/values"),
        ([1.0] * 20 + [None] * 10, {}, "/values"),
        ([1.0] * 20 + [float("inf")], {}, "/values"),
        ([1.0] * 20, {"horizon": 0}, "/horizon"),
        ([1.0] * 20, {"season": 11}, "/season"),
        ([1.0] * 20, {"season": 1}, "/season"),
        ([1.0] * 20, {"level": 1.0}, "/level"),
        ([1.0] * 20_001, {}, "/values"),
    ],
)
def test_what_cannot_be_forecast_is_refused_by_its_field(
    values: list[float | None], how: dict[str, float], pointer: str
) -> None:
    asked = {"horizon": 3} | how
    with pytest.raises(NotForecastable) as refused:
        forecast(values, int(asked.pop("horizon")), **asked)  # type: ignore[arg-type]  # numbers of the field's kind

    assert [each.pointer for each in refused.value.errors] == [pointer]


def test_the_baselines_repeat_what_was() -> None:
    values = np.array([1.0, 2.0, 3.0, 1.5, 2.5, 3.5])

    assert naive(values, 0, 3).mean.tolist() == [3.5] * 3
    assert seasonal_naive(values, 3, 5).mean.tolist() == [1.5, 2.5, 3.5, 1.5, 2.5]
    assert naive(values, 0, 4).deviation[3] == pytest.approx(2 * naive(values, 0, 1).deviation[0])


def test_theta_drifts_by_half_of_the_slope() -> None:
    ahead = theta(np.arange(60.0), 0, 10).mean

    assert np.diff(ahead) == pytest.approx([0.5] * 9, abs=1e-6)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.01, 1e4), st.floats(-1e4, 1e4))
def test_other_units_give_the_same_forecast_in_those_units(scale: float, offset: float) -> None:
    values = 10 + noise(7, 60)

    one, other = forecast(values.tolist(), 3), forecast((values * scale + offset).tolist(), 3)

    assert [each.mean for each in other.steps] == pytest.approx(
        [each.mean * scale + offset for each in one.steps], rel=2e-3, abs=2e-3 * scale
    )


@settings(max_examples=12, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=10, max_size=60), st.integers(1, 20), st.sampled_from([0, 2, 5]))
def test_whatever_the_values_the_steps_are_finite_and_in_order(values: list[float], horizon: int, season: int) -> None:
    made = forecast(values, horizon, season=season)

    assert len(made.steps) == horizon
    assert all(np.isfinite((each.low, each.mean, each.high)).all() for each in made.steps)
    assert all(each.low <= each.mean <= each.high for each in made.steps)


@pytest.mark.parametrize("scale", [1e300, 1e200])
def test_numbers_whose_squares_are_none_are_refused(scale: float) -> None:
    with pytest.raises(NotForecastable) as caught:
        forecast([scale * each for each in range(20)], 3)

    assert [each.pointer for each in caught.value.errors] == ["/values"]


def test_a_forecast_is_judged_on_one_origin_at_least() -> None:
    with pytest.raises(NotForecastable) as caught:
        forecast(noise(1, 40).tolist(), 3, backtest=0)

    assert [each.pointer for each in caught.value.errors] == ["/backtest"]
