"""Time series with anomalies and a forecast with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from makoto.analytics.drawing.figure import drawn, plain, titled
from makoto.analytics.drawing.paper import BLUE, MUTED, ORANGE, SCREEN, VERMILION, Language, Paper
from makoto.analytics.drawing.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected values with the bounds of an interval, at times (ms since 1970 UTC)."""

    t: Sequence[int]
    mean: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class TimeSeries:
    """Values at times (ms since 1970 UTC); None is a gap. `anomalies` are places in `t`; `zone` is for reading."""

    title: str
    t: Sequence[int]
    values: Sequence[float | None]
    unit: str = ""
    anomalies: Sequence[int] = ()
    forecast: Forecast | None = None
    zone: str = "UTC"


def time_series(series: TimeSeries, paper: Paper = SCREEN) -> bytes:
    """Draw values over time."""
    return drawn(paper, lambda figure: _draw(figure, series, paper.language))


def _draw(figure: "Figure", series: TimeSeries, language: Language) -> None:
    axes = figure.subplots()
    plain(axes)
    times = _times(series.t)
    values = [float("nan") if value is None else value for value in series.values]
    axes.plot(times, values, color=BLUE, linewidth=1.3, label=word("observed", language))  # type: ignore[arg-type]  # times are drawn
    if series.forecast:
        _forecast(axes, series.forecast, language)
    _anomalies(axes, series, times, language)
    axes.set_ylabel(f"[{series.unit}]" if series.unit else "")
    axes.margins(x=0.01, y=0.12)
    _time_axis(axes, series.zone)
    if series.anomalies or series.forecast:
        axes.legend(frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, borderaxespad=0.2)
    titled(figure, series.title)


def _times(t: Sequence[int]) -> list[datetime]:
    return [datetime.fromtimestamp(each / 1000, UTC) for each in t]


def _forecast(axes: "Axes", forecast: Forecast, language: Language) -> None:
    times = _times(forecast.t)
    name = f"{100 * forecast.confidence:g} % {word('interval', language)}"
    axes.fill_between(times, forecast.lower, forecast.upper, color=ORANGE, alpha=0.2, linewidth=0, label=name)  # type: ignore[arg-type]  # times are drawn
    label = word("forecast", language)
    axes.plot(times, forecast.mean, color=ORANGE, linewidth=1.8, linestyle=(0, (5, 2)), label=label)  # type: ignore[arg-type]  # times are drawn


def _anomalies(axes: "Axes", series: TimeSeries, times: Sequence[datetime], language: Language) -> None:
    marked = [(times[place], value) for place in series.anomalies if (value := series.values[place]) is not None]
    if marked:
        x, y = [time for time, _ in marked], [value for _, value in marked]
        label = word("anomaly", language)
        axes.scatter(x, y, s=58, marker="D", color=VERMILION, edgecolors="white", linewidths=0.8, zorder=4, label=label)  # type: ignore[arg-type]  # times are drawn


def _time_axis(axes: "Axes", zone: str) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    where = ZoneInfo(zone)
    locator = AutoDateLocator(tz=where, maxticks=9)  # type: ignore[no-untyped-call]  # matplotlib
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=where))  # type: ignore[no-untyped-call]  # as above
    axes.set_xlabel(zone, loc="left", fontsize=8.5, color=MUTED)
