"""Frames of features as arrays: numbers as they are, texts as one column a value, whatever is missing as missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from makoto.errors import FieldError, Invalid

Numbers: TypeAlias = NDArray[np.float64]
Frame: TypeAlias = Any  # Any: a pandas or polars DataFrame, a mapping of columns or a list of rows
Column: TypeAlias = Sequence[Any] | NDArray[Any]

MAX_VALUES = 30
"""A text column with more values says which row it is rather than what the machine does; it is left out and named."""


class NotTrainable(Invalid):
    """The frame cannot be learnt from; the errors say why."""


class UnknownColumn(Invalid):
    """A frame lacks a column that the model was trained on."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a frame's columns become numbers: `numeric` ones first, then one a (column, value) of `values`.

    `left_out` names the columns that are not used, and why.
    """

    numeric: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    left_out: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        return [*self.numeric, *(f"{column}={value}" for column, value in self.values)]

    def numbers(self, frame: Frame) -> Numbers:
        """The frame as a matrix, rows by columns; `UnknownColumn` where one is missing."""
        columns = columns_of(frame)
        wanted = dict.fromkeys([*self.numeric, *(column for column, _ in self.values)])
        missing = [name for name in wanted if name not in columns]
        if missing:
            errors = [FieldError(f"/{name}", "missing", "the model was trained on this column") for name in missing]
            raise UnknownColumn(f"the frame lacks {', '.join(missing)}", errors=errors)
        _require_numbers({name: columns[name] for name in self.numeric})
        made = [as_numbers(columns[name]) for name in self.numeric]
        made += [np.array([str(each) == value for each in columns[name]], np.float64) for name, value in self.values]
        return np.column_stack(made) if made else np.empty((0, 0))


def columns_of(frame: Frame) -> dict[str, Column]:
    """A frame's columns by name."""
    if isinstance(frame, Mapping):
        return {str(name): column for name, column in frame.items()}
    if hasattr(frame, "columns"):
        names = [str(name) for name in frame.columns]
        if len(set(names)) != len(names):
            raise _no_frame("two columns have the same name")
        return {str(name): np.asarray(frame[name]) for name in frame.columns}
    rows = list(frame)
    if not all(isinstance(row, Mapping) for row in rows):
        raise _no_frame("a frame is a DataFrame, a mapping of columns or a list of rows that are mappings")
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {str(name): [row.get(name) for row in rows] for name in names}


def _no_frame(detail: str) -> NotTrainable:
    return NotTrainable(detail, errors=[FieldError("/frame", "columns", detail)])


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, or the NA of pandas, of which the truth cannot be asked."""
    if value is None or isinstance(value, str):
        return value is None
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return True


def require_present(column: Column, pointer: str) -> None:
    """Refuse a column with missing values."""
    missing = sum(is_missing(each) for each in column)
    if missing:
        detail = f"{missing} rows have none; leave them out or say what it is"
        raise NotTrainable(detail, errors=[FieldError(pointer, "missing", detail)])


def encoding_of(columns: Mapping[str, Column]) -> Encoding:
    """Decide how each column is used; one that is constant or empty says nothing."""
    numeric, values, left_out = list[str](), list[tuple[str, str]](), dict[str, str]()
    for name, column in columns.items():
        numbers = as_numbers(column)
        texts = _texts(column)
        if _is_time(column):
            left_out[name] = "a time; say how long something lasted instead"
        elif texts:
            kinds = sorted(set(texts))
            if len(kinds) > MAX_VALUES:
                left_out[name] = f"more than {MAX_VALUES} different texts"
            elif len(kinds) > 1:
                values += [(name, kind) for kind in kinds]
            else:
                left_out[name] = "constant"
        elif np.isnan(numbers).all():
            left_out[name] = "empty"
        elif np.nanmin(numbers) == np.nanmax(numbers) and not np.isnan(numbers).any():
            left_out[name] = "constant"
        else:
            numeric.append(name)
    if not numeric and not values:
        raise NotTrainable("no column says anything", errors=[FieldError("/frame", "columns", str(left_out))])
    return Encoding(tuple(numeric), tuple(values), left_out)


def taken(columns: dict[str, Column], given: str | Column, pointer: str) -> Column:
    """Take a column out of the frame by its name, or use what stands beside the frame."""
    if not isinstance(given, str):
        return given
    if given not in columns:
        raise NotTrainable(f"there is no column {given}", errors=[FieldError(pointer, "column", f"no column {given}")])
    return columns.pop(given)


def length_of(columns: Mapping[str, Column], beside: Mapping[str, Column]) -> int:
    """How many rows everything has; refused where they differ."""
    lengths = {name: len(column) for name, column in {**columns, **beside}.items()}
    if len(set(lengths.values())) > 1:
        errors = [FieldError(f"/{name}", "length", f"{length} rows") for name, length in lengths.items()]
        raise NotTrainable("columns, target and groups have as many rows as each other", errors=errors)
    return next(iter(lengths.values()), 0)


def _texts(column: Iterable[Any]) -> list[str]:
    """The values of a column of texts; nothing where it holds numbers."""
    present = [each for each in column if not is_missing(each)]
    return [str(each) for each in present] if any(isinstance(each, str) for each in present) else []


def as_numbers(column: Column) -> Numbers:
    """Numbers, with what is none or not finite as missing."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "fiub":
        made = column.astype(np.float64)
    elif _is_time(column):
        made = np.where(np.isnat(column), np.nan, np.asarray(column).astype("M8[us]").astype(np.float64))
    else:
        made = np.array([_number(each) for each in column], np.float64)
    made[~np.isfinite(made)] = np.nan
    return made


def _is_time(column: Column) -> bool:
    return isinstance(column, np.ndarray) and column.dtype.kind == "M"


def _require_numbers(columns: Mapping[str, Column]) -> None:
    """Refuse what is no number where the model learnt numbers: it would pass for a missing one."""
    for name, column in columns.items():
        if isinstance(column, np.ndarray) and column.dtype.kind in "fiubM":
            continue
        odd = next((each for each in column if not is_missing(each) and _is_odd(each)), None)
        if odd is not None:
            detail = f"{str(odd)[:40]!r} is no number"
            raise UnknownColumn(f"{name}: {detail}", errors=[FieldError(f"/{name}", "number", detail)])


def _is_odd(value: Any) -> bool:
    return bool(np.isnan(_number(value))) and str(value).strip().lower() not in ("", "nan")


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
