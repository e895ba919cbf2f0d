"""What is usual at a time of the day and of the week, learnt as offsets to a slow level; used only where it helps."""

from array import array
from math import inf

from makoto.analytics.anomaly.clock import DAY_S, WEEK_S

_DAY_BINS, _WEEK_BINS = 96, 168
_HELPS, _HINDERS, _BETTER = 0.7, 0.9, 0.9
_MOST = 5.0
_SIZING = 0.003
_DAYS, _WEEKS = 2.0, 2.0
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


class Fit:
    """How far readings usually are from what a season says; infinitely far until it has said something for a while."""

    __slots__ = ("count", "miss")

    def __init__(self) -> None:
        self.count = self.miss = 0.0

    @property
    def size(self) -> float:
        return self.miss if self.count > _SETTLED else inf

    def measure(self, deviation: float) -> None:
        self.count += 1.0
        size = deviation if deviation >= 0.0 else -deviation
        if self.count > _SETTLED and size > _MOST * self.miss:
            size = _MOST * self.miss
        pace = _SIZING if self.count * _SIZING > 1.0 else 1.0 / self.count
        self.miss += pace * (size - self.miss)


class Season:
    """A day above a slow level, and what each hour of the week adds to it. After `take`, the fields say what is usual.

    `offset` is the distance from the level, `from_day` and `from_week` those from each season, `deviation` that from
    the best (the level alone while none helps). When another becomes the best, `rescaled` is the ratio of their sizes.
    """

    __slots__ = (
        "choice",
        "count",
        "day",
        "deviation",
        "fit_day",
        "fit_flat",
        "fit_week",
        "from_day",
        "from_week",
        "level",
        "offset",
        "rescaled",
        "week",
    )

    def __init__(self) -> None:
        self.day = Profile(_DAY_BINS, DAY_S, 0.08)
        self.week = Profile(_WEEK_BINS, WEEK_S, 0.15)
        self.fit_flat, self.fit_day, self.fit_week = Fit(), Fit(), Fit()
        self.level = self.count = self.choice = 0.0
        self.rescaled = 1.0
        self.deviation = self.offset = self.from_day = self.from_week = 0.0

    @property
    def flat(self) -> float:
        """The usual distance from the level."""
        return self.fit_flat.miss

    def take(self, at: float, value: float, step_s: float) -> None:
        """Judge a reading, then learn it."""
        day, week = self.day, self.week
        morning, hour = day.place(at), week.place(at)
        flat = self.offset = value - self.level
        self.fit_flat.measure(flat)
        self.from_day = flat
        if day.visits[morning] >= _DAYS:
            self.from_day = flat - day.means[morning]
            self.fit_day.measure(self.from_day)
        self.from_week = self.from_day
        if week.visits[hour] >= _WEEKS:
            self.from_week = self.from_day - week.means[hour]
            self.fit_week.measure(self.from_week)
        self._choose()
        self.count += 1.0
        limit = 4.0 * self.fit_flat.miss if self.count > _SETTLED else inf
        pace = 1.0 / self.count if self.count * _SLOW < 1.0 else _SLOW
        self.level += pace * _clipped(self.from_day, limit)
        day.learn(morning, flat, limit, step_s)
        week.learn(hour, self.from_day, limit, step_s)

    def _choose(self) -> None:
        flat, by_day, by_week = self.fit_flat.miss, self.fit_day.size, self.fit_week.size
        before = self.choice
        if by_day > _HELPS * flat and by_week > _HELPS * flat:
            if min(by_day, by_week) > _HINDERS * flat:
                self.choice = 0.0
        elif by_week < _BETTER * by_day:
            self.choice = 2.0
        elif by_day <= by_week or before == 0.0:
            self.choice = 1.0
        self.deviation = (self.offset, self.from_day, self.from_week)[int(self.choice)]
        self.rescaled = 1.0
        if self.choice != before:
            sizes = (flat, by_day, by_week)
            old, new = sizes[int(before)], sizes[int(self.choice)]
            self.rescaled = new / old if 0.0 < old < inf and 0.0 < new < inf else 1.0


def _clipped(value: float, limit: float) -> float:
    return limit if value > limit else -limit if value < -limit else value
