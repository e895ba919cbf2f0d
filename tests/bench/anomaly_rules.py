"""How detections are scored: labelled windows, early is better, false alarms cost (after Lavin and Ahmad, 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from tests.bench.anomaly_streams import Stream

HIT, MISS, FALSE = 1.0, 1.0, 0.11
"""The standard profile."""


@dataclass(frozen=True, slots=True)
class Tally:
    """`raw` lies between minus the windows (the null detector) and the windows (the perfect one)."""

    raw: float
    windows: int
    found: int
    false: int

    def __add__(self, other: "Tally") -> "Tally":
        both = (self.raw + other.raw, self.windows + other.windows, self.found + other.found, self.false + other.false)
        return Tally(*both)

    @property
    def normalised(self) -> float:
        """0 is a detector that never speaks, 100 one that speaks at the beginning of each window only."""
        return 100 * (self.raw + MISS * self.windows) / ((HIT + MISS) * self.windows) if self.windows else 0.0


def sigmoid(place: float) -> float:
    """-1 is the left end of a window, 0 its right end."""
    return 2 / (1 + exp(5 * place)) - 1 if place < 3 else -1.0


def tally(stream: Stream, scores: Sequence[float], threshold: float) -> Tally:
    """Count each window's first detection and every false alarm after the probation."""
    raw, found, false = 0.0, 0, 0
    seen: set[int] = set()
    windows = [window for window in stream.windows if window[1] >= stream.probation]
    alarms = [at for at, score in enumerate(scores) if score >= threshold and at >= stream.probation]
    for at in alarms:
        inside = next((window for window in windows if window[0] <= at <= window[1]), None)
        if inside is None:
            raw += FALSE * _cost(at, windows)
            false += 1
        elif inside[0] not in seen:
            seen.add(inside[0])
            found += 1
            raw += HIT * sigmoid(-(inside[1] - at + 1) / (inside[1] - inside[0] + 1)) / sigmoid(-1)
    return Tally(raw - MISS * (len(windows) - found), len(windows), found, false)


def _cost(at: int, windows: list[tuple[int, int]]) -> float:
    """Soon after a window a false alarm costs less."""
    before = [window for window in windows if window[1] < at]
    if not before:
        return -1.0
    begin, end = before[-1]
    return sigmoid((at - end) / max(end - begin, 1))
