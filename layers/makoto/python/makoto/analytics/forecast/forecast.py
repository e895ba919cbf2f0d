"""A forecast with intervals: the model that did best on the series' own past, beside the naive baseline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from makoto.analytics.forecast.models import Ahead, Model, models_of
from makoto.analytics.forecast.smoothing import Series
from makoto.errors import FieldError, Invalid

FEWEST = 10
MAX_VALUES = 20_000
MAX_HORIZON = 1000
MAX_ORIGINS = 8
FITTED = 1500
"""So many of the newest values a model is fitted on: more tell nothing of the present and cost time."""

MAX_GAP_SHARE = 0.2
MOST = 1e100
"""The square of a larger error is no number any more."""


class NotForecastable(Invalid):
    """The series cannot be forecast; the errors say why."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a model did on the past: errors over all origins and steps.

    `mase` is the mean absolute error by that of the naive forecast of one step (of one period where there is a season)
    within the data before each origin (Hyndman and Koehler 2006), absent for a constant past; `coverage` is the share
    of values within the interval.
    """

    model: str
    mae: float
    rmse: float
    mase: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step ahead, the interval at the asked level."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The steps ahead and how they came about; `scores` are ordered from the best and hold the naive baseline.

    `is_better_than_naive` says whether the chosen model beat the baseline on the past; `filled` counts values that were
    missing and put in by straight lines.
    """

    model: str
    season: int
    level: float
    steps: tuple[Step, ...]
    scores: tuple[Score, ...]
    origins: int
    parameters: Mapping[str, float]
    is_better_than_naive: bool
    filled: int
    is_constant: bool


def forecast(
    values: Sequence[float | None], horizon: int, *, season: int = 0, level: float = 0.9, backtest: int = MAX_ORIGINS
) -> Forecast:
    """Forecast a regular series; `season` is the length of its period in steps, 0 for none, None a missing value.

    The models are compared by rolling origins (Tashman 2000): each is fitted on what was known and judged by what came.
    Intervals are the model's own, widened where on the past they held fewer values than they promise. Raises
    `NotForecastable` for fewer than 10 values, too many gaps, or values that are not finite.
    """
    _check(values, horizon, season, level)
    if backtest < 1:
        raise NotForecastable("at least one origin", errors=[FieldError("/backtest", "range", "1 or more")])
    known, filled = _filled(values)
    known = known[-FITTED:]
    models = models_of(len(known), season)
    trials = {name: list(_trials(model, known, season, horizon, backtest)) for name, model in models.items()}
    scores = sorted(
        (_score(name, each, known, season, level) for name, each in trials.items()), key=lambda each: each.mae
    )
    best = scores[0].model
    ahead = models[best](known, season, horizon)
    return Forecast(
        model=best,
        season=season if len(models) > len(models_of(0, 0)) else 0,
        level=level,
        steps=tuple(_steps(ahead, level, _widening(trials[best], level))),
        scores=tuple(scores),
        origins=len(trials[best]),
        parameters=ahead.parameters,
        is_better_than_naive=best not in ("naive", "seasonal naive"),
        filled=filled,
        is_constant=bool(np.ptp(known) == 0),
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """What a model said at an origin, and what came."""

    ahead: Ahead
    came: Series
    origin: int


def _trials(model: Model, values: Series, season: int, horizon: int, most: int) -> Iterator[_Trial]:
    fewest = max(FEWEST // 2, 2 * season + 5 if season > 1 else 5)
    last = len(values) - 1
    first = max(fewest, len(values) - most * max(1, min(horizon, len(values) // 4) // 2) - 1)
    if first > last:
        first = last
    for origin in sorted({int(each) for each in np.linspace(first, last, most)}):
        came = values[origin : origin + horizon]
        yield _Trial(model(values[:origin], season, len(came)), came, origin)


def _score(name: str, trials: Sequence[_Trial], values: Series, season: int, level: float) -> Score:
    errors = np.concatenate([each.came - each.ahead.mean for each in trials])
    width = _normal(level) * np.concatenate([each.ahead.deviation for each in trials])
    before = values[: trials[0].origin]
    lag = season if 1 < season < len(before) else 1
    scale = float(np.mean(np.abs(before[lag:] - before[:-lag]))) if len(before) > lag else 0.0
    mae = float(np.mean(np.abs(errors)))
    return Score(
        model=name,
        mae=mae,
        rmse=float(np.sqrt(np.mean(errors**2))),
        mase=mae / scale if scale > 0 else None,
        coverage=float(np.mean(np.abs(errors) <= width + 1e-12)),
    )


def _widening(trials: Sequence[_Trial], level: float) -> float:
    """By how much the deviations were too small on the past (split conformal, Vovk et al. 2005); never below 1."""
    errors = np.concatenate([np.abs(each.came - each.ahead.mean) for each in trials])
    widths = np.concatenate([each.ahead.deviation for each in trials]) * _normal(level)
    known = widths > 0
    if known.sum() < FEWEST:
        return 1.0
    return max(1.0, float(np.quantile(errors[known] / widths[known], level)))


def _steps(ahead: Ahead, level: float, widening: float) -> Iterator[Step]:
    widths = widening * _normal(level) * ahead.deviation
    for mean, width in zip(ahead.mean.tolist(), widths.tolist(), strict=True):
        yield Step(mean, mean - width, mean + width)


def _normal(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _check(values: Sequence[float | None], horizon: int, season: int, level: float) -> None:
    present = [each for each in values if each is not None]
    rules = (
        (len(values) <= MAX_VALUES, "/values", "size", f"at most {MAX_VALUES} values"),
        (len(present) >= FEWEST, "/values", "size", f"at least {FEWEST} values that are not missing"),
        (1 <= horizon <= MAX_HORIZON, "/horizon", "range", f"1 to {MAX_HORIZON} steps"),
        (season == 0 or 2 <= season <= len(values) // 2, "/season", "range", "0, or 2 up to half of the values"),
        (0.5 <= level < 1, "/level", "range", "from 0.5, below 1"),
        (_is_finite(present), "/values", "finite", f"finite numbers between -{MOST:g} and {MOST:g}"),
        (
            len(present) >= (1 - MAX_GAP_SHARE) * len(values),
            "/values",
            "gaps",
            f"at most {MAX_GAP_SHARE:.0%} of the values missing",
        ),
    )
    broken = [FieldError(pointer, rule, detail) for holds, pointer, rule, detail in rules if not holds]
    if broken:
        raise NotForecastable(
            "the series cannot be forecast: " + "; ".join(each.detail for each in broken), errors=broken
        )


def _is_finite(values: Sequence[float]) -> bool:
    return bool((np.abs(np.array(values, np.float64)) <= MOST).all())


def _filled(values: Sequence[float | None]) -> tuple[Series, int]:
    given = np.array([np.nan if each is None else each for each in values], np.float64)
    missing = np.isnan(given)
    places = np.arange(len(given))
    given[missing] = np.interp(places[missing], places[~missing], given[~missing])
    return given, int(missing.sum())
