"""The next value by several simple forecasters, weighted by how well each did lately."""

from array import array

from makoto.analytics.anomaly.season import Season

_FAST, _MIDDLE, _SEASONAL = 0.4, 0.1, 0.3
_SETTLED = 50.0
_LEAST = 1e-3


class Forecast:
    """The last value, two exponential means, and day and week carried along at the latest distance from them."""

    __slots__ = ("count", "day", "fast", "last", "middle", "misses", "step", "week")

    def __init__(self) -> None:
        self.last = self.fast = self.middle = self.day = self.week = 0.0
        self.step = self.count = 0.0
        self.misses = array("f", [1e-12] * 5)

    def take(self, value: float, season: Season, is_after_gap: bool) -> float:
        """Say how far the value is from what was forecast, then learn it."""
        errors = (
            value - self.last,
            value - self.fast,
            value - self.middle,
            season.from_day - self.day,
            season.from_week - self.week,
        )
        error = self._weigh(errors)
        self.step = errors[0]
        self.last = value
        self.fast = value if is_after_gap else self.fast + _FAST * errors[1]
        self.middle += _MIDDLE * errors[2]
        self.day += _SEASONAL * errors[3]
        self.week += _SEASONAL * errors[4]
        return error

    def _weigh(self, errors: tuple[float, ...]) -> float:
        self.count += 1.0
        pace = 0.01 if self.count > 100.0 else 1.0 / self.count
        is_settled = self.count > _SETTLED
        misses = self.misses
        least = _LEAST * sum(misses) + 1e-60
        total = mixed = 0.0
        for place, error in enumerate(errors):
            miss = misses[place]
            weight = 1.0 / (miss + least) ** 3
            total += weight
            mixed += weight * error
            size = error if error >= 0.0 else -error
            if is_settled and size > 6.0 * miss:
                size = 6.0 * miss
            misses[place] = miss + pace * (size - miss)
        return mixed / total
