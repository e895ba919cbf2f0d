"""One series, point by point: the definition of what is accepted, with a fault for every point that is not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

import numpy as np

from makoto.codecs.telemetry.columns import GOOD, NULL_QUALITIES, QUALITIES, Columns
from makoto.codecs.telemetry.rules import EARLIEST_MS, Fault, excerpt_of, is_integer, name_problem, text_problem

CLOCKS = frozenset({"source", "server", "edge"})
FIELDS = frozenset({"m", "t", "v", "q", "qs", "clock"})
_LISTS = ("t", "v", "q", "qs")


class Unreadable(Exception):
    """The bytes are no JSON document."""


def read_json(body: bytes) -> Any:
    """Decode JSON; the words NaN and Infinity, which some senders write, become numbers that the rules then refuse."""
    try:
        return json.loads(body.decode("utf-8"))
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    except ValueError as error:
        raise Unreadable(str(error)) from error


@dataclass(slots=True)
class _Accepted:
    """The points of a series that keep the rules."""

    t: list[int] = field(default_factory=list)
    v: list[float] = field(default_factory=list)
    q: list[int] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)

    def add(self, t: int, value: object, quality: int, status: str | None) -> None:
        place = len(self.t)
        self.t.append(t)
        self.q.append(quality)
        self.v.append(float(value) if isinstance(value, int | float) else nan)
        if isinstance(value, bool):
            self.texts[place] = "true" if value else "false"
        elif isinstance(value, str):
            self.texts[place] = value
        if status is not None:
            self.statuses[place] = status

    def columns(self, metric: str, clock: str) -> Columns:
        q = None if all(each == GOOD for each in self.q) else np.array(self.q, np.uint16)
        t, v = np.array(self.t, np.int64), np.array(self.v, np.float64)
        return Columns([metric], [clock], [len(t)], t, v, q, self.texts, self.statuses)


def read_series(series: object, pointer: str, latest_ms: int) -> tuple[Columns | None, list[Fault]]:
    """Read one decoded series; a fault of the series leaves nothing of it, a fault of a point only the others."""
    fault = _series_fault(series, pointer)
    if fault is not None or not isinstance(series, dict):
        return None, [fault] if fault else []
    times, values = series["t"], series["v"]
    qualities = series.get("q") or [GOOD] * len(times)
    statuses = series.get("qs") or [None] * len(times)
    accepted, faults = _Accepted(), list[Fault]()
    for place, (t, value, quality, status) in enumerate(zip(times, values, qualities, statuses, strict=True)):
        broken = _point_fault(t, value, quality, status, latest_ms)
        if broken is None:
            accepted.add(t, value, quality, status)
        else:
            part, rule, detail, shown = broken
            faults.append(Fault(f"{pointer}/{part}/{place}", rule, detail, excerpt_of(shown)))
    return accepted.columns(series["m"], series.get("clock", "source")) if accepted.t else None, faults


def _series_fault(series: object, pointer: str) -> Fault | None:
    if not isinstance(series, dict):
        return Fault(pointer, "type", "a series is an object", excerpt_of(series))
    if unknown := sorted(series.keys() - FIELDS):
        return Fault(f"{pointer}/{escaped(unknown[0])}", "unknown_field", f"a series has {sorted(FIELDS)}")
    name = series.get("m")
    problem = name_problem(name) if isinstance(name, str) else "a name is a text"
    if problem:
        return Fault(f"{pointer}/m", "metric_name", problem, excerpt_of(name))
    clock = series.get("clock", "source")
    if not isinstance(clock, str) or clock not in CLOCKS:
        return Fault(f"{pointer}/clock", "clock", f"one of {sorted(CLOCKS)}", excerpt_of(clock))
    return _shape_fault(series, pointer)


def _shape_fault(series: Mapping[str, object], pointer: str) -> Fault | None:
    for name in _LISTS:
        if name in series and not isinstance(series[name], list):
            return Fault(f"{pointer}/{name}", "type", "a list", excerpt_of(series[name]))
        if name in ("t", "v") and name not in series:
            return Fault(f"{pointer}/{name}", "missing", "a series has t and v")
    lengths = {name: len(given) for name in _LISTS if isinstance(given := series.get(name), list)}
    if len(set(lengths.values())) > 1:
        return Fault(pointer, "length", f"one entry a reading, not {lengths}")
    return None


def _point_fault(
    t: object, value: object, quality: object, status: object, latest_ms: int
) -> tuple[str, str, str, object] | None:
    """Return the part, the rule, the detail and what stood there."""
    if type(t) is not int:
        return "t", "type", "a time is whole milliseconds since 1970-01-01 UTC", t
    if not is_integer(t, EARLIEST_MS, latest_ms):
        return "t", "time_range", "a time is after the year 1999 and at most 10 minutes ahead of the server", t
    if type(quality) is not int or quality not in QUALITIES:
        return "q", "quality", f"one of {sorted(QUALITIES)}", quality
    if status is not None and (not isinstance(status, str) or text_problem(status)):
        return "qs", "status", "null or a text of at most 256 characters without control characters", status
    return _value_fault(value, quality)


def _value_fault(value: object, quality: int) -> tuple[str, str, str, object] | None:
    if value is None:
        return None if quality in NULL_QUALITIES else ("v", "null", "null only where q is 0 or 500", value)
    if isinstance(value, str):
        problem = text_problem(value)
        return ("v", "text", problem, value) if problem else None
    if not isinstance(value, int | float):
        return "v", "type", "a number, a text, a boolean or null", value
    return None if _is_finite(value) else ("v", "finite", "a number is finite", value)


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # an integer beyond the doubles
        return False


def escaped(name: str) -> str:
    """Escape a name as a part of a JSON pointer (RFC 6901), cut to what a listing shows."""
    return excerpt_of(name).replace("~", "~0").replace("/", "~1")


def read_all(series: Sequence[object], latest_ms: int) -> tuple[list[Columns], list[Fault]]:
    """Read every decoded series of a message."""
    columns, faults = list[Columns](), list[Fault]()
    for index, each in enumerate(series):
        part, broken = read_series(each, f"/series/{index}", latest_ms)
        columns += [part] if part is not None else []
        faults += broken
    return columns, faults
