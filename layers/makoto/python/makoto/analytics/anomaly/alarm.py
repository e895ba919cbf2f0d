"""From surprise to score: more history asks for rarer events, and what goes on is not told again."""

from math import exp, log

THRESHOLD = 0.5
"""A score from here on is an anomaly: one threshold for every stream."""

_NEEDED = 9.4
_GROWTH = 0.5
"""The longer the history, the rarer an alarm: alarms come about as the square root of the readings."""

_HALF = log(2.0)
_LEAST, _MEMORY = 40.0, 20_000.0
_FADING = 0.997
_NOTICED, _GREATER, _REPEATED = 0.7, 1.15, 0.3
"""A surprise that was noticed must be exceeded by so much, or its repetition is told so quietly."""

_TIRING, _RECOVERY = 0.05, 0.999
"""Each alarm asks more of those that follow, for about a thousand readings."""


def graded(relative: float) -> float:
    """Grade a surprise relative to the one needed: 1 gives the threshold, 0 nothing, infinitely much 1."""
    return 1.0 - exp(-_HALF * relative)


class Alarm:
    """Remembers the greatest recent surprise, which a further alarm must exceed."""

    __slots__ = ("count", "peak", "tired")

    def __init__(self) -> None:
        self.count = 0.0
        self.peak = 0.0
        self.tired = 0.0

    @property
    def needed(self) -> float:
        """The surprise (negative logarithm of a probability) whose score is the threshold."""
        return _NEEDED + _GROWTH * log((min(self.count, _MEMORY) + 50.0) / 1000.0)

    def score(self, surprise: float) -> float:
        """Grade a surprise from 0 to 1."""
        self.count += 1.0
        self.tired *= _RECOVERY
        relative = surprise / (self.needed * (1.0 + self.tired))
        peak = self.peak
        faded = _FADING * peak
        if peak < _NOTICED or relative > peak * _GREATER:
            self.peak = relative if relative > faded else faded
            if relative >= 1.0:
                self.tired += _TIRING
        else:
            least = relative if relative < peak else peak
            self.peak = least if least > faded else faded
            share = relative / peak
            relative *= _REPEATED * (share * share if share < 1.0 else 1.0)
        return graded(relative) if self.count > _LEAST else 0.0
