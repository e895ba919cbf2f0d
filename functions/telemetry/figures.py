"""Figures of a step, each computed of its summary; what cannot be known is null."""

from collections.abc import Callable, Mapping, Sequence

from functions.telemetry.series_model import AskSeries, Figure
from makoto.analytics.rollups import Rollup, Scalar

_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_LASTING = {Figure.MEAN, Figure.MIN, Figure.MAX, Figure.FIRST, Figure.LAST}
"""What holds on until something else is read; counts, sums and shares do not."""

Columns = Mapping[str, tuple[Scalar, ...]]


def figures_of(command: AskSeries, rows: Sequence[Rollup | None], spans: Sequence[tuple[int, int]]) -> Columns:
    """Compute a column for each figure; of a gap all are null but its count and what is missing."""
    columns: dict[str, tuple[Scalar, ...]] = {}
    every_ms = sampling_ms(command.sampling) if command.sampling else None
    for figure in dict.fromkeys(command.figures):
        if figure is Figure.MISSING_SHARE:
            columns[figure] = tuple(_missing(row, span, every_ms) for row, span in zip(rows, spans, strict=True))
        else:
            columns[figure] = tuple(_figure(row, figure) for row in rows)
    return columns


def filled(columns: Columns) -> Columns:
    """Let values last over gaps."""
    return {name: _lasting(column) if Figure(name) in _LASTING else column for name, column in columns.items()}


def sampling_ms(text: str) -> int:
    """Read a time such as `500ms`."""
    unit = "ms" if text.endswith("ms") else text[-1]
    return int(text.removesuffix(unit)) * _UNITS_MS[unit]


def _lasting(column: Sequence[Scalar]) -> tuple[Scalar, ...]:
    lasting, last = list[Scalar](), None
    for value in column:
        last = value if value is not None else last
        lasting.append(last)
    return tuple(lasting)


def _figure(row: Rollup | None, figure: Figure) -> Scalar:
    if row is None:
        return 0 if figure is Figure.COUNT else None
    return _FIGURES[figure](row)


def _missing(row: Rollup | None, span: tuple[int, int], every_ms: int | None) -> float | None:
    """Tell the share of the readings that should have come; unknown where nobody says how often they should."""
    if every_ms is None:
        return None
    expected = (span[1] - span[0]) / every_ms
    return max(0.0, 1 - (row.count if row else 0) / expected)


def _bad(row: Rollup) -> float | None:
    return None if row.uncertain is None else (row.count - row.good - row.uncertain) / row.count


_FIGURES: Mapping[Figure, Callable[[Rollup], Scalar]] = {
    Figure.MEAN: lambda row: row.mean,
    Figure.MIN: lambda row: row.least,
    Figure.MAX: lambda row: row.most,
    Figure.COUNT: lambda row: row.count,
    Figure.FIRST: lambda row: row.first.value if row.first else None,
    Figure.LAST: lambda row: row.last.value if row.last else None,
    Figure.SUM: lambda row: row.total if row.used else None,
    Figure.STD: lambda row: row.deviation,
    Figure.GOOD_SHARE: lambda row: row.good / row.count,
    Figure.UNCERTAIN_SHARE: lambda row: None if row.uncertain is None else row.uncertain / row.count,
    Figure.BAD_SHARE: _bad,
}
