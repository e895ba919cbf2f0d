"""The models that a forecast chooses among, each a function of the past only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from makoto.analytics.forecast.smoothing import Series, Shape, smoothed


@dataclass(frozen=True, slots=True)
class Ahead:
    """Point forecasts of the next steps and the standard deviation of each one's error."""

    mean: Series
    deviation: Series
    parameters: Mapping[str, float]


Model = Callable[[Series, int, int], Ahead]
"""Of (values, season in steps, horizon)."""


def naive(values: Series, season: int, horizon: int) -> Ahead:
    """The last value again: the baseline that every forecast must beat."""
    steps = np.diff(values)
    sigma = float(np.sqrt(np.mean(steps**2))) if len(steps) else 0.0
    return Ahead(np.full(horizon, values[-1]), sigma * np.sqrt(np.arange(1, horizon + 1)), {})


def seasonal_naive(values: Series, season: int, horizon: int) -> Ahead:
    """The value one period ago again."""
    if not season:
        return naive(values, season, horizon)
    steps = values[season:] - values[:-season]
    sigma = float(np.sqrt(np.mean(steps**2))) if len(steps) else 0.0
    periods = np.arange(horizon) // season + 1
    return Ahead(np.resize(values[-season:], horizon), sigma * np.sqrt(periods), {})


def theta(values: Series, season: int, horizon: int) -> Ahead:
    """The theta method (Assimakopoulos and Nikolopoulos 2000): smoothing with half of the linear trend as drift.

    A season is taken out additively before and put back after (Hyndman and Billah 2003 for the drift).
    """
    seasonal = _seasonal_means(values, season)
    level = values - np.resize(seasonal, len(values))
    fitted = smoothed(level, Shape())
    slope = float(np.polyfit(np.arange(len(level)), level, 1)[0]) / 2 if len(level) > 1 else 0.0
    steps = np.arange(horizon)
    drift = slope * (steps + (1 - (1 - fitted.alpha) ** len(level)) / fitted.alpha)
    shifted = np.resize(np.roll(seasonal, -(len(values) % max(1, len(seasonal)))), horizon)
    mean = fitted.ahead(horizon) + drift + shifted
    return Ahead(mean, fitted.deviation(horizon), {"alpha": fitted.alpha, "drift": slope})


def _smoothing(*, has_trend: bool, is_damped: bool, is_seasonal: bool) -> Model:
    def model(values: Series, season: int, horizon: int) -> Ahead:
        fitted = smoothed(values, Shape(has_trend, is_damped, season if is_seasonal else 0))
        parameters = {"alpha": fitted.alpha, "beta": fitted.beta, "phi": fitted.phi, "gamma": fitted.gamma}
        return Ahead(fitted.ahead(horizon), fitted.deviation(horizon), parameters)

    return model


PLAIN: Mapping[str, Model] = {
    "naive": naive,
    "ETS(A,N,N)": _smoothing(has_trend=False, is_damped=False, is_seasonal=False),
    "ETS(A,Ad,N)": _smoothing(has_trend=True, is_damped=True, is_seasonal=False),
    "theta": theta,
}
"""By name; the first is the baseline."""

SEASONAL: Mapping[str, Model] = {
    "seasonal naive": seasonal_naive,
    "ETS(A,N,A)": _smoothing(has_trend=False, is_damped=False, is_seasonal=True),
    "ETS(A,Ad,A)": _smoothing(has_trend=True, is_damped=True, is_seasonal=True),
}
"""Those beside them where there is a season of which two periods were seen."""


def models_of(length: int, season: int) -> Mapping[str, Model]:
    """The models that so many values can be fitted with."""
    return {**PLAIN, **SEASONAL} if season > 1 and length >= 2 * season + 5 else PLAIN


def _seasonal_means(values: Series, season: int) -> Series:
    if season < 2 or len(values) < 2 * season:
        return np.zeros(1)
    means = np.array([values[place::season].mean() for place in range(season)])
    return np.asarray(means - means.mean())
