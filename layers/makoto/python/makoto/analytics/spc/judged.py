"""What judging says of points, and what must be remembered to go on with the next ones."""

from dataclasses import dataclass
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
    """Of one statistic: the last z values of the present run (at most 15), and what a recursion carries."""

    recent: tuple[float, ...] = ()
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
        raise NotImplementedError

    @property
    def signals(self) -> list[JudgedPoint]:
        """Points that broke a rule."""
        raise NotImplementedError

    @property
    def is_stable(self) -> bool:
        """No point broke a rule."""
        return not any(track.broken.any() for track in self.tracks)
