"""Figures by matplotlib's object interface, without pyplot; the same values make the same bytes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from math import floor, log10
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from makoto.analytics.drawing.paper import GRID, INK, MUTED, Format, Paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 100
LATIN, JAPANESE = "DejaVu Sans", "IPAexGothic"
READERS_FONTS = (
    "'DejaVu Sans', 'Hiragino Sans', 'Yu Gothic', 'Noto Sans JP', 'Noto Sans CJK JP', 'IPAexGothic', sans-serif"
)
"""An SVG carries its text as text; whoever opens it has one of these."""

_ONE_AT_A_TIME = Lock()
"""Settings and fonts of matplotlib are global."""


def drawn(paper: Paper, draw: Callable[["Figure"], None]) -> bytes:
    """Make a figure, let it be drawn on, and write it."""
    with _ONE_AT_A_TIME, _settings():
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine

        layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12)
        figure = Figure(figsize=(paper.width, paper.height), dpi=DOTS_PER_INCH, layout=layout)
        draw(figure)
        return _written(figure, paper.format)


def _written(figure: "Figure", image: Format) -> bytes:
    buffer = BytesIO()
    metadata: dict[str, str | None] = {"Software": None} if image is Format.PNG else {"Date": None, "Creator": None}
    figure.savefig(buffer, format=image.value, dpi=DOTS_PER_INCH, metadata=metadata)
    if image is Format.PNG:
        return buffer.getvalue()
    families = ", ".join(f"'{family}'" for family in _families())
    return buffer.getvalue().replace(families.encode(), READERS_FONTS.encode())


@contextmanager
def _settings() -> Iterator[None]:
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of fonts, and that a home cannot be written to
    from matplotlib import rc_context

    settings: Any = {  # Any: matplotlib lists every key
        "font.family": _families(),
        "font.size": 10.0,
        "text.parse_math": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "makoto",
        "text.color": INK,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": MUTED,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "axes.linewidth": 0.8,
    }
    with rc_context(settings):
        yield


@cache
def _families() -> list[str]:
    """Latin letters by matplotlib's own font, Japanese by IPAex Gothic, which comes as a package with its license."""
    from matplotlib.font_manager import fontManager

    spec = find_spec("matplotlib_fontja")
    folders = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    fonts = [font for folder in folders for font in sorted(Path(folder).glob("fonts/*.ttf"))]
    for font in fonts:
        fontManager.addfont(font)
    return [LATIN, JAPANESE] if fonts else [LATIN]


def titled(figure: "Figure", title: str, note: str = "", *, pad: float = 10.0) -> None:
    """Write the title to the left and a muted note below it; the Japanese font has one weight only."""
    weight = "bold" if title.isascii() else "normal"
    figure.suptitle(title or " ", x=0.012, ha="left", fontsize=14, fontweight=weight)
    if note:
        figure.get_axes()[0].set_title(note, loc="left", fontsize=9.5, color=MUTED, pad=pad)


def plain(axes: "Axes", *, grid: str = "y") -> None:
    """No frame but the lines one reads from."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=3, labelsize=9)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.8)  # type: ignore[arg-type]  # "x", "y" or "both"


def number(value: float, beside: float = 0.0) -> str:
    """Six digits at most; of a value on a scale as wide as `beside`, as many decimals as tell a thousandth of it."""
    if not beside:
        return f"{value:.6g}"
    decimals = 2 - floor(log10(abs(beside)))
    return f"{value:.{decimals}f}" if 0 <= decimals <= 9 else f"{value:.6g}"


def width_of(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(1 if letter.isascii() else 2 for letter in text)
