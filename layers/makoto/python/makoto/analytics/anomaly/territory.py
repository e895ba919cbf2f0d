"""Where values have been before: a histogram in a fixed frame, fine near the level and coarse far away."""

from array import array
from math import asinh, log

from makoto.analytics.anomaly.season import Season
from makoto.analytics.anomaly.tail import Tail

_BINS = 64
_WIDTH = 0.15
_FRAMED = (50.0, 400.0)
"""The frame is set twice: early on, and once a day or so has been seen."""

_MEMORY = 8000.0
_FADES = 1000.0
_RARE = 3.5
_REPEATED = 0.125


class Territory:
    """The surprise of values where hardly any value was, be it outside of all or between the usual ones."""

    __slots__ = ("centre", "count", "rarity", "scale", "total", "view", "visits")

    def __init__(self) -> None:
        self.centre = self.scale = self.count = self.total = self.rarity = 0.0
        self.visits = array("f", bytes(4 * _BINS))
        self.view = Tail(0.5, 0.3, degrees=1.0)

    def take(self, value: float, season: Season) -> float:
        """Say how surprising it is to be here, then remember it."""
        self.count += 1.0
        if self.count in _FRAMED:
            self._frame(season)
        if self.scale <= 0.0:
            return 0.0
        place = int(_BINS / 2 + asinh((value - self.centre) / self.scale) / _WIDTH)
        place = 1 if place < 1 else _BINS - 2 if place > _BINS - 2 else place
        visits = self.visits
        near = visits[place - 1] + visits[place] + visits[place + 1]
        visits[place] += 1.0
        self.total += 1.0
        if self.total >= _MEMORY:
            self._fade()
        rarity = log((self.total + 1.0) / (near + 0.5))
        goes_on = rarity > _RARE and self.rarity > _RARE
        self.rarity = rarity
        return self.view.take(rarity, _REPEATED if goes_on else 1.0)

    def _frame(self, season: Season) -> None:
        self.centre, self.scale, self.total = season.level, season.flat, 0.0
        self.visits = array("f", bytes(4 * _BINS))

    def _fade(self) -> None:
        keep = 1.0 - _FADES / _MEMORY
        self.visits = array("f", [keep * each for each in self.visits])
        self.total *= keep
