"""Draws a history: a PNG file, or in the terminal."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cli.output import console
from cli.texts import text

Series = dict[str, list[tuple[datetime, float | None]]]


def draw(series: Series, target: str, *, title: str) -> None:
    """Draw each series; a gap (None) is left open, never bridged."""
    if target == "-":
        _draw_in_terminal(series, title)
    else:
        _draw_png(series, Path(target), title)
        console.print(text("say.saved", path=target))


def _draw_png(series: Series, path: Path, title: str) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    figure, axes = pyplot.subplots(figsize=(11, 4.5), dpi=120)
    for name, points in series.items():
        axes.plot([at for at, _ in points], _floats(points), label=name, linewidth=1.2)  # type: ignore[arg-type]
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.set_title(title, loc="left")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", frameon=False)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _draw_in_terminal(series: Series, title: str) -> None:
    import plotext

    plotext.clear_figure()
    plotext.plot_size(min(console.width, 110), 18)
    plotext.theme("clear")
    plotext.title(title)
    for name, points in series.items():
        known = [(at.timestamp(), value) for at, value in points if value is not None]
        plotext.plot([at for at, _ in known], [value for _, value in known], label=name)
    _label_times([at for points in series.values() for at, _ in points])
    console.out(plotext.build(), highlight=False)


def _label_times(instants: Sequence[datetime]) -> None:
    import plotext

    if not instants:
        return
    first, last = min(instants), max(instants)
    ticks = [first + (last - first) * share / 4 for share in range(5)]
    plotext.xticks([tick.timestamp() for tick in ticks], [tick.astimezone().strftime("%m-%d %H:%M") for tick in ticks])


def _floats(points: list[tuple[datetime, float | None]]) -> list[float]:
    return [float("nan") if value is None else value for _, value in points]
