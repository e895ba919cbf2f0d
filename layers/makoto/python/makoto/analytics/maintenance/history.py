"""Features of a machine's recent past, row by row; nothing of what comes after a row is looked at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from makoto.analytics.maintenance.folds import Rows, codes_of
from makoto.analytics.maintenance.frames import Column, Frame, NotTrainable, Numbers, as_numbers, columns_of, taken
from makoto.errors import FieldError


def with_history(
    frame: Frame, groups: str | Column, order: str | Column, *, target: str | None, windows: Sequence[int] = (5, 20)
) -> dict[str, Column]:
    """Add, for each numeric column and window, the mean and the slope over a machine's last so many rows.

    The `target` gets none: its past is not known where it is to be predicted; None where the frame does not hold it.
    `order` says which of a machine's rows came first: its cycle, or its time, as text by ISO 8601. Rows stay where they
    are. Means and slopes of fewer rows than the window are of those there are, as are those with missing values among
    them; a slope of one row is 0. Raises `NotTrainable` where a row has no order.
    """
    columns = columns_of(frame)
    machines = codes_of(taken(dict(columns), groups, "/groups"))
    at = _order_of(taken(dict(columns), order, "/order"))
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


def _order_of(column: Column) -> Numbers:
    """Numbers as they are, times as seconds; a row without an order would put the past behind the present."""
    made = as_numbers(column)
    if np.isnan(made).any():
        made = np.array([_seconds(each) for each in column], np.float64)
    if np.isnan(made).any():
        detail = f"{int(np.isnan(made).sum())} rows have neither a number nor a time of ISO 8601"
        raise NotTrainable(detail, errors=[FieldError("/order", "order", detail)])
    return made


def _seconds(value: Any) -> float:
    try:
        instant = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return float("nan")
    return (instant.replace(tzinfo=instant.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()


def _past(values: Numbers, first: Rows, window: int) -> tuple[Numbers, Numbers]:
    """Least squares over each row's window, with ages for times: sums over whole columns would lose all digits."""
    places, centre = np.arange(len(values)), float(np.nanmean(values))
    count, ages, squares, total, weighted = (np.zeros(len(values)) for _ in range(5))
    for age in range(min(window, len(values))):
        before = np.maximum(places - age, 0)
        known = (places - age >= first) & ~np.isnan(values[before])
        value = np.where(known, values[before] - centre, 0.0)
        count, ages, squares = count + known, ages - age * known, squares + age * age * known
        total, weighted = total + value, weighted - age * value
    spread = count * squares - ages**2
    means = np.where(count > 0, centre + total / np.maximum(count, 1), np.nan)
    slopes = np.where(spread > 0, (count * weighted - ages * total) / np.maximum(spread, 1), 0.0)
    return means, np.where(count > 0, slopes, np.nan)


def _back(ordered: Numbers, rows: Rows) -> Numbers:
    made = np.empty_like(ordered)
    made[rows] = ordered
    return made
