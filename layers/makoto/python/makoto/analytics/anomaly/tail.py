"""How rare a size is among all so far: a histogram of its logarithm with a power-law tail beyond what was seen."""

from array import array
from itertools import pairwise
from math import exp, log

BINS = 32
_RENEWED = 64
_PRIOR = 50.0
"""What is believed before the first reading: this many readings of a Student t distribution, heavy-tailed."""

_ANCHOR = 3.0
"""Beyond the size that so many readings exceeded, the tail is extrapolated (peaks over threshold, Pickands 1975)."""

_REACH = 6.0
_FLATTEST, _STEEPEST = 1.0, 16.0
"""Bounds of the tail's exponent: Cauchy, and all but normal."""

_QUANTUM = 256.0


class Tail:
    """Surprise, the negative logarithm of the probability to exceed a size, for sizes of either light or heavy tails.

    `low` is the logarithm of the least size told apart, `width` of a bin. At most `memory` readings weigh; older ones
    fade.
    """

    __slots__ = ("counts", "fresh", "low", "memory", "surprises", "total", "width")

    def __init__(self, low: float, width: float, memory: float = 6000.0, *, degrees: float = 4.0) -> None:
        self.low = low
        self.width = width
        self.memory = memory
        self.total = _PRIOR
        self.fresh = 0.0
        self.counts = array("f", _prior(low, width, degrees))
        self.surprises = array("f", bytes(4 * (BINS + 1)))
        self._renew()

    def take(self, size: float, weight: float) -> float:
        """Say how surprising a size (a logarithm) is, then count it; weights are multiples of 1/256."""
        self.total += weight
        self.fresh += 1.0
        place = (size - self.low) / self.width
        table = self.surprises
        if place < 0.0:
            self.counts[0] += weight
            surprise = 0.0
        elif place >= BINS:
            self.counts[-1] += weight
            surprise = table[-1] + (table[-1] - table[-2]) * (place - BINS)
        else:
            index = int(place)
            self.counts[index] += weight
            surprise = table[index] + (table[index + 1] - table[index]) * (place - index)
        if self.fresh >= _RENEWED:
            self._renew()
        return surprise

    def ask(self, size: float) -> float:
        """Say how surprising a size would be."""
        place = (size - self.low) / self.width
        table = self.surprises
        if place < 0.0:
            return 0.0
        if place >= BINS:
            return table[-1] + (table[-1] - table[-2]) * (place - BINS)
        index = int(place)
        return table[index] + (table[index + 1] - table[index]) * (place - index)

    def size_at(self, surprise: float) -> float:
        """Say which size (a logarithm) has this surprise."""
        table = self.surprises
        index = next((each for each in range(BINS) if table[each + 1] > surprise), BINS - 1)
        share = (surprise - table[index]) / max(table[index + 1] - table[index], 1e-9)
        return self.low + self.width * (index + max(share, 0.0))

    def _renew(self) -> None:
        self.fresh = 0.0
        if self.total > self.memory:
            self._fade(0.97 * self.memory / self.total)
        above = _above(self.counts)
        anchor = _outermost(above, _ANCHOR, BINS - 1)
        inner = _outermost(above, min(_REACH * above[anchor], self.total / 2), anchor - 1)
        known = [log((self.total + 1.0) / (each + 0.5)) for each in above[: anchor + 1]]
        slope = (known[anchor] - known[inner]) / max(anchor - inner, 1)
        slope = min(max(slope, _FLATTEST * self.width), _STEEPEST * self.width)
        beyond = [known[anchor] + slope * step for step in range(1, BINS + 1 - anchor)]
        self.surprises = array("f", known + beyond)

    def _fade(self, keep: float) -> None:
        self.counts = array("f", [int(each * keep * _QUANTUM) / _QUANTUM for each in self.counts])
        self.total *= keep


def _above(counts: "array[float]") -> list[float]:
    above: list[float] = []
    total = 0.0
    for count in reversed(counts):
        total += count
        above.append(total)
    return above[::-1]


def _outermost(above: list[float], least: float, begin: int) -> int:
    place = max(begin, 0)
    while place > 0 and above[place] < least:
        place -= 1
    return place


def _prior(low: float, width: float, degrees: float) -> list[float]:
    edges = [0.5 * (1.0 + exp(2.0 * (low + width * edge)) / degrees) ** (-degrees / 2) for edge in range(1, BINS)]
    outside = [1.0, *edges, 0.0]
    shares = [one - other for one, other in pairwise(outside)]
    return [int(_PRIOR * share * _QUANTUM) / _QUANTUM for share in shares]
