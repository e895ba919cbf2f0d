"""One metric: readings in, scores out, one after another."""

from dataclasses import dataclass
from math import isfinite, nan

from makoto.analytics.anomaly.alarm import Alarm
from makoto.analytics.anomaly.clock import Cadence, Timestamp, seconds_of
from makoto.analytics.anomaly.forecast import Forecast
from makoto.analytics.anomaly.packing import packed, restored
from makoto.analytics.anomaly.season import Season
from makoto.analytics.anomaly.views import CAUSES, Views

_LEAST, _MOST = 1e-30, 1e30
"""Values are held to what single floats can hold."""

_SHARED = 0.15
"""How much the lesser surprises add to the greatest."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the last reading has its score: it was `expected`, and between `low` and `high` it would hardly surprise."""

    score: float
    expected: float
    low: float
    high: float
    cause: str


class Detector:
    """Scores each reading of one metric by those before it; its size does not grow."""

    __slots__ = ("alarm", "cadence", "cause", "error", "forecast", "latest", "origin", "season", "seen", "views")

    def __init__(self) -> None:
        self.cadence = Cadence()
        self.season = Season()
        self.forecast = Forecast()
        self.views = Views()
        self.alarm = Alarm()
        self.seen = self.origin = self.error = self.latest = 0.0
        self.cause = -1.0

    def __call__(self, timestamp: Timestamp, value: float | None) -> float:
        """Score a reading: 0 is usual, from THRESHOLD on it is an anomaly. A missing or infinite value scores 0."""
        surprise = self.surprise(timestamp, value)
        self.latest = self.alarm.score(surprise) if surprise >= 0.0 else 0.0
        return self.latest

    def surprise(self, timestamp: Timestamp, value: float | None) -> float:
        """Learn a reading and say how surprising it was, before repetition is discounted; negative if it is missing."""
        at = seconds_of(timestamp)
        self.cause = -1.0
        if value is None or not isfinite(value):
            return -1.0
        number = max(min(float(value), _MOST), -_MOST)
        if self.seen == 0.0:
            self.origin, self.seen, self.cadence.at = number, 1.0, at
            return 0.0
        self.seen = 1.0
        is_after_gap = self.cadence.tick(at)
        number = max(min(number - self.origin, _MOST), -_MOST)
        number = number if abs(number) > _LEAST else 0.0
        self.season.take(at, number, self.cadence.step)
        self.error = self.forecast.take(number, self.season, is_after_gap)
        return self._combined(self.views.take(self.error, self.season, self.forecast, is_after_gap))

    def explain(self) -> Explanation:
        """Say what was expected of the last reading, and why it has its score."""
        if self.seen == 0.0:
            return Explanation(0.0, nan, nan, nan, "nothing was read yet")
        expected = self.origin + self.forecast.last - self.error
        below, above = self.views.jump.limits(self.alarm.needed)
        cause = CAUSES[int(self.cause)] if self.cause >= 0.0 else "no value"
        return Explanation(self.latest, expected, expected - below, expected + above, cause)

    def to_text(self) -> str:
        """Write everything that the next score depends on."""
        return packed(self)

    @classmethod
    def from_text(cls, text: str) -> "Detector":
        """Go on where `to_text` was called, with the very same scores."""
        one = cls()
        restored(one, text)
        return one

    def _combined(self, surprises: tuple[float, ...]) -> float:
        greatest = max(surprises)
        self.cause = float(surprises.index(greatest))
        return greatest + _SHARED * (sum(surprises) - greatest)


def detector() -> Detector:
    """Begin a detector of one metric."""
    return Detector()
