"""The histogram of a characteristic with its tolerance, the fitted distributions and the capability."""

from collections.abc import Sequence
from math import exp, pi, sqrt
from typing import TYPE_CHECKING

from makoto.analytics.drawing.figure import drawn, number, plain, titled
from makoto.analytics.drawing.paper import BLUE, GREEN, INK, MUTED, ORANGE, SCREEN, SKY, VERMILION, Language, Paper
from makoto.analytics.drawing.words import word
from makoto.analytics.spc.capability_values import Capability, CapabilityFlag, Index

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CURVE = 200
_WARNING = frozenset({CapabilityFlag.NOT_STABLE, CapabilityFlag.CONSTANT})


def histogram(
    title: str, values: Sequence[float], capability: Capability, *, unit: str = "", paper: Paper = SCREEN
) -> bytes:
    """Draw a histogram with tolerance and indices."""
    return drawn(paper, lambda figure: _draw(figure, title, values, capability, unit, paper.language))


def _draw(
    figure: "Figure", title: str, values: Sequence[float], capability: Capability, unit: str, language: Language
) -> None:
    axes, table = figure.subplots(1, 2, width_ratios=[3.4, 1.0])
    plain(axes)
    width = _bars(axes, values)
    _curves(axes, capability, len(values) * width, language)
    _tolerance(axes, capability, language)
    axes.set_ylabel(word("frequency", language))
    axes.set_xlabel(f"[{unit}]" if unit else "")
    _figures(table, capability, language)
    if handles := axes.get_legend_handles_labels()[0]:
        table.legend(handles=handles, frameon=False, fontsize=8.5, loc="lower left", bbox_to_anchor=(-0.06, 0.0))
    titled(figure, title, f"n = {capability.count}   ·   x̄ = {number(capability.mean)}", pad=22)


def _bars(axes: "Axes", values: Sequence[float]) -> float:
    import numpy as np

    data = np.asarray(values, np.float64)
    bins = np.histogram_bin_edges(data, "scott" if np.ptp(data) > 0 else 1)
    if len(bins) > 61:
        bins = np.histogram_bin_edges(data, 60)
    axes.hist(data, bins=bins.tolist(), color=SKY, alpha=0.75, edgecolor="white", linewidth=1.0)
    return float(bins[1] - bins[0])


def _curves(axes: "Axes", capability: Capability, area: float, language: Language) -> None:
    import numpy as np

    sigma_most = max(capability.sigma_within, capability.sigma_overall)
    if CapabilityFlag.CONSTANT in capability.flags:
        return
    x = np.linspace(capability.mean - 4.2 * sigma_most, capability.mean + 4.2 * sigma_most, _CURVE)
    lines = (
        ("within", capability.sigma_within, BLUE, "-"),
        ("overall", capability.sigma_overall, ORANGE, (0, (5, 2))),
    )
    for key, sigma, colour, style in lines:
        y = (
            area
            / (sigma * sqrt(2 * pi))
            * np.array([exp(-(((each - capability.mean) / sigma) ** 2) / 2) for each in x])
        )
        label = f"{word(key, language)}  σ = {sigma:.4g}"
        axes.plot(x, y, color=colour, linewidth=1.8, linestyle=style, label=label)


def _tolerance(axes: "Axes", capability: Capability, language: Language) -> None:
    tolerance = capability.tolerance
    marks = (
        ("LSL", tolerance.lsl, VERMILION, (0, (5, 2))),
        ("USL", tolerance.usl, VERMILION, (0, (5, 2))),
        (word("target", language), tolerance.target, GREEN, (0, (1, 2))),
    )
    for name, value, colour, style in marks:
        if value is None:
            continue
        axes.axvline(value, color=colour, linewidth=1.5, linestyle=style)
        place = axes.get_xaxis_transform()
        axes.annotate(name, (value, 1.01), xycoords=place, ha="center", va="bottom", fontsize=9, color=colour)


def _figures(table: "Axes", capability: Capability, language: Language) -> None:
    """Indices with their confidence intervals, then what lies outside, then what to beware of."""
    table.axis("off")
    row = 1.0
    for name, index in _indices(capability):
        table.text(0.0, row, name, transform=table.transAxes, fontsize=10, fontweight="bold", va="top", color=INK)
        table.text(0.34, row, _said(index), transform=table.transAxes, fontsize=10, va="top", color=INK)
        row -= 0.047
        table.text(0.34, row, _interval(index), transform=table.transAxes, fontsize=8, va="top", color=MUTED)
        row -= 0.058
    lines = (
        (word("within", language), capability.expected_ppm_within),
        (word("overall", language), capability.expected_ppm_overall),
        (word("observed", language), capability.observed_ppm),
    )
    row -= 0.01
    for name, ppm in lines:
        text = f"{name}: {'–' if ppm is None else f'{ppm:,.1f}'} ppm"
        table.text(0.0, row, text, transform=table.transAxes, fontsize=8.5, va="top", color=MUTED)
        row -= 0.05
    for flag in capability.flags:
        colour = VERMILION if flag in _WARNING else MUTED
        table.text(
            0.0, row, word(flag, language), transform=table.transAxes, fontsize=8.5, va="top", color=colour, wrap=True
        )
        row -= 0.05


def _indices(capability: Capability) -> list[tuple[str, Index | None]]:
    names = ("Cp", "Cpk", "Cpm", "Pp", "Ppk", "Ppm")
    found = (capability.cp, capability.cpk, capability.cpm, capability.pp, capability.ppk, capability.ppm)
    return list(zip(names, found, strict=True))


def _said(index: Index | None) -> str:
    return "–" if index is None else f"{index.value:.3f}"


def _interval(index: Index | None) -> str:
    if index is None or index.lower is None or index.upper is None:
        return ""
    return f"{index.lower:.2f} … {index.upper:.2f}"
