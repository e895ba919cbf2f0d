"""What judging says of points, and what must be remembered to go on with the next ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from makoto.analytics.spc.charts import Rule, Statistic
from makoto.domain.value import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RULES = tuple(Rule)
REMEMBERED = 15


class JudgedPoint(Value):
    """One point of one statistic; `index` counts samples from where the stream began.

    A missing sample has no value. `z` is absent where nothing varied. `rules`: all that the point broke as the last one
    of a run, lowest number first.
    """

    statistic: Statistic
    index: int
    value: float | None
    z: float | None
    lcl: float | None
    center: float
    ucl: float | None
    rules: tuple[Rule, ...] = ()

    @property
    def shown(self) -> Rule | None:
        """The rule to write beside the point."""
        return self.rules[0] if self.rules else None


class TrackState(Value):
    """Of one statistic: the last z and values since the process (re)started (at most 15), what a recursion carries."""

    recent: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    level: float | None = None
    variance: float = 0.0


class StreamState(Value):
    """What goes from one call of `judge` to the next; small, and kept as JSON.

    A state of other limits is not continued: runs never cross a change of version.
    """

    limits: str = ""
    count: int = 0
    previous: float | None = None
    tracks: tuple[TrackState, ...] = ()


START = StreamState()


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """The judged points of one statistic in columns, one a sample; NaN where there is none.

    Bit i of `broken` is rule `RULES[i]`.
    """

    statistic: Statistic
    value: "NDArray[np.float64]"
    z: "NDArray[np.float64]"
    lcl: "NDArray[np.float64]"
    center: "NDArray[np.float64]"
    ucl: "NDArray[np.float64]"
    broken: "NDArray[np.uint16]"


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Samples judged by limits; `first` is the index of the first one in its stream."""

    tracks: tuple[Track, ...]
    state: StreamState
    first: int = 0

    @property
    def points(self) -> list[JudgedPoint]:
        """Every point as a value: by sample, then by statistic."""
        return self._at(range(len(self.tracks[0].value)))

    @property
    def signals(self) -> list[JudgedPoint]:
        """Points that broke a rule."""
        return [point for point in self._at(self._broken()) if point.rules]

    @property
    def is_stable(self) -> bool:
        """No point broke a rule."""
        return not any(track.broken.any() for track in self.tracks)

    def _broken(self) -> list[int]:
        return sorted({place for track in self.tracks for place in track.broken.nonzero()[0].tolist()})

    def _at(self, places: Iterable[int]) -> list[JudgedPoint]:
        return [_point(track, place, self.first) for place in places for track in self.tracks]


def _point(track: Track, place: int, first: int) -> JudgedPoint:
    broken = int(track.broken[place])
    return JudgedPoint.model_construct(
        statistic=track.statistic,
        index=first + place,
        value=_present(track.value[place]),
        z=_present(track.z[place]),
        lcl=_present(track.lcl[place]),
        center=float(track.center[place]),
        ucl=_present(track.ucl[place]),
        rules=_rules(broken) if broken else (),
    )


def _present(number: float) -> float | None:
    return None if isnan(number) else float(number)


def _rules(broken: int) -> tuple[Rule, ...]:
    found = (rule for place, rule in enumerate(RULES) if broken >> place & 1)
    return tuple(sorted(found, key=lambda rule: rule.number))
