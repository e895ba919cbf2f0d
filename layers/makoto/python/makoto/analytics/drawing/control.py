"""Control charts: points with limits of their own, zones, broken rules by number, versions of limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from makoto.analytics.drawing.figure import drawn, number, plain, titled, width_of
from makoto.analytics.drawing.paper import BLUE, FAINT, GREEN, MUTED, SCREEN, SKY, VERMILION, Language, Paper
from makoto.analytics.drawing.words import word
from makoto.analytics.spc.charts import Statistic
from makoto.analytics.spc.judged import JudgedPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_MARKERS = 300
MOST_TICKS = 12
MOST_LETTERS = 80
_ONE_PANEL = {Statistic.CUSUM_LOWER: Statistic.CUSUM_UPPER}
_WITHOUT_ZONES = frozenset({Statistic.EWMA, Statistic.CUSUM_UPPER, Statistic.CUSUM_LOWER, Statistic.T2})


@dataclass(frozen=True, slots=True)
class Version:
    """From this sample on other limits apply, or the process was restarted."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class ControlChart:
    """What a chart shows: judged points of one or two statistics, by sample; `labels` of the samples, as times."""

    title: str
    points: Sequence[JudgedPoint]
    unit: str = ""
    labels: Sequence[str] = ()
    versions: Sequence[Version] = ()


def control_chart(chart: ControlChart, paper: Paper = SCREEN) -> bytes:
    """Draw a control chart; a statistic for the spread gets a second, lower panel."""
    return drawn(paper, lambda figure: _draw(figure, chart, paper.language))


def _draw(figure: "Figure", chart: ControlChart, language: Language) -> None:
    panels = _panels(chart.points)
    heights = [3.0, 2.0][: len(panels)]
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)
    for axes, points in zip(grid[:, 0], panels, strict=True):
        _panel(axes, chart, points, language)
    last = grid[-1, 0]
    _sample_axis(last, chart, word("sample", language))
    titled(figure, chart.title, _note(chart.points, language))


def _panels(points: Sequence[JudgedPoint]) -> list[list[JudgedPoint]]:
    """One panel a statistic, in the order they come; both sides of a CUSUM share one."""
    panels: dict[Statistic, list[JudgedPoint]] = {}
    for point in points:
        panels.setdefault(_ONE_PANEL.get(point.statistic, point.statistic), []).append(point)
    return [*panels.values()][:2] or [[]]


def _note(points: Sequence[JudgedPoint], language: Language) -> str:
    samples = len({point.index for point in points})
    signals = sum(1 for point in points if point.rules)
    if not samples:
        return word("empty", language)
    said = word("signal" if signals == 1 else "signals", language).format(signals)
    state = said if signals else word("in_control", language)
    return f"n = {samples}   ·   {state}"


def _panel(axes: "Axes", chart: ControlChart, points: Sequence[JudgedPoint], language: Language) -> None:
    plain(axes, grid="")
    if not points:
        axes.axis("off")
        return
    by_statistic: dict[Statistic, list[JudgedPoint]] = {}
    for point in points:
        by_statistic.setdefault(point.statistic, []).append(point)
    for statistic, line in by_statistic.items():
        _limits(axes, statistic, line)
        _line(axes, line)
    _signals(axes, points)
    _versions(axes, chart.versions, {point.index for point in points})
    statistic = points[0].statistic
    is_scaled = statistic in (Statistic.MEAN, Statistic.INDIVIDUAL, Statistic.RANGE, Statistic.MOVING_RANGE)
    unit = f" [{chart.unit}]" if chart.unit and (is_scaled or statistic in _SCALED) else ""
    axes.set_ylabel(word(statistic, language) + unit)
    axes.margins(x=0.015)
    _scale(axes, points)


_SCALED = frozenset({Statistic.DEVIATION, Statistic.EWMA})


def _scale(axes: "Axes", points: Sequence[JudgedPoint]) -> None:
    """Room above and below all that is drawn; none below a limit of 0."""
    values = [
        each for point in points for each in (point.value, point.lcl, point.center, point.ucl) if each is not None
    ]
    low, high = min(values), max(values)
    room = 0.14 * (high - low) or abs(high) * 0.01 or 1.0
    axes.set_ylim(0.0 if low == 0 and points[0].lcl == 0 else low - room, high + room)


