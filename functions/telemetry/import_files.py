"""Rows of a CSV part as Parquet files, one for each hour."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from functions.telemetry.batch import HOUR_MS, HistoryFile, Said, history_file
from makoto.codecs.csv_history import Rows
from makoto.codecs.telemetry import Columns

CLOCK = "source"
_BEFORE_ANY_MESSAGE = 2**47


def files_of(rows: Rows, import_id: str, first_line: int) -> Iterator[HistoryFile]:
    """Write the rows of each hour, metric by metric in the order of their lines.

    The sequence number is negative: of one instant, what the device said itself counts as said later.
    """
    if not len(rows):
        return
    codes: dict[str, int] = {}
    metric = np.array([codes.setdefault(name, len(codes)) for name in rows.metrics], np.int64)
    hours = np.array(rows.t, np.int64) // HOUR_MS
    order = np.lexsort((metric, hours))
    sorted_rows = _Sorted(rows, list(codes), metric, order)
    first = np.flatnonzero(np.append(True, np.diff(hours[order]) != 0))
    for start, end in zip(first.tolist(), [*first[1:].tolist(), len(order)], strict=True):
        said = Said(f"import-{import_id}", first_line - _BEFORE_ANY_MESSAGE, end - start)
        yield history_file(int(hours[order[start]]), sorted_rows.columns(start, end), [said])


class _Sorted:
    """Rows by hour and metric."""

    def __init__(self, rows: Rows, names: list[str], metric: NDArray[np.int64], order: NDArray[np.int64]) -> None:
        self._names = names
        self._metric = metric[order]
        self._t = np.array(rows.t, np.int64)[order]
        self._v = np.array(rows.v, np.float64)[order]
        self._q = np.array(rows.q, np.uint16)[order]
        self._texts = _Placed(rows.texts, order)
        self._statuses = _Placed(rows.statuses, order)

    def columns(self, start: int, end: int) -> Columns:
        metric = self._metric[start:end]
        first = np.flatnonzero(np.append(True, np.diff(metric) != 0))
        lengths = np.diff(np.append(first, len(metric))).tolist()
        return Columns(
            [self._names[code] for code in metric[first].tolist()],
            [CLOCK] * len(lengths),
            lengths,
            self._t[start:end],
            self._v[start:end],
            self._q[start:end],
            self._texts.between(start, end),
            self._statuses.between(start, end),
        )


class _Placed:
    """Texts by place, after the rows were sorted."""

    def __init__(self, texts: Mapping[int, str], order: NDArray[np.int64]) -> None:
        is_there = np.zeros(len(order), np.bool_)
        is_there[list(texts)] = True
        self._places = np.flatnonzero(is_there[order])
        self._texts = [texts[row] for row in order[self._places].tolist()]

    def between(self, start: int, end: int) -> dict[int, str]:
        first, last = np.searchsorted(self._places, (start, end)).tolist()
        return dict(zip((self._places[first:last] - start).tolist(), self._texts[first:last], strict=True))
