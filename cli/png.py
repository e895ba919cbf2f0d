"""A chart as a PNG file, with the fonts that this machine has."""

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import note
from cli.plots import Series
from cli.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BASE_FONT = "DejaVu Sans"  # comes with matplotlib
JAPANESE_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "BIZ UDGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "IPAexGothic",
    "TakaoPGothic",
)


def draw_png(lines: Sequence[Series], path: Path, title: str, zone: tzinfo) -> None:
    """Draw without a display; a name that no font here can write becomes #1, #2 … and is told beside the chart."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    fonts = _fonts()
    with mpl.rc_context({"font.family": fonts, "text.parse_math": False}):
        figure, axes = pyplot.subplots(figsize=(11, 4.5), dpi=120, layout="constrained")
        labels = _labels(lines, fonts)
        for line, label in zip(lines, labels, strict=True):
            _add(axes, line, label)
        _dress(axes, title, zone)
        if len(lines) > 1:
            figure.legend(loc="outside right upper", frameon=False)
        else:
            axes.set_ylabel(labels[0])
        figure.savefig(path)
        pyplot.close(figure)


def _add(axes: "Axes", line: Series, label: str) -> None:
    """A gap stays open, and a single point between two gaps is still seen."""
    values = [float("nan") if value is None else value for value in line.values]
    around = zip([None, *line.values], line.values, [*line.values[1:], None], strict=False)
    lonely = [place for place, (before, _, after) in enumerate(around) if before is None and after is None]
    axes.plot(list(line.times), values, label=label, linewidth=1.2, marker=".", markevery=lonely)  # type: ignore[arg-type]


def _dress(axes: "Axes", title: str, zone: tzinfo) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
    axes.set_xlabel(str(zone))
    axes.set_title(title, loc="left")
    axes.grid(alpha=0.3)
    axes.margins(x=0.01)


def _fonts() -> list[str]:
    from matplotlib.font_manager import fontManager

    known = {font.name for font in fontManager.ttflist}
    return [BASE_FONT, *(name for name in JAPANESE_FONTS if name in known)]


def _labels(lines: Sequence[Series], fonts: Sequence[str]) -> list[str]:
    """The names, or numbers for those that cannot be written; matplotlib hides what begins with an underscore."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    glyphs = set[int]().union(*(get_font(findfont(FontProperties(family=name))).get_charmap() for name in fonts))
    labels: list[str] = []
    for number, line in enumerate(lines, 1):
        is_writable = not line.name.startswith("_") and all(ord(each) in glyphs for each in line.name)
        labels.append(line.name if is_writable else f"#{number}")
        if not is_writable:
            note(text("say.label", label=labels[-1], name=line.name))
    return labels