def _limits(axes: "Axes", statistic: Statistic, points: Sequence[JudgedPoint]) -> None:
    """Steps from half a sample before to half a sample after, so that limits of unequal samples are told apart."""
    import numpy as np

    edges = np.array([points[0].index - 0.5, *(point.index + 0.5 for point in points)])
    center = np.array([point.center for point in points])
    if statistic not in _WITHOUT_ZONES:
        _zones(axes, edges.tolist(), points)
    axes.stairs(center, edges, baseline=None, color=GREEN, linewidth=1.1)
    ends = [("CL", points[-1].center, GREEN)] if statistic is not Statistic.CUSUM_LOWER else []
    for name, limits in (("UCL", [point.ucl for point in points]), ("LCL", [point.lcl for point in points])):
        values = np.array([np.nan if limit is None else limit for limit in limits])
        if not np.isnan(values).all():
            axes.stairs(values, edges, baseline=None, color=VERMILION, linewidth=1.2, linestyle=(0, (5, 2)))
        if (end := limits[-1]) is not None and not (name == "LCL" and end == points[-1].center):
            ends.append((name, end, VERMILION))
    levels = [value for _, value, _ in ends]
    for name, value, colour in ends:
        text = f" {name} {number(value, max(levels) - min(levels))}"
        axes.annotate(text, (1.0, value), xycoords=axes.get_yaxis_transform(), va="center", fontsize=8.5, color=colour)


def _zones(axes: "Axes", edges: list[float], points: Sequence[JudgedPoint]) -> None:
    """One and two sigmas, a shade each; sigma is told by the limits, of which one may be cut off at 0."""
    import numpy as np

    third = np.array([_sigma(point) for point in points])
    center, floor = np.array([point.center for point in points]), np.array([_floor(point) for point in points])
    for sigmas, alpha in ((3, 0.07), (2, 0.08), (1, 0.10)):
        lower = np.maximum(center - sigmas * third, floor)
        axes.stairs(center + sigmas * third, edges, baseline=lower, fill=True, color=SKY, alpha=alpha, linewidth=0)


def _sigma(point: JudgedPoint) -> float:
    wide = [abs(limit - point.center) for limit in (point.ucl, point.lcl) if limit is not None]
    return max(wide, default=0.0) / 3


def _floor(point: JudgedPoint) -> float:
    return float("-inf") if point.lcl is None else point.lcl


def _line(axes: "Axes", points: Sequence[JudgedPoint]) -> None:
    x = [point.index for point in points]
    y = [float("nan") if point.value is None else point.value for point in points]
    marker = "o" if len(points) <= MOST_MARKERS else ""
    axes.plot(
        x, y, color=BLUE, linewidth=1.3, marker=marker, markersize=4.2, markeredgecolor="white", markeredgewidth=0.5
    )


def _signals(axes: "Axes", points: Sequence[JudgedPoint]) -> None:
    """Broken rules by shape and number too, not by colour alone."""
    broken = [point for point in points if point.rules and point.value is not None]
    x, y = [point.index for point in broken], [point.value or 0.0 for point in broken]
    axes.scatter(x, y, s=52, marker="D", color=VERMILION, edgecolors="white", linewidths=0.7, zorder=4)
    for point in broken[:MOST_MARKERS]:
        value, shown = point.value or 0.0, point.shown
        is_up = value >= point.center
        axes.annotate(
            str(shown.number) if shown else "",
            (point.index, value),
            xytext=(0, 8 if is_up else -8),
            textcoords="offset points",
            ha="center",
            va="bottom" if is_up else "top",
            fontsize=8.5,
            fontweight="bold",
            color=VERMILION,
        )


def _versions(axes: "Axes", versions: Sequence[Version], shown: set[int]) -> None:
    for version in versions:
        if version.index in shown:
            axes.axvline(version.index - 0.5, color=FAINT, linewidth=1.0, linestyle=(0, (2, 2)))
            place = (version.index - 0.5, 1.0)
            axes.annotate(
                f" {version.name}", place, xycoords=axes.get_xaxis_transform(), va="top", fontsize=8.5, color=MUTED
            )


def _sample_axis(axes: "Axes", chart: ControlChart, name: str) -> None:
    from matplotlib.ticker import MaxNLocator

    indices = sorted({point.index for point in chart.points})
    if not chart.labels or not indices:
        axes.xaxis.set_major_locator(MaxNLocator(MOST_TICKS, integer=True))
        axes.set_xlabel(name)
        return
    most = max(2, min(MOST_TICKS, MOST_LETTERS // max(1, max(map(width_of, chart.labels)))))
    step = max(1, -(-len(indices) // most))
    chosen = [index for index in indices[::step] if index - indices[0] < len(chart.labels)]
    axes.set_xticks(chosen, [chart.labels[index - indices[0]] for index in chosen])
