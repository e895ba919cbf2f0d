"""Arrays into a Parquet file in one row group: the form in which readings arrive in a bucket.

Written by arro3 (Rust's parquet crate, 33 MB, 5 ms of import); compaction rewrites the files with DuckDB, sorted.
What was measured and decided against: docs/adr/0006-arro3-writes-the-history.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isnan
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from arro3.core import Array

COMPRESSION = "zstd(1)"


@dataclass(frozen=True, slots=True)
class Runs:
    """A column of few distinct values that come in runs: `values[codes[i]]` stands `lengths[i]` times."""

    name: str
    values: Sequence[str] | NDArray[np.int64] | NDArray[np.int32]
    codes: Sequence[int]
    lengths: Sequence[int]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of int64 or float64; a float64 column is nullable, its NaN are null."""

    name: str
    values: NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Texts:
    """A nullable column of texts of which few are there, by row."""

    name: str
    rows: int
    values: Mapping[int, str]


Column: TypeAlias = Runs | Numbers | Texts


def parquet_file(columns: Sequence[Column]) -> bytes:
    """Write columns of one length, at least one row; the same columns give the same bytes.

    Only columns of few distinct values get a dictionary: trying one for times and values costs more than all the rest.
    """
    from arro3.core import Table
    from arro3.io import write_parquet

    file = BytesIO()
    write_parquet(
        Table.from_pydict({column.name: _array(column) for column in columns}),
        file,
        compression=COMPRESSION,
        column_dictionary_enabled={column.name: not isinstance(column, Numbers) for column in columns},
    )
    return file.getvalue()


def _array(column: Column) -> "Array":
    if isinstance(column, Runs):
        return _values(column.values).take(_positions(_codes(column)))
    return _numbers(column.values) if isinstance(column, Numbers) else _texts(column)


def _codes(column: Runs) -> NDArray[np.int32]:
    """Say each row's code; a column of one value, which most are, needs no repeating."""
    if len(column.values) == 1:
        return np.zeros(sum(column.lengths), np.int32)
    return np.repeat(np.array(column.codes, np.int32), np.array(column.lengths, np.int64))


def _values(values: Sequence[str] | NDArray[np.int64] | NDArray[np.int32]) -> "Array":
    from arro3.core import Array, DataType

    return Array.from_numpy(values) if isinstance(values, np.ndarray) else Array(list(values), DataType.utf8())


def _numbers(values: NDArray[np.int64] | NDArray[np.float64]) -> "Array":
    from arro3.core import Array, DataType

    if not np.isnan(values).any():
        return Array.from_numpy(values)
    return Array([None if isnan(value) else value for value in values.tolist()], DataType.float64())


def _texts(column: Texts) -> "Array":
    from arro3.core import Array, DataType

    positions = np.zeros(column.rows, np.int32)
    for place, row in enumerate(column.values, 1):
        positions[row] = place
    return Array([None, *column.values.values()], DataType.utf8()).take(_positions(positions))


def _positions(positions: "NDArray[np.int64] | NDArray[np.int32]") -> "Array":
    from arro3.core import Array

    return Array.from_numpy(positions.astype(np.int32))
