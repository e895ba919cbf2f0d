"""The ways a reading can be strange, each judged against its own past."""

from math import log

from makoto.analytics.anomaly.forecast import Forecast
from makoto.analytics.anomaly.rhythm import Cycle, Stillness
from makoto.analytics.anomaly.season import Season
from makoto.analytics.anomaly.signed import Signed
from makoto.analytics.anomaly.tail import Tail
from makoto.analytics.anomaly.territory import Territory

CAUSES = (
    "a jump from what was forecast",
    "a level unusual for minutes",
    "a level unusual for long",
    "a value unusual at this time",
    "an unusual restlessness or calm",
    "many small surprises in a row",
    "an unusual time above or below the level",
    "a value that does not move",
    "a value where none has been",
)

_SHORT, _LONG, _BUSY = 0.2, 0.03, 0.12
_USUAL_BUSY = 0.003
_LIKELY = 0.07
_CAPPED = 4.0
_SMOOTH, _ROUGH = 0.125, 0.25
"""What a further reading of one event weighs: where a mean is judged, one event lasts for many readings."""

_QUIETER = 0.75
"""Rhythm and place are sharp, and wrong more often than the rest when they are the only ones to speak."""


class Views:
    """One surprise for each of CAUSES."""

    __slots__ = (
        "busy",
        "calm",
        "count",
        "cycle",
        "jump",
        "likely",
        "long",
        "long_mean",
        "restless",
        "row",
        "short",
        "short_mean",
        "still",
        "territory",
        "value",
    )

    def __init__(self) -> None:
        self.jump, self.short, self.long = Signed(0.01), Signed(0.003, _SMOOTH), Signed(0.002, _SMOOTH)
        self.value, self.restless = Signed(0.001, _ROUGH), Signed(0.003, _SMOOTH)
        self.cycle, self.still = Cycle(), Stillness()
        self.territory = Territory()
        self.row = Tail(0.0, 0.1, degrees=2.0)
        self.short_mean = self.long_mean = 0.0
        self.busy = self.calm = self.likely = self.count = 0.0

    def take(self, error: float, season: Season, forecast: Forecast, is_after_gap: bool) -> tuple[float, ...]:
        """Judge one reading in every way."""
        self.count += 1.0
        jump = 0.0 if is_after_gap else self.jump.take(error)
        deviation = season.deviation
        if season.rescaled != 1.0:
            self._rescale(season.rescaled)
        self.short_mean += _SHORT * (deviation - self.short_mean)
        self.long_mean += _LONG * (deviation - self.long_mean)
        self.likely += _LIKELY * ((jump if jump < _CAPPED else _CAPPED) - self.likely)
        return (
            jump,
            self.short.take(self.short_mean),
            self.long.take(self.long_mean),
            self.value.take(deviation),
            self._restlessness(forecast.step),
            self.row.take(log(self.likely + 0.05) + 1.0, 1.0),
            _QUIETER * self.cycle.take(season.offset, season.flat),
            _QUIETER * self.still.take(forecast.step),
            _QUIETER * self.territory.take(forecast.last, season),
        )

    def _rescale(self, ratio: float) -> None:
        """Another season is followed: deviations are of another size from here on."""
        for view in (self.short, self.long, self.value):
            view.scale *= ratio
        self.short_mean = self.long_mean = 0.0

    def _restlessness(self, step: float) -> float:
        size = abs(step)
        self.busy += _BUSY * (size - self.busy)
        calm, count = self.calm, self.count
        pace = _USUAL_BUSY if count * _USUAL_BUSY > 1.0 else 1.0 / count
        most = 8.0 * calm
        self.calm = calm + pace * ((size if size < most or count < 30.0 else most) - calm)
        if self.calm <= 0.0:
            return 0.0
        return self.restless.take(log((self.busy + 0.02 * self.calm) / (1.02 * self.calm)))
