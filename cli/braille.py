"""A chart in the terminal: eight dots of Braille a character."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from rich.text import Text

from cli.output import visible
from cli.plots import Series

ROWS, MOST_COLUMNS, FEWEST_COLUMNS = 16, 100, 40
LABEL = 10
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of a character: column, then row
BLANK = 0x2800
COLOURS = ("cyan", "yellow", "green", "magenta", "red", "blue")

Point = tuple[float, float]


class Canvas:
    """Dots between (0, 0) at the lower left and (1, 1) at the upper right."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._bits = [[0] * columns for _ in range(ROWS)]
        self._colours = [[""] * columns for _ in range(ROWS)]

    def line(self, start: Point, end: Point, colour: str) -> None:
        """Join two points."""
        (x0, y0), (x1, y1) = (self._dot(point) for point in (start, end))
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self._set(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), colour)

    def rows(self) -> Iterator[Text]:
        """The lines of text from the top."""
        for bits, colours in zip(self._bits, self._colours, strict=True):
            yield Text.assemble(*((chr(BLANK + dots), colour) for dots, colour in zip(bits, colours, strict=True)))

    def _dot(self, point: Point) -> tuple[int, int]:
        return round(point[0] * (self.columns * 2 - 1)), round((1 - point[1]) * (ROWS * 4 - 1))

    def _set(self, x: int, y: int, colour: str) -> None:
        self._bits[y // 4][x // 2] |= DOTS[x % 2][y % 4]
        self._colours[y // 4][x // 2] = colour


def chart(lines: Sequence[Series], title: str, zone: tzinfo, width: int) -> Text:
    """Draw the lines with their lowest and highest value, their span on the zone's clock and their names."""
    canvas = Canvas(max(FEWEST_COLUMNS, min(width - LABEL - 2, MOST_COLUMNS)))
    span = _span([at.timestamp() for line in lines for at in line.times])
    height = _span([value for line in lines for value in line.values if value is not None])
    for number, line in enumerate(lines):
        for run in line.stretches():
            points = [(_share(at.timestamp(), span), _share(value, height)) for at, value in run]
            for start, end in zip([points[0], *points], points, strict=False):
                canvas.line(start, end, _colour(number))
    framed = [_framed(row, place, height) for place, row in enumerate(canvas.rows())]
    names = [Text.assemble(("━━ ", _colour(number)), visible(line.name)) for number, line in enumerate(lines)]
    return Text("\n").join([Text(title, style="bold"), *framed, _clock(span, zone, canvas.columns), *names])


def _framed(row: Text, place: int, height: Point) -> Text:
    shown = {0: height[1], ROWS // 2: (height[0] + height[1]) / 2, ROWS - 1: height[0]}
    label = f"{shown[place]:.5g}" if place in shown else ""
    return Text.assemble(f"{label:>{LABEL}} │", row)


def _clock(span: Point, zone: tzinfo, columns: int) -> Text:
    first, last = (datetime.fromtimestamp(each, zone).strftime("%m-%d %H:%M") for each in span)
    between = f"{zone}".center(columns - len(first) - len(last))
    return Text(" " * (LABEL + 2) + first + between + last)


def _span(values: Sequence[float]) -> Point:
    return (min(values), max(values)) if values else (0.0, 0.0)


def _share(value: float, span: Point) -> float:
    return (value - span[0]) / (span[1] - span[0]) if span[1] > span[0] else 0.5


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]
