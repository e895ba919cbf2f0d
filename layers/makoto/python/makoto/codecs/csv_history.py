"""Recorded history as CSV (RFC 4180, UTF-8): a line is a reading, or a sentence says why it is none."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from math import isfinite, nan
from typing import NamedTuple

from makoto.codecs.telemetry.columns import GOOD, NULL_QUALITIES, QUALITIES
from makoto.codecs.telemetry.rules import EARLIEST_MS, name_problem, text_problem
from makoto.domain import ms_from_instant
from makoto.errors import FieldError, Invalid

REQUIRED = ("device", "metric", "time", "value")
OPTIONAL = ("quality", "status")
HOUR_MS = 3_600_000
MAX_REJECTED = 1000
"""So many lines are reported at once: an answer has a limit, and none is left out."""

_BOM = b"\xef\xbb\xbf"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_QUALITIES = {"": GOOD, **{str(quality): quality for quality in QUALITIES}}
_BOOLEANS = frozenset({"true", "false"})


class UnusableHeader(Invalid):
    """The first line does not name the columns."""


class Rejected(NamedTuple):
    """A line of the file, counted from 1, that is no reading."""

    line: int
    reason: str


@dataclass(slots=True)
class Rows:
    """Readings in the order of their lines; `texts` and `statuses` by place."""

    metrics: list[str] = field(default_factory=list)
    t: list[int] = field(default_factory=list)
    v: list[float] = field(default_factory=list)
    q: list[int] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.t)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a part: so many of its bytes and lines."""

    rows: Rows
    rejected: tuple[Rejected, ...]
    bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class Layout:
    """In which order the columns come."""

    columns: tuple[str, ...]

    @classmethod
    def from_header(cls, line: bytes) -> "Layout":
        """Read the first line, a byte order mark before it or not; `UnusableHeader` names what is wrong."""
        try:
            names = tuple(name.strip() for name in _fields(line.removeprefix(_BOM)))
        except _Refused as refused:
            raise _unusable("header", str(refused)) from refused
        for name in names:
            if name not in (*REQUIRED, *OPTIONAL):
                raise _unusable("unknown_column", f"unknown column {name[:64]!r}")
        for name in (*REQUIRED, *OPTIONAL):
            if names.count(name) > 1:
                raise _unusable("column_twice", f"column {name} stands twice")
        if missing := [name for name in REQUIRED if name not in names]:
            raise _unusable("missing_column", f"missing column {', '.join(missing)}")
        return cls(names)

    def place(self, name: str) -> int | None:
        return self.columns.index(name) if name in self.columns else None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is accepted: readings of this device, not after `latest_ms`, of so many different hours."""

    device: str
    latest_ms: int
    max_hours: int


def read_part(body: bytes, layout: Layout, bounds: Bounds, *, first_line: int) -> Taken:
    """Read whole lines, as far as the bounds allow and at least one; a line is a record, so no value has a line break.

    Stops before the line that would begin one hour too many, and after `MAX_REJECTED` refused lines.
    """
    reader = _LineReader(layout, bounds)
    rows, rejected, hours = Rows(), list[Rejected](), set[int]()
    line, size = first_line, 0
    for raw in _lines(body):
        try:
            reading = reader.read(raw)
        except _Refused as refused:
            rejected.append(Rejected(line, str(refused)))
        else:
            if reading is not None:
                hours.add(reading.t // HOUR_MS)
                if len(hours) > bounds.max_hours:
                    break
                _add(rows, reading)
        line, size = line + 1, size + len(raw)
        if len(rejected) == MAX_REJECTED:
            break
    return Taken(rows, tuple(rejected), size, line - first_line)


class _Refused(Exception):
    """A line is no reading; the message says why."""


class _Reading(NamedTuple):
    metric: str
    t: int
    v: float
    text: str | None
    q: int
    status: str


class _LineReader:
    """Reads one line at a time, so that an open quote takes no other line with it."""

    def __init__(self, layout: Layout, bounds: Bounds) -> None:
        self._bounds = bounds
        self._width = len(layout.columns)
        self._device, self._metric, self._time, self._value = (layout.columns.index(name) for name in REQUIRED)
        self._quality, self._status = (layout.place(name) for name in OPTIONAL)

    def read(self, raw: bytes) -> _Reading | None:
        """Read a line; an empty one is none."""
        fields = _fields(raw)
        if not fields:
            return None
        if len(fields) != self._width:
            raise _Refused(f"{self._width} fields expected, {len(fields)} found")
        if fields[self._device] != self._bounds.device:
            raise _Refused("device: another one than that of this import")
        metric = fields[self._metric]
        if problem := name_problem(metric):
            raise _Refused(f"metric: {problem}")
        t = _time(fields[self._time])
        if not EARLIEST_MS <= t <= self._bounds.latest_ms:
            raise _Refused("time: before the year 2000 or in the future")
        q = GOOD if self._quality is None else _quality(fields[self._quality])
        status = "" if self._status is None else fields[self._status]
        if status and (problem := text_problem(status)):
            raise _Refused(f"status: {problem}")
        return _Reading(metric, t, *_value(fields[self._value], q), q, status)


def _lines(body: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(body):
        end = body.find(b"\n", start) + 1 or len(body)
        yield body[start:end]
        start = end


def _fields(raw: bytes) -> Sequence[str]:
    try:
        return next(csv.reader((raw.decode(),), strict=True), [])
    except UnicodeDecodeError as error:
        raise _Refused("not UTF-8") from error
    except csv.Error as error:
        raise _Refused(f"not CSV: {error}") from error


def _time(text: str) -> int:
    t = _ms(text.strip())
    if t is None:
        raise _Refused("time: without a zone, such as Z or +09:00")
    return t


@lru_cache(maxsize=4096)
def _ms(text: str) -> int | None:
    """Read an instant; none where it has no zone. Finer digits than milliseconds are dropped."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Refused("time: not ISO 8601, such as 2026-01-31T08:15:00+09:00") from error
    return None if instant.tzinfo is None else ms_from_instant(instant)


def _quality(text: str) -> int:
    quality = _QUALITIES.get(text.strip())
    if quality is None:
        raise _Refused(f"quality: not one of {', '.join(map(str, sorted(QUALITIES)))}")
    return quality


def _value(text: str, q: int) -> tuple[float, str | None]:
    """Tell the number and the text, in the form that columns of readings have."""
    bare = text.strip()
    if _NUMBER.fullmatch(bare):
        number = float(bare)
        if not isfinite(number):
            raise _Refused("value: larger than any number can be")
        return number, None
    word = bare.lower()
    if word in _BOOLEANS:
        return float(word == "true"), word
    if word.lstrip("+-") in _NOT_FINITE:
        raise _Refused("value: not a finite number")
    if word == "":
        if q not in NULL_QUALITIES:
            raise _Refused("value: empty, which it may be only where quality is 0 or 500")
        return nan, None
    if problem := text_problem(text):
        raise _Refused(f"value: {problem}")
    return nan, text


def _add(rows: Rows, reading: _Reading) -> None:
    place = len(rows.t)
    rows.metrics.append(reading.metric)
    rows.t.append(reading.t)
    rows.v.append(reading.v)
    rows.q.append(reading.q)
    if reading.text is not None:
        rows.texts[place] = reading.text
    if reading.status:
        rows.statuses[place] = reading.status


def _unusable(rule: str, detail: str) -> UnusableHeader:
    known = f"the first line names the columns {', '.join(REQUIRED)} and, where there are any, {', '.join(OPTIONAL)}"
    return UnusableHeader(f"{detail}; {known}", errors=[FieldError("/body/0", rule, detail)])
