"""Draws a history: a PNG file, or in the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

from cli.failures import Failed
from cli.output import note, results, tell
from cli.texts import text

TERMINAL = "-"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart; a gap is a None."""

    name: str
    times: tuple[datetime, ...]
    values: tuple[float | None, ...]

    def stretches(self) -> list[list[tuple[datetime, float]]]:
        """The runs between the gaps."""
        points = zip(self.times, self.values, strict=True)
        runs = groupby(points, key=lambda point: point[1] is None)
        return [[(at, value) for at, value in run if value is not None] for is_gap, run in runs if not is_gap]


def series_of(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[Series]:
    """A line for each metric and column, in time order.

    Raises Failed for a metric whose values are text.
    """
    by_metric: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_metric.setdefault(row["metric"], []).append(row)
    return [
        _series(metric if len(columns) == 1 else f"{metric} ({column})", found, column)
        for metric, found in by_metric.items()
        for column in columns
    ]


def check_target(target: str) -> None:
    """Refuse a target that cannot be drawn to, before anything is asked of the server."""
    if target in {"", TERMINAL}:
        return
    if Path(target).suffix.lower() != ".png":
        raise typer.BadParameter(text("error.plot"), param_hint="--plot")
    if not Path(target).parent.is_dir():
        raise typer.BadParameter(text("error.no_folder", path=Path(target).parent), param_hint="--plot")


def draw(lines: Sequence[Series], target: str, *, title: str, zone: tzinfo) -> None:
    """Draw each series on the zone's clock; a gap is left open, never bridged."""
    if target == TERMINAL:
        from cli.braille import chart

        tell(chart(lines, title, zone, results.width))
        return
    from cli.png import draw_png

    draw_png(lines, Path(target), title, zone)
    note(text("say.saved", path=target))


def _series(name: str, rows: Sequence[dict[str, Any]], column: str) -> Series:
    ordered = sorted(
        ((datetime.fromisoformat(row["time"]), row.get(column)) for row in rows), key=lambda point: point[0]
    )
    if any(isinstance(value, str) for _, value in ordered):
        raise Failed(text("error.not_drawable", name=name))
    values = tuple(None if value is None else float(value) for _, value in ordered)
    return Series(name, tuple(at for at, _ in ordered), values)
