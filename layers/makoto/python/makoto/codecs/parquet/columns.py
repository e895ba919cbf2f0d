"""The three shapes of a column and how each becomes pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from makoto.codecs.parquet.thrift import I64, List, Struct, encode, varint

PLAIN, RLE, RLE_DICTIONARY = 0, 3, 8
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
INT32, INT64, DOUBLE, BYTE_ARRAY = 1, 2, 5, 6
REQUIRED, OPTIONAL = 0, 1


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


Body: TypeAlias = "bytes | NDArray[np.int64] | NDArray[np.float64]"
"""A piece of a page; an array stands for its own bytes, so that it is copied once only."""


class Chunk(NamedTuple):
    """A column's pages and what the footer says of them."""

    name: str
    physical: int
    repetition: int
    rows: int
    pages: Sequence[Body]
    dictionary_size: int = 0
    bounds: tuple[bytes, bytes] | None = None


def chunk_of(column: Column) -> Chunk:
    """Encode a column."""
    if isinstance(column, Runs):
        return _runs(column)
    return _numbers(column) if isinstance(column, Numbers) else _texts(column)


def _runs(column: Runs) -> Chunk:
    values = column.values
    if isinstance(values, np.ndarray):
        physical, plain = (INT64 if values.dtype == np.int64 else INT32), values.tobytes()
    else:
        physical, plain = BYTE_ARRAY, _byte_arrays(values)
    width = max(1, (len(values) - 1).bit_length())
    size = (width + 7) // 8
    heads = {length: varint(length << 1) for length in set(column.lengths)}
    entries = [code.to_bytes(size, "little") for code in range(len(values))]
    runs = [heads[length] + entries[code] for code, length in zip(column.codes, column.lengths, strict=True)]
    rows = sum(column.lengths)
    dictionary = _page(_DICTIONARY_PAGE, [plain], (7, Struct([(1, len(values)), (2, PLAIN)])))
    data = _data_page([bytes([width]) + b"".join(runs)], rows, RLE_DICTIONARY)
    return Chunk(column.name, physical, REQUIRED, rows, [*dictionary, *data], _size(dictionary))


def _numbers(column: Numbers) -> Chunk:
    values, rows = column.values, len(column.values)
    if values.dtype == np.int64:
        bounds = (values.min().tobytes(), values.max().tobytes())
        return Chunk(column.name, INT64, REQUIRED, rows, _data_page([values], rows, PLAIN), bounds=bounds)
    present = values == values  # NaN differs from itself
    whole = bool(present.all())
    body = [_levels(None if whole else present, rows), values if whole else values[present]]
    return Chunk(column.name, DOUBLE, OPTIONAL, rows, _data_page(body, rows, PLAIN))


def _texts(column: Texts) -> Chunk:
    present = np.zeros(column.rows, np.bool_)
    places = sorted(column.values)
    present[places] = True
    body = [_levels(present, column.rows), _byte_arrays([column.values[place] for place in places])]
    return Chunk(column.name, BYTE_ARRAY, OPTIONAL, column.rows, _data_page(body, column.rows, PLAIN))


def _levels(present: NDArray[np.bool_] | None, rows: int) -> bytes:
    """Write definition levels: one run where all are there or none, else a bit a row."""
    if present is None or not present.any():
        runs = varint(rows << 1) + bytes([present is None])
    else:
        bits = np.packbits(present, bitorder="little").tobytes()
        runs = varint(len(bits) << 1 | 1) + bits
    return len(runs).to_bytes(4, "little") + runs


def _byte_arrays(texts: Sequence[str]) -> bytes:
    raw = [text.encode() for text in texts]
    return b"".join(len(each).to_bytes(4, "little") + each for each in raw)


def _data_page(body: Sequence[Body], rows: int, encoding: int) -> list[Body]:
    return _page(_DATA_PAGE, body, (5, Struct([(1, rows), (2, encoding), (3, RLE), (4, RLE)])))


def _page(kind: int, body: Sequence[Body], header: tuple[int, Struct]) -> list[Body]:
    size = _size(body)
    return [encode(Struct([(1, kind), (2, size), (3, size), header])), *body]


def _size(pieces: Sequence[Body]) -> int:
    return sum(len(piece) if isinstance(piece, bytes) else piece.nbytes for piece in pieces)


def footer_of(chunk: Chunk, start: int) -> tuple[Struct, int]:
    """Describe a column whose pages begin at `start`; return its size too."""
    size = _size(chunk.pages)
    encodings = [PLAIN, RLE, RLE_DICTIONARY] if chunk.dictionary_size else [PLAIN, RLE]
    statistics = Struct([(5, chunk.bounds[1]), (6, chunk.bounds[0])]) if chunk.bounds else None
    description = Struct(
        [
            (1, chunk.physical),
            (2, List(encodings)),
            (3, List([chunk.name])),
            (4, 0),
            (5, I64(chunk.rows)),
            (6, I64(size)),
            (7, I64(size)),
            (9, I64(start + chunk.dictionary_size)),
            (11, I64(start) if chunk.dictionary_size else None),
            (12, statistics),
        ]
    )
    return Struct([(2, I64(start)), (3, description)]), size
