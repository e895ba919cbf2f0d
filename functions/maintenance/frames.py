"""A frame of features as CSV: read into columns, with the rows that do not fit told by their line. Pure."""

import csv
import io
from dataclasses import dataclass

from functions.maintenance.model import MAX_COLUMNS, MAX_FRAME_BYTES, BadFrame
from makoto.errors import FieldError

MAX_REFUSED = 1000
EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """Columns by name, each with as many values as there are rows; numbers are numbers, nothing is None."""

    columns: dict[str, list[float | str | None]]
    refused: tuple[int, ...]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values()), []))


def read_frame(body: bytes) -> ReadFrame:
    """Read UTF-8 text with a header; raises `BadFrame` where there is no frame in it."""
    header, rows, refused = _rows(body)
    columns = {name: _column([row[at].strip() for row in rows]) for at, name in enumerate(header)}
    return ReadFrame(columns, tuple(refused[:MAX_REFUSED]))


def _rows(body: bytes) -> tuple[list[str], list[list[str]], list[int]]:
    if len(body) > MAX_FRAME_BYTES:
        raise _bad("size", f"a frame has at most {MAX_FRAME_BYTES} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad("encoding", f"a frame is UTF-8 text: {error}") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header, *lines = [(reader.line_num, row) for row in reader if row or reader.line_num == 1] or [(1, [])]
    except csv.Error as error:
        raise _bad("csv", f"line {reader.line_num} cannot be read: {error}") from error
    return _checked([name.strip() for name in header[1]], lines)


def _checked(header: list[str], lines: list[tuple[int, list[str]]]) -> tuple[list[str], list[list[str]], list[int]]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise _bad("separator", "columns are separated by commas, and a number has a point")
    if not header or len(header) > MAX_COLUMNS or not all(header) or len(set(header)) != len(header):
        raise _bad("header", f"the first line names 1 to {MAX_COLUMNS} columns, each by a name of its own")
    rows = [row for _, row in lines if len(row) == len(header)]
    refused = [line for line, row in lines if len(row) != len(header)]
    if not rows:
        raise _bad("rows", "there is no row below the header")
    return header, rows, refused


def _column(texts: list[str]) -> list[float | str | None]:
    """A column with a text in it is one of texts, as written: a machine `7` beside a machine `7a` is a name."""
    values = [_value(each) for each in texts]
    if not any(isinstance(each, str) for each in values):
        return values
    return [each or None for each in texts]


def _value(text: str) -> float | str | None:
    if not text:
        return None
    if len(text) > EXACT_DIGITS and text.isdigit():
        return text  # a serial number, of which a double would not hold the last digits
    try:
        return float(text) if "_" not in text else text
    except ValueError:
        return text


def _bad(rule: str, detail: str) -> BadFrame:
    return BadFrame(detail, errors=[FieldError("/body", rule, detail)])
