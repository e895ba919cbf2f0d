"""What a metric is going to be: its stored summaries, forecast with an interval."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from functions.telemetry.model import MetricName
from functions.telemetry.series import read_series
from functions.telemetry.series_model import AskSeries, Figure
from functions.telemetry.views import time_text
from makoto.codecs.telemetry.rules import EARLIEST_MS
from makoto.domain import DeviceId, Instant, Value, instant_from_ms, ms_from_instant
from makoto.errors import FieldError, Invalid
from makoto.ports.context import TenantContext
from makoto.ports.history import History

Step = Literal["1m", "5m", "15m", "30m", "1h", "1d"]
STEP_S: dict[Step, int] = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "1d": 86_400}
DAY_S, WEEK_S = 86_400, 604_800
MAX_STEPS = 2000
"""So many steps of the past are looked at; the newest 1,500 are fitted."""


class AskForecast(Value):
    """Forecast `horizon` steps of a metric's mean from `past` steps before `end`, which is now where it is absent.

    `season` is the length of a period in steps; `auto` is a day where a step is at most an hour, a week of days, and
    none where fewer than two periods are known; 0 is none.
    """

    device: DeviceId
    metric: MetricName
    resolution: Step = "1h"
    past: Annotated[int, Field(ge=10, le=MAX_STEPS)] = 336
    horizon: Annotated[int, Field(ge=1, le=500)] = 24
    season: Literal["auto"] | Annotated[int, Field(ge=0, le=MAX_STEPS)] = "auto"
    level: Annotated[float, Field(ge=0.5, lt=1)] = 0.9
    end: Instant | None = None


class ForecastStep(Value):
    """One step: its beginning, what is expected, and the interval."""

    time: str
    mean: float
    low: float
    high: float


class ModelScore(Value):
    """How a model did on the past; the naive baseline is among them. MASE below 1 beats naive in the sample."""

    model: str
    mae: float
    rmse: float
    mase: float | None
    coverage: float


class MetricForecast(Value):
    """The steps ahead, by which model and how good it was; `missing` steps were filled by straight lines."""

    device: DeviceId
    metric: str
    resolution: Step
    known_until: str
    model: str
    season: int
    level: float
    is_better_than_naive: bool
    is_constant: bool
    missing: int
    steps: tuple[ForecastStep, ...]
    scores: tuple[ModelScore, ...]


def read_forecast(command: AskForecast, tenant: TenantContext, history: History) -> MetricForecast:
    """Forecast from stored summaries; the step that has not ended yet is not looked at."""
    from makoto.analytics.forecast import forecast

    end_ms, step_ms = _end_ms(command, tenant), STEP_S[command.resolution] * 1000
    (series,) = read_series(_asked(command, end_ms), tenant, history).series
    values = _numbers(series.values[Figure.MEAN])
    if not any(each is not None for each in values):
        missing = FieldError("/query/metric", "empty", "no reading in the time looked at")
        raise Invalid(f"{command.device} sent no {command.metric} then", errors=[missing])
    first = next(at for at, each in enumerate(values) if each is not None)
    known = values[first:]
    made = forecast(known, command.horizon, season=_season(command, len(known)), level=command.level)
    return MetricForecast(
        device=command.device,
        metric=command.metric,
        resolution=command.resolution,
        known_until=time_text(end_ms),
        model=made.model,
        season=made.season,
        level=made.level,
        is_better_than_naive=made.is_better_than_naive,
        is_constant=made.is_constant,
        missing=made.filled,
        steps=tuple(
            ForecastStep(time=time_text(end_ms + at * step_ms), mean=s.mean, low=s.low, high=s.high)
            for at, s in enumerate(made.steps)
        ),
        scores=tuple(
            ModelScore(model=s.model, mae=s.mae, rmse=s.rmse, mase=s.mase, coverage=s.coverage) for s in made.scores
        ),
    )


def _asked(command: AskForecast, end_ms: int) -> AskSeries:
    end = instant_from_ms(end_ms)
    past = timedelta(seconds=command.past * STEP_S[command.resolution])
    return AskSeries(
        devices=(command.device,),
        metrics=(command.metric,),
        start=end - past,
        end=end,
        resolution=command.resolution,
        zone="UTC",
        max_points=MAX_STEPS,
    )


def _end_ms(command: AskForecast, tenant: TenantContext) -> int:
    """The end of the last step that has ended; what is yet to come is not known."""
    now = ms_from_instant(tenant.clock.now())
    end = now if command.end is None else ms_from_instant(command.end)
    if not EARLIEST_MS <= end <= now:
        rule = FieldError("/query/to", "range", "a time since the year 2000 that has come")
        raise Invalid("a forecast begins where something is known", errors=[rule])
    return end - end % (STEP_S[command.resolution] * 1000)


def _season(command: AskForecast, known: int) -> int:
    if command.season != "auto":
        return command.season
    step = STEP_S[command.resolution]
    period = (WEEK_S if step == DAY_S else DAY_S) // step
    return period if known >= 2 * period + 5 else 0


def _numbers(values: Sequence[object]) -> list[float | None]:
    return [float(each) if isinstance(each, int | float) else None for each in values]
