"""Features of a machine's recent past, row by row; nothing of what comes after a row is looked at."""

from collections.abc import Sequence

import numpy as np

from makoto.analytics.maintenance.folds import Rows, codes_of
from makoto.analytics.maintenance.frames import Column, Frame, Numbers, as_numbers, columns_of, taken


def with_history(
    frame: Frame, groups: str | Column, order: str | Column, *, target: str | None, windows: Sequence[int] = (5, 20)
) -> dict[str, Column]:
    """Add, for each numeric column and window, the mean and the slope over a machine's last so many rows.

    The `target` gets none: its past is not known where it is to be predicted; None where the frame does not hold it.
    `order` says which of a machine's rows came first, such as its cycle or time. Rows stay where they are. Means and
    slopes of fewer rows than the window are of those there are; a slope of one row is 0.
    """
    columns = columns_of(frame)
    machines = codes_of(taken(dict(columns), groups, "/groups"))
    at = as_numbers(taken(dict(columns), order, "/order"))
    named = {each for each in (groups, order, target) if isinstance(each, str)}
    rows = np.lexsort((at, machines))
    first = np.searchsorted(machines[rows], machines[rows])  # where each row's machine begins
    made = dict(columns)
    for name, column in columns.items():
        numbers = as_numbers(column)
        if name in named or np.isnan(numbers).all():
            continue
        for window in windows:
            means, slopes = _past(numbers[rows], first, window)
            made[f"{name} mean {window}"], made[f"{name} slope {window}"] = _back(means, rows), _back(slopes, rows)
    return made


def _past(values: Numbers, first: Rows, window: int) -> tuple[Numbers, Numbers]:
    places = np.arange(len(values))
    known = np.where(np.isnan(values), 0.0, values)
    start = np.maximum(first, places - window + 1)
    count = (places - start + 1).astype(np.float64)
    total, weighted = np.concatenate(([0.0], np.cumsum(known))), np.concatenate(([0.0], np.cumsum(known * places)))
    sums = total[places + 1] - total[start]
    by_place = weighted[places + 1] - weighted[start]
    means, middle = sums / count, (start + places) / 2
    spread = count * (count**2 - 1) / 12
    slopes = np.where(spread > 0, (by_place - middle * sums) / np.maximum(spread, 1.0), 0.0)
    return means, slopes


def _back(ordered: Numbers, rows: Rows) -> Numbers:
    made = np.empty_like(ordered)
    made[rows] = ordered
    return made
