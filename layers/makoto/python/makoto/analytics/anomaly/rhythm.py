"""How long the signal stays above or below its level, and how long it does not move at all."""

from math import log

from makoto.analytics.anomaly.signed import Signed
from makoto.analytics.anomaly.tail import Tail

_HYSTERESIS = 0.5
_LEARNING = 0.03
_FEWEST = 8.0
_CHANGES = 30.0


class Stays:
    """How long the signal usually stays on one side."""

    __slots__ = ("count", "usual", "view")

    def __init__(self) -> None:
        self.count = self.usual = 0.0
        self.view = Signed(0.03)

    def ask(self, elapsed: float) -> float:
        late = log(elapsed) - self.usual
        return self.view.ask(late) if late > 0.0 and self.count > _FEWEST else 0.0

    def take(self, elapsed: float) -> float:
        self.count += 1.0
        difference = log(elapsed) - self.usual
        self.usual += max(_LEARNING, 1.0 / self.count) * difference
        surprise = self.view.take(difference)
        return surprise if self.count > _FEWEST else 0.0


class Cycle:
    """The time on each side of the level, too short or too long, judged while it is still going on."""

    __slots__ = ("above", "below", "elapsed", "side")

    def __init__(self) -> None:
        self.side = 1.0
        self.elapsed = 0.0
        self.above, self.below = Stays(), Stays()

    def take(self, flat: float, size: float) -> float:
        """Take the distance from the level, and its usual size."""
        self.elapsed += 1.0
        stays = self.above if self.side > 0.0 else self.below
        if flat * self.side > -_HYSTERESIS * size:
            return stays.ask(self.elapsed)
        surprise = stays.take(self.elapsed)
        self.side = -self.side
        self.elapsed = 0.0
        return surprise


class Stillness:
    """How many readings the same value is repeated, judged while it is."""

    __slots__ = ("changes", "length", "runs")

    def __init__(self) -> None:
        self.length = self.changes = 0.0
        self.runs = Tail(-0.5, 0.2)

    def take(self, step: float) -> float:
        """Take the difference from the last value."""
        if step == 0.0:
            self.length += 1.0
            return self.runs.ask(log(1.0 + self.length)) if self.changes > _CHANGES else 0.0
        self.runs.take(log(1.0 + self.length), 1.0)
        self.changes += 1.0
        self.length = 0.0
        return 0.0
