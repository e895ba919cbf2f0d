"""What is usual at a time of the day and of the week, learnt as offsets to a slow level; used only where it helps."""

from array import array
from math import inf

from makoto.analytics.anomaly.clock import DAY_S, WEEK_S

_DAY_BINS, _WEEK_BINS = 96, 168
_HELPS = 0.85
_VISITS = 2.0
_SETTLED = 50.0
_SLOW = 0.002


class Profile:
    """The mean offset in each part of a cycle."""

    __slots__ = ("bins", "last", "length_s", "means", "slowest", "visits")

    def __init__(self, bins: int, length_s: float, slowest: float) -> None:
        self.bins = float(bins)
        self.length_s = length_s
        self.slowest = slowest
        self.last = -1.0
        self.means = array("f", bytes(4 * bins))
        self.visits = array("f", bytes(4 * bins))

    def place(self, at: float) -> int:
        return int(at % self.length_s * self.bins / self.length_s)

    def learn(self, place: int, offset: float, limit: float, step_s: float) -> None:
        """Take an offset, clipped to `limit` from what is known; several readings in one visit share its weight."""
        visits, mean = self.visits[place], self.means[place]
        if self.last != place:
            self.last = float(place)
            visits += 1.0
            self.visits[place] = visits
            if visits == 1.0:
                mean = offset
        error = offset - mean
        error = limit if error > limit else -limit if error < -limit else error
        share = 1.5 * step_s * self.bins / self.length_s
        pace = 0.5 / visits if 0.5 / visits > self.slowest else self.slowest
        self.means[place] = mean + error * pace * (share if share < 1.0 else 1.0)


class Season:
    """A day and a week above a slow level. After `take`, the fields say what is usual now.

    `from_day` and `from_week` are the deviations of the reading from each, `deviation` from the best of them (or from
    the level alone while neither helps).
    """

    __slots__ = ("count", "day", "deviation", "flat", "from_day", "from_week", "level", "miss_day", "miss_week", "week")

    def __init__(self) -> None:
        self.day = Profile(_DAY_BINS, DAY_S, 0.08)
        self.week = Profile(_WEEK_BINS, WEEK_S, 0.15)
        self.level = self.count = 0.0
        self.flat = self.miss_day = self.miss_week = 0.0
        self.deviation = self.from_day = self.from_week = 0.0

    def take(self, at: float, value: float, step_s: float) -> None:
        """Judge a reading, then learn it."""
        day, week = self.day, self.week
        morning, hour = day.place(at), week.place(at)
        flat = value - self.level
        usual = day.means[morning] if day.visits[morning] >= _VISITS else 0.0
        self.from_day = flat - usual
        self.from_week = flat - week.means[hour] if week.visits[hour] >= _VISITS else self.from_day
        self._choose(flat)
        limit = 4.0 * self.flat if self.count > _SETTLED else inf
        pace = 1.0 / self.count if self.count * _SLOW < 1.0 else _SLOW
        self.level += pace * _clipped(self.from_day, limit)
        self.day.learn(morning, flat, limit, step_s)
        self.week.learn(hour, flat, limit, step_s)

    def _choose(self, flat: float) -> None:
        one, two, three = abs(flat), abs(self.from_day), abs(self.from_week)
        self.count += 1.0
        count, size = self.count, self.flat
        self.deviation = flat
        if self.miss_day < _HELPS * size and self.miss_day <= self.miss_week:
            self.deviation = self.from_day
        elif self.miss_week < _HELPS * size:
            self.deviation = self.from_week
        pace = 0.005 if count > 200.0 else 1.0 / count
        most = 6.0 * size if count > _SETTLED else inf
        self.flat += pace * ((one if one < most else most) - size)
        self.miss_day += pace * ((two if two < most else most) - self.miss_day)
        self.miss_week += pace * ((three if three < most else most) - self.miss_week)


def _clipped(value: float, limit: float) -> float:
    return limit if value > limit else -limit if value < -limit else value
