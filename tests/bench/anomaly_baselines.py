"""Plain detectors to be better than, measured in the same run."""

import random
from collections import deque
from math import erfc, sqrt

Value = float
_LEAST = 30


class Null:
    """Never speaks."""

    def __call__(self, at: object, value: Value) -> float:
        return 0.0


class WindowedGaussian:
    """The normal tail of the last 500 readings."""

    def __init__(self, length: int = 500) -> None:
        self.window: deque[float] = deque(maxlen=length)
        self.total = self.squares = 0.0

    def __call__(self, at: object, value: Value) -> float:
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

    def __call__(self, at: object, value: Value) -> float:
        self.count += 1
        pace = max(self.pace, 1 / self.count)
        error = value - self.mean
        size = abs(error) / sqrt(self.variance + 1e-12) if self.count > _LEAST else 0.0
        self.mean += pace * error
        self.variance = (1 - pace) * (self.variance + pace * error * error)
        return 1 - 2 ** (-size / 6)


class RandomCutForest:
    """Random cut trees over shingles, rebuilt from a reservoir now and then; the score is by depth."""

    def __init__(self, trees: int = 20, sample: int = 128, shingle: int = 8, renewed: int = 128) -> None:
        self.random = random.Random(11)
        self.recent: deque[float] = deque(maxlen=shingle)
        self.reservoir: list[tuple[float, ...]] = []
        self.trees: list[object] = [None] * trees
        self.sample, self.renewed, self.count = sample, renewed, 0

    def __call__(self, at: object, value: Value) -> float:
        self.recent.append(value)
        if len(self.recent) < (self.recent.maxlen or 0):
            return 0.0
        point = tuple(self.recent)
        self.count += 1
        score = 0.0
        if self.count > self.sample:
            depths = [self._depth(tree, point) for tree in self.trees]
            score = 2 ** (-sum(depths) / len(depths) / 5.0)
        self._keep(point)
        if self.count % self.renewed == 0:
            half = max(len(self.reservoir) * 3 // 4, 1)
            self.trees = [self._tree(self.random.sample(self.reservoir, half)) for _ in self.trees]
        return score

    def _keep(self, point: tuple[float, ...]) -> None:
        if len(self.reservoir) < 2 * self.sample:
            self.reservoir.append(point)
        else:
            self.reservoir[self.random.randrange(len(self.reservoir))] = point

    def _tree(self, points: list[tuple[float, ...]]) -> object:
        low = [min(column) for column in zip(*points, strict=True)]
        high = [max(column) for column in zip(*points, strict=True)]
        spans = [top - bottom for top, bottom in zip(high, low, strict=True)]
        if len(points) <= 1 or sum(spans) <= 0:
            return None
        side = self.random.choices(range(len(spans)), spans)[0]
        cut = self.random.uniform(low[side], high[side])
        left = [point for point in points if point[side] <= cut]
        right = [point for point in points if point[side] > cut]
        if not left or not right:
            return None
        return low, high, side, cut, self._tree(left), self._tree(right)

    def _depth(self, tree: object, point: tuple[float, ...]) -> float:
        depth = 0.0
        while isinstance(tree, tuple):
            low, high, side, cut, left, right = tree
            inside = sum(top - bottom for top, bottom in zip(high, low, strict=True))
            beyond = sum(max(bottom - one, one - top, 0.0) for one, bottom, top in zip(point, low, high, strict=True))
            depth += inside / (inside + beyond)
            if beyond > inside:
                break
            tree = left if point[side] <= cut else right
        return depth
