"""Exponential smoothing with additive errors: level, damped trend, season (Hyndman et al. 2008, chapters 2 to 6)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which parts a model has; `season` is the length of its period in steps, 0 for none."""

    has_trend: bool = False
    is_damped: bool = False
    season: int = 0

    @property
    def name(self) -> str:
        trend = "Ad" if self.is_damped else "A" if self.has_trend else "N"
        return f"ETS(A,{trend},{'A' if self.season else 'N'})"


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A fitted model and where it stands after the last value; `sigma` is the residuals' standard deviation."""

    shape: Shape
    alpha: float
    beta: float
    phi: float
    gamma: float
    level: float
    trend: float
    seasonal: tuple[float, ...]
    sigma: float
    first_level: float

    def scaled(self, centre: float, spread: float) -> "Smoothed":
        """The same model of `values * spread + centre`."""
        return replace(
            self,
            level=self.level * spread + centre,
            trend=self.trend * spread,
            seasonal=tuple(each * spread for each in self.seasonal),
            sigma=self.sigma * spread,
            first_level=self.first_level * spread + centre,
        )

    def ahead(self, horizon: int) -> Series:
        """The point forecasts of the next steps."""
        steps = np.arange(1, horizon + 1)
        forecast = np.full(horizon, self.level)
        if self.shape.has_trend:
            forecast = forecast + self.trend * np.cumsum(self.phi**steps)
        if self.shape.season:
            forecast = forecast + np.resize(np.array(self.seasonal), horizon)
        return forecast

    def deviation(self, horizon: int) -> Series:
        """The standard deviation of each step's error (Hyndman et al. 2008, table 6.1, class 1)."""
        weights = np.full(horizon, self.alpha)
        if self.shape.has_trend:
            weights = weights + self.beta * np.cumsum(self.phi ** np.arange(1, horizon + 1))
        if self.shape.season:
            weights = weights + self.gamma * (np.arange(1, horizon + 1) % self.shape.season == 0)
        before = np.concatenate(([0.0], np.cumsum(weights[:-1] ** 2)))
        return np.asarray(self.sigma * np.sqrt(1 + before))


@dataclass(slots=True)
class _State:
    level: float
    trend: float
    seasonal: list[float] = field(default_factory=list)


def smoothed(values: Series, shape: Shape) -> Smoothed:
    """Fit by least squares of the one-step errors, over parameters and the state before the first value.

    `values` are finite and regular; a season needs two whole periods. The fit is the same in whatever unit.
    """
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    return _fitted((values - centre) / spread, shape).scaled(centre, spread)


def _fitted(values: Series, shape: Shape) -> Smoothed:
    from_grid = min(_grid(shape), key=lambda guess: _cost(values, shape, _with_start(values, shape, guess)))
    best = _descended(lambda given: _cost(values, shape, given), _with_start(values, shape, from_grid))
    state, errors = _run(values, shape, best)
    free = 2 + 2 * shape.has_trend + shape.is_damped + (shape.season > 0)
    sigma = float(np.sqrt(errors @ errors / max(1, len(values) - free)))
    alpha, beta, phi, gamma, level, _ = best
    seasonal = (
        state.seasonal[len(values) % shape.season :] + state.seasonal[: len(values) % shape.season]
        if shape.season
        else []
    )
    return Smoothed(shape, alpha, beta, phi, gamma, state.level, state.trend, tuple(seasonal), sigma, first_level=level)


_Given = tuple[float, float, float, float, float, float]
"""alpha, beta, phi, gamma, and the level and trend before the first value."""

_PHI, _LEVEL = 2, 4


def _grid(shape: Shape) -> Iterator[tuple[float, float, float, float]]:
    alphas = (0.05, 0.2, 0.5, 0.85)
    betas = (0.01, 0.1) if shape.has_trend else (0.0,)
    phis = (0.9, 0.98) if shape.is_damped else (1.0,)
    gammas = (0.05, 0.2) if shape.season else (0.0,)
    yield from product(alphas, betas, phis, gammas)


