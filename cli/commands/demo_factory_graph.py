"""A trace as a picture: lots in columns by how far they are from the traced one, and the ways between them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from makoto.analytics.drawing import Paper

Trace = dict[str, Any]  # a trace as the API answers it


def graph(title: str, trace: Trace, stamp: str, paper: "Paper") -> bytes:
    """Draw the lots of a trace and the ways between them; names go without the run's stamp."""
    from makoto.analytics.drawing.figure import drawn

    return drawn(paper, lambda figure: _draw(figure, title, trace, stamp))


def _draw(figure: "Figure", title: str, trace: Trace, stamp: str) -> None:
    from makoto.analytics.drawing.figure import titled

    axes = figure.subplots()
    axes.set_axis_off()
    places = _places(trace)
    for source, target in sorted(_ways(trace)):
        if source in places and target in places:
            _way(axes, places[source], places[target])
    for each in trace["affected"]:
        _lot(axes, places[each["lot_id"]], each, stamp)
    axes.margins(x=0.08, y=0.06)
    _legend(axes, trace)
    titled(figure, title)


def _places(trace: Trace) -> dict[str, tuple[float, float]]:
    """Lots that are equally far stand in one column, in the order of their names."""
    columns: dict[int, list[str]] = defaultdict(list)
    for each in trace["affected"]:
        columns[each["level"]].append(each["lot_id"])
    tallest = max(map(len, columns.values()))
    return {
        lot: (float(level), -(row + 0.5) * tallest / len(lots))
        for level, lots in columns.items()
        for row, lot in enumerate(sorted(lots, key=_natural))
    }


def _natural(lot: str) -> tuple[object, ...]:
    head, _, number = lot.rpartition("-")
    return (head, len(number), number)


def _ways(trace: Trace) -> set[tuple[str, str]]:
    """From lot to lot, through the activity between them."""
    out: Mapping[str, list[str]] = defaultdict(list)
    lots = {each["lot_id"] for each in trace["affected"]}
    for edge in trace["edges"]:
        out[edge["source"]].append(edge["target"])
    return {(lot, after) for lot in lots for step in out.get(lot, ()) for after in out.get(step, ())}


def _way(axes: "Axes", begin: tuple[float, float], end: tuple[float, float]) -> None:
    from makoto.analytics.drawing.paper import FAINT

    bend = "arc3,rad=-0.45" if begin[0] == end[0] else "arc3,rad=0"
    style = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 0.8, "connectionstyle": bend}
    axes.annotate("", xy=end, xytext=begin, arrowprops={**style, "shrinkA": 26, "shrinkB": 26})


def _lot(axes: "Axes", place: tuple[float, float], lot: dict[str, Any], stamp: str) -> None:
    from makoto.analytics.drawing.paper import INK, MUTED

    colour = _colours().get(lot["status"], MUTED)
    name = lot["lot_id"].replace(f"-{stamp}", "")
    share = "" if lot["share"] is None else f"  {100 * lot['share']:.0f} %"
    axes.annotate(
        f"{name}\n{float(lot['made']):g}{share}",
        place,
        ha="center",
        va="center",
        fontsize=7.5,
        color=INK,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": colour, "linewidth": 1.6},
    )
    axes.plot(*place, marker="none")


def _legend(axes: "Axes", trace: Trace) -> None:
    """How many lots stand how, by the colour of their frames."""
    from matplotlib.patches import Patch

    counted = Counter(each["status"] for each in trace["affected"])
    named = ((colour, text(f"demo.day.status.{status}"), counted[status]) for status, colour in _colours().items())
    frames = [
        Patch(facecolor="white", edgecolor=colour, linewidth=1.6, label=f"{name} {count}")
        for colour, name, count in named
        if count
    ]
    axes.legend(handles=frames, frameon=False, fontsize=9, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4)


def _colours() -> dict[str, str]:
    from makoto.analytics.drawing.paper import BLUE, GREEN, ORANGE, VERMILION

    return {"consumed": BLUE, "shipped": ORANGE, "on_hold": VERMILION, "available": GREEN}
