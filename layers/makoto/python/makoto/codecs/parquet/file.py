"""The file around the columns."""

from collections.abc import Sequence
from typing import Any

from makoto.codecs.parquet.columns import BYTE_ARRAY, Chunk, Column, chunk_of, footer_of
from makoto.codecs.parquet.thrift import I64, Field, List, Struct, encode

_MAGIC = b"PAR1"
_UTF8 = 0
_CREATED_BY = "makoto"


def parquet_file(columns: Sequence[Column]) -> bytes:
    """Write columns of one length, at least one row; the same columns give the same bytes."""
    chunks = [chunk_of(column) for column in columns]
    described, start = list[Field](), len(_MAGIC)
    for chunk in chunks:
        footer, size = footer_of(chunk, start)
        described.append(footer)
        start += size
    rows = I64(chunks[0].rows)
    group = Struct([(1, List(described)), (2, I64(start - len(_MAGIC))), (3, rows)])
    root = Struct([(4, "schema"), (5, len(chunks))])
    type_order = Struct([(1, Struct([]))])  # bounds are in the order of the type
    orders = List([type_order] * len(chunks))
    schema = List([root, *map(_element, chunks)])
    about = encode(Struct([(1, 1), (2, schema), (3, rows), (4, List([group])), (6, _CREATED_BY), (7, orders)]))
    pages: list[Any] = [page for chunk in chunks for page in chunk.pages]  # bytes and arrays: 3.11 has no type for both
    return b"".join([_MAGIC, *pages, about, len(about).to_bytes(4, "little"), _MAGIC])


def _element(chunk: Chunk) -> Struct:
    converted = _UTF8 if chunk.physical == BYTE_ARRAY else None
    return Struct([(1, chunk.physical), (3, chunk.repetition), (4, chunk.name), (6, converted)])
