"""Plain detectors to be better than, measured in the same run."""

import random
from collections import deque
from collections.abc import Sequence
from math import erfc, sqrt

_LEAST = 30


def told_once(scores: Sequence[float], pause: int = 50) -> list[float]:
    """Keep a score only if it is greater than all of the last 50, so that plain detectors repeat themselves less."""
    return [
        score if score > max(scores[max(at - pause, 0) : at], default=0.0) else 0.0 for at, score in enumerate(scores)
    ]


class WindowedGaussian:
    """The normal tail of the last 500 readings."""

    def __init__(self, length: int = 500) -> None:
        self.window: deque[float] = deque(maxlen=length)
        self.total = self.squares = 0.0

    def __call__(self, at: object, value: float) -> float:
        score = 0.0
        count = len(self.window)
        if count >= _LEAST:
            mean = self.total / count
            deviation = sqrt(max(self.squares / count - mean * mean, 1e-12))
            score = 1 - erfc(abs(value - mean) / deviation / sqrt(2))
        if count == self.window.maxlen:
            oldest = self.window[0]
            self.total -= oldest
            self.squares -= oldest * oldest
        self.window.append(value)
        self.total += value
        self.squares += value * value
        return score


class ExponentialZ:
    """Deviations from an exponential mean in exponential standard deviations."""

    def __init__(self, pace: float = 0.02) -> None:
        self.pace = pace
        self.mean = self.variance = 0.0
        self.count = 0

    def __call__(self, at: object, value: float) -> float:
        self.count += 1
        pace = max(self.pace, 1 / self.count)
        error = value - self.mean
        size = abs(error) / sqrt(self.variance + 1e-12) if self.count > _LEAST else 0.0
        self.mean += pace * error
        self.variance = (1 - pace) * (self.variance + pace * error * error)
        return 1 - 2 ** (-size / 6)


class HalfSpaceTrees:
    """Streaming half-space trees (Tan, Ting and Liu, 2011) over four readings within the range seen so far."""

    def __init__(self, trees: int = 15, depth: int = 7, window: int = 250, shingle: int = 4) -> None:
        draw = random.Random(11)
        size = 2**depth
        self.sides = [[draw.randrange(shingle) for _ in range(size)] for _ in range(trees)]
        self.cuts = [[0.0] * size for _ in range(trees)]
        self.counted = [[0] * 2 * size for _ in range(trees)]
        self.known = [[0] * 2 * size for _ in range(trees)]
        self.recent: deque[float] = deque(maxlen=shingle)
        self.depth, self.window, self.count = depth, window, 0
        self.low = self.high = 0.0
        for sides, cuts in zip(self.sides, self.cuts, strict=True):
            _cut(draw, sides, cuts, 1, [(-0.2 * draw.random(), 1 + 0.2 * draw.random()) for _ in range(shingle)])

    def __call__(self, at: object, value: float) -> float:
        self.low, self.high = (min(self.low, value), max(self.high, value)) if self.count else (value, value)
        span = self.high - self.low or 1.0
        self.recent.append(value)
        self.count += 1
        if len(self.recent) < (self.recent.maxlen or 0):
            return 0.0
        point = [(each - self.low) / span for each in self.recent]
        mass = sum(self._mass(tree, point) for tree in range(len(self.sides)))
        if self.count % self.window == 0:
            self.known, self.counted = self.counted, [[0] * len(each) for each in self.counted]
        return 1 / (1 + mass / len(self.sides)) if self.count > self.window else 0.0

    def _mass(self, tree: int, point: list[float]) -> float:
        sides, cuts, counted, known = self.sides[tree], self.cuts[tree], self.counted[tree], self.known[tree]
        node, mass = 1, 0.0
        for level in range(self.depth):
            counted[node] += 1
            mass = (known[node] + 0.5) * 2.0**level
            if known[node] <= 3:
                break
            node = 2 * node + (point[sides[node]] > cuts[node])
        return mass


def _cut(draw: random.Random, sides: list[int], cuts: list[float], node: int, box: list[tuple[float, float]]) -> None:
    if node >= len(sides):
        return
    low, high = box[sides[node]]
    cuts[node] = (low + high) / 2
    for child, part in ((2 * node, (low, cuts[node])), (2 * node + 1, (cuts[node], high))):
        smaller = list(box)
        smaller[sides[node]] = part
        _cut(draw, sides, cuts, child, smaller)
