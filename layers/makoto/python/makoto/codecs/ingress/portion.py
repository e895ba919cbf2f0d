"""What a codec read of a piece of a foreign stream: readings, conditions, what was refused and what was odd."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TypeAlias

import numpy as np

from makoto.codecs.telemetry.columns import BAD, GOOD, Columns
from makoto.codecs.telemetry.rules import EARLIEST_MS, MOST_AHEAD_MS, Fault, excerpt_of, name_problem, text_problem

Scalar: TypeAlias = float | bool | str | None

MAX_FAULTS = 200
"""As many faults of one piece are told in full; all are counted."""


@dataclass(frozen=True, slots=True)
class Point:
    """One reading: `t` in ms UTC, by the clock that said so; a value is null only where its quality is not good."""

    metric: str
    t: int
    value: Scalar
    quality: int = GOOD
    status: str = ""
    clock: str = "source"
    is_historical: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """An alarm state of the source, from `t` (ms UTC) on; severity 1 (information) to 4 (critical)."""

    id: str
    t: int
    is_active: bool
    severity: int
    text: str


@dataclass(slots=True)
class Portion:
    """Everything that one piece of a stream said.

    `counts` tells of what is odd and kept (`stepped_back`, `same_time`, `unavailable`, …) and of what was refused, by
    rule. `wants_rebirth` asks the source to say again what it is. `is_dead` says that the source is gone.
    """

    points: list[Point] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    wants_rebirth: bool = False
    is_dead: bool = False

    def refuse(self, pointer: str, rule: str, detail: str, excerpt: object = "") -> None:
        """Report what cannot be kept."""
        self.counts[rule] += 1
        self.counts["refused"] += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(pointer, rule, detail, excerpt_of(excerpt)))

    def keep(self, point: Point, pointer: str, received_at_ms: int) -> bool:
        """Take a reading, or report the rule that it breaks; tell whether it was taken."""
        if problem := _problem(point, received_at_ms):
            self.refuse(pointer, *problem, excerpt=point.metric)
            return False
        self.points.append(point)
        return True


@dataclass(slots=True)
class Order:
    """The newest time of each metric: tells which readings step back or share their time with the one before."""

    newest: dict[str, int] = field(default_factory=dict)

    def note(self, metric: str, t: int, portion: Portion) -> None:
        """Count what is not later than what was said before; it is kept all the same."""
        before = self.newest.get(metric)
        if before is not None and t <= before:
            portion.counts["same_time" if t == before else "stepped_back"] += 1
        if before is None or t > before:
            self.newest[metric] = t


def columns_of(points: Sequence[Point]) -> Columns:
    """Put readings into columns, a series a metric and clock, each in the order in which it was said."""
    series: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        series.setdefault((point.metric, point.clock), []).append(point)
    ordered = [point for each in series.values() for point in each]
    numbers = [_number(point.value) for point in ordered]
    qualities = [point.quality for point in ordered]
    return Columns(
        [metric for metric, _ in series],
        [clock for _, clock in series],
        [len(each) for each in series.values()],
        np.array([point.t for point in ordered], np.int64),
        np.array(numbers, np.float64),
        None if all(each == GOOD for each in qualities) else np.array(qualities, np.uint16),
        {at: text for at, point in enumerate(ordered) if (text := _text(point.value)) is not None},
        {at: point.status for at, point in enumerate(ordered) if point.status},
    )


def unavailable(metric: str, t: int, word: str, clock: str = "source") -> Point:
    """A reading that the source says it does not have."""
    return Point(metric, t, None, BAD, word, clock)


def _problem(point: Point, received_at_ms: int) -> tuple[str, str] | None:
    if name := name_problem(point.metric):
        return "name", name
    if not EARLIEST_MS <= point.t <= received_at_ms + MOST_AHEAD_MS:
        return "time", "a time lies between the year 2000 and ten minutes ahead"
    value = point.value
    if isinstance(value, float) and not isfinite(value):
        return "not_finite", "a value is a finite number"
    if isinstance(value, str) and (text := text_problem(value)):
        return "text", text
    if value is None and point.quality == GOOD:
        return "null", "only a value of bad quality is null"
    return None


def _number(value: Scalar) -> float:
    return float("nan") if value is None or isinstance(value, str) else float(value)


def _text(value: Scalar) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
