"""Where it goes: the Pareto chart of causes, and the waterfall from planned time to what OEE counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from makoto.analytics.drawing.figure import drawn, number, plain, titled, width_of
from makoto.analytics.drawing.paper import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, SCREEN, Language, Paper
from makoto.analytics.drawing.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Amounts = Sequence[tuple[str, float]]
MOST_BARS = 15
_VITAL = 0.8
_LONG = 110


def pareto(title: str, causes: Amounts, *, unit: str = "", paper: Paper = SCREEN) -> bytes:
    """Draw causes by size with their cumulated share; what goes over fifteen is one last bar."""
    return drawn(paper, lambda figure: _draw_pareto(figure, title, causes, unit, paper.language))


def _draw_pareto(figure: "Figure", title: str, causes: Amounts, unit: str, language: Language) -> None:
    axes = figure.subplots()
    plain(axes)
    bars = _largest(causes)
    total = sum(amount for _, amount in bars)
    shares = _cumulated([amount for _, amount in bars], total)
    vital = [place == 0 or shares[place - 1] < _VITAL for place in range(len(bars))]
    colours = [BLUE if is_vital else FAINT for is_vital in vital]
    places = range(len(bars))
    drawn_bars = axes.bar(places, [amount for _, amount in bars], color=colours, width=0.72)
    axes.bar_label(drawn_bars, [number(amount) for _, amount in bars], padding=3, fontsize=8.5, color=INK)
    _names(axes, [name for name, _ in bars])
    axes.set_ylabel(unit)
    axes.margins(y=0.12)
    _shares_axis(axes, shares, language)
    note = f"Σ = {number(total)} {unit}".rstrip() if bars else word("empty", language)
    titled(figure, title, note)


def _largest(causes: Amounts) -> list[tuple[str, float]]:
    ordered = sorted((cause for cause in causes if cause[1] > 0), key=lambda cause: (-cause[1], cause[0]))
    if len(ordered) <= MOST_BARS:
        return ordered
    rest = ordered[MOST_BARS - 1 :]
    return [*ordered[: MOST_BARS - 1], (f"… ({len(rest)})", sum(amount for _, amount in rest))]


def _cumulated(amounts: Sequence[float], total: float) -> list[float]:
    sums = [sum(amounts[: place + 1]) for place in range(len(amounts))]
    return [each / total for each in sums]


def _shares_axis(axes: "Axes", shares: Sequence[float], language: Language) -> None:
    from matplotlib.ticker import PercentFormatter

    right = axes.twinx()
    right.plot(range(len(shares)), shares, color=ORANGE, marker="o", markersize=5, linewidth=1.8)
    right.axhline(_VITAL, color=FAINT, linewidth=0.9, linestyle=(0, (2, 2)))
    right.set_ylim(0, 1.08)
    right.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    right.set_ylabel(word("cumulative", language))
    right.spines[["top", "left"]].set_visible(False)
    right.tick_params(length=3, labelsize=9)


def _names(axes: "Axes", names: Sequence[str]) -> None:
    is_turned = len(names) * max(map(width_of, names), default=0) > _LONG
    axes.set_xticks(range(len(names)), names, rotation=28 if is_turned else 0, ha="right" if is_turned else "center")


def waterfall(
    title: str, start: tuple[str, float], losses: Amounts, end: str, *, unit: str = "", paper: Paper = SCREEN
) -> bytes:
    """Draw what is left of a total after each loss, as from planned busy time to effective time (OEE)."""
    return drawn(paper, lambda figure: _draw_waterfall(figure, title, start, losses, end, unit))


def _draw_waterfall(
    figure: "Figure", title: str, start: tuple[str, float], losses: Amounts, end: str, unit: str
) -> None:
    axes = figure.subplots()
    plain(axes)
    name, total = start
    left = total - sum(amount for _, amount in losses)
    _column(axes, 0, 0.0, total, BLUE, f"{number(total)}")
    at = total
    for place, (_, amount) in enumerate(losses, start=1):
        axes.plot([place - 0.64, place + 0.36], [at, at], color=FAINT, linewidth=0.9)
        _column(axes, place, at - amount, amount, ORANGE, _loss(amount, total))
        at -= amount
    last = len(losses) + 1
    axes.plot([last - 0.64, last + 0.36], [at, at], color=FAINT, linewidth=0.9)
    share = f"  ({100 * left / total:.1f} %)" if total else ""
    _column(axes, last, 0.0, left, GREEN, f"{number(left)}{share}")
    _names(axes, [name, *(each for each, _ in losses), end])
    axes.set_ylabel(unit)
    axes.axhline(0, color=MUTED, linewidth=0.8)
    axes.margins(y=0.1)
    titled(figure, title, f"{end}: {number(left)} / {number(total)} {unit}{share}".rstrip())


def _loss(amount: float, total: float) -> str:
    share = f"\n{100 * amount / total:.1f} %" if total else ""
    return f"−{number(amount)}{share}" if amount >= 0 else f"+{number(-amount)}{share}"


def _column(axes: "Axes", place: int, bottom: float, height: float, colour: str, label: str) -> None:
    axes.bar(place, height, bottom=bottom, color=colour, width=0.72)
    top = max(bottom, bottom + height)
    axes.annotate(
        label,
        (place, top),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8.5,
        color=INK,
    )
