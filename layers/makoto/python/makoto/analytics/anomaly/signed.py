"""A deviation up or down, measured in its own usual size: rises and falls are judged apart."""

from math import exp, log

from makoto.analytics.anomaly.tail import Tail

_LOW, _WIDTH = -1.0, 0.2
_MOST = 1e12
_CLIPPED = 4.0
_DAMPED, _DAMPING = 2.0, 0.5
_SETTLED = 30.0
_STARTLED = 12.0
"""The surprise of the first change of what never changed."""

_NEGLIGIBLE = 0.05
_FADING = 0.99
_REPEATED = 0.5
_RUN = 2.0
"""From this size on a deviation is great."""


class Signed:
    """Turn a deviation into a surprise.

    `pace` is how fast its usual size is learnt; of a run of great deviations all but the greatest weigh `repeated`.
    """

    __slots__ = ("count", "down", "pace", "peak", "repeated", "scale", "up")

    def __init__(self, pace: float, repeated: float = _REPEATED) -> None:
        self.pace = pace
        self.repeated = repeated
        self.scale = 0.0
        self.count = 0.0
        self.peak = 0.0
        self.up = Tail(_LOW, _WIDTH)
        self.down = Tail(_LOW, _WIDTH)

    def take(self, deviation: float) -> float:
        """Say how surprising a deviation is, then learn it."""
        self.count += 1.0
        scale = self.scale
        if scale <= 0.0:
            return self._first(deviation)
        size = deviation / scale if deviation >= 0.0 else -deviation / scale
        if size > _MOST:
            size = _MOST
        pace = self.pace
        if self.count * pace < 1.0:
            pace = 1.0 / self.count
        self.scale = max(scale + pace * scale * ((size if size < _CLIPPED else _DAMPED * size**_DAMPING) - 1.0), 1e-300)
        if size <= _NEGLIGIBLE:
            self.up.total += 1.0
            self.down.total += 1.0
            return 0.0
        weight = self._weight(size)
        one, other = (self.up, self.down) if deviation >= 0.0 else (self.down, self.up)
        other.total += weight
        return one.take(log(size), weight)

    def ask(self, deviation: float) -> float:
        """Say how surprising a deviation would be."""
        if self.scale <= 0.0 or deviation == 0.0:
            return 0.0
        return (self.up if deviation > 0.0 else self.down).ask(
            log(min(abs(deviation) / self.scale, _MOST) + _NEGLIGIBLE)
        )

    def limits(self, surprise: float) -> tuple[float, float]:
        """Say how far down and up a deviation of this surprise would be."""
        return self.scale * exp(self.down.size_at(surprise)), self.scale * exp(self.up.size_at(surprise))

    def _weight(self, size: float) -> float:
        peak = self.peak
        faded = peak * _FADING
        self.peak = size if size > faded else faded
        return self.repeated if _RUN < size < peak and self.count > _SETTLED else 1.0

    def _first(self, deviation: float) -> float:
        if deviation == 0.0:
            self.up.total += 1.0
            self.down.total += 1.0
            return 0.0
        self.scale = max(abs(deviation) / min(self.count, 200.0) ** 0.5, 1e-300)
        return _STARTLED if self.count > _SETTLED else 0.0