def _with_start(values: Series, shape: Shape, guess: tuple[float, float, float, float]) -> _Given:
    if shape.season:
        first, second = values[: shape.season].mean(), values[shape.season : 2 * shape.season].mean()
        trend = float(second - first) / shape.season if shape.has_trend else 0.0
        return (*guess, float(first), trend)
    some = values[: min(10, len(values))]
    slope = float(np.polyfit(np.arange(len(some)), some, 1)[0]) if shape.has_trend and len(some) > 1 else 0.0
    return (*guess, float(some.mean() if not shape.has_trend else some[0] - slope), slope)


def _cost(values: Series, shape: Shape, given: _Given) -> float:
    alpha, beta, phi, gamma, *_ = given
    is_allowed = 0 < alpha < 1 and 0 <= beta <= alpha and 0.8 <= phi <= 1 and 0 <= gamma <= 1 - alpha
    if not is_allowed:
        return float("inf")
    _, errors = _run(values, shape, given)
    cost = float(errors @ errors)
    return cost if np.isfinite(cost) else float("inf")


def _run(values: Series, shape: Shape, given: _Given) -> tuple[_State, Series]:
    alpha, beta, phi, gamma, level, trend = given
    season = shape.season
    state = _State(level, trend, _first_season(values, season))
    errors = np.empty(len(values))
    at_level, at_trend, seasonal = state.level, state.trend, state.seasonal
    for at, value in enumerate(values.tolist()):
        expected = at_level + phi * at_trend
        place = at % season if season else 0
        error = value - expected - (seasonal[place] if season else 0.0)
        errors[at] = error
        at_level = expected + alpha * error
        at_trend = phi * at_trend + beta * error
        if season:
            seasonal[place] += gamma * error
    state.level, state.trend = at_level, at_trend
    return state, errors


def _first_season(values: Series, season: int) -> list[float]:
    """Each place's mean distance from its period's mean, over the first three periods."""
    if not season:
        return []
    periods = values[: len(values) // season * season].reshape(-1, season)[:3]
    seasonal = (periods - periods.mean(axis=1, keepdims=True)).mean(axis=0)
    return [float(each) for each in seasonal]


def _descended(cost: Callable[[_Given], float], start: _Given) -> _Given:
    """Nelder and Mead's simplex (1965) over the parameters that the start has."""
    free = [at for at, each in enumerate(start) if at == _LEVEL or (each != 0.0 and not (at == _PHI and each == 1.0))]
    scale = [0.1, 0.05, 0.03, 0.05, 0.3, 0.01]

    def full(point: Sequence[float]) -> _Given:
        made = list(start)
        for at, each in zip(free, point, strict=True):
            made[at] = float(each)
        alpha, beta, phi, gamma, level, trend = made
        return alpha, beta, phi, gamma, level, trend

    base = np.array([start[at] for at in free])
    corners = [base, *(base + np.eye(len(free))[each] * scale[at] for each, at in enumerate(free))]
    simplex = sorted(((cost(full(corner)), corner) for corner in corners), key=lambda each: each[0])
    for _ in range(60 * len(free)):
        if simplex[-1][0] - simplex[0][0] <= 1e-9 * (abs(simplex[0][0]) + 1e-12):
            break
        simplex = _moved(simplex, lambda point: cost(full(point)))
    return full(simplex[0][1].tolist())


_Corner = tuple[float, Series]


def _moved(simplex: list[_Corner], cost: Callable[[Sequence[float]], float]) -> list[_Corner]:
    centre = np.mean([corner for _, corner in simplex[:-1]], axis=0)
    worst_cost, worst = simplex[-1]

    def at(step: float) -> _Corner:
        point = centre + step * (centre - worst)
        return cost(point.tolist()), point

    tried = at(1.0)
    if tried[0] < simplex[0][0]:
        further = at(2.0)
        tried = further if further[0] < tried[0] else tried
    elif tried[0] >= simplex[-2][0]:
        nearer = at(0.5 if tried[0] < worst_cost else -0.5)
        if nearer[0] >= min(tried[0], worst_cost):
            best = simplex[0][1]
            shrunk = [best + 0.5 * (corner - best) for _, corner in simplex[1:]]
            return sorted([simplex[0], *((cost(each.tolist()), each) for each in shrunk)], key=lambda each: each[0])
        tried = nearer
    return sorted([*simplex[:-1], tried], key=lambda each: each[0])
