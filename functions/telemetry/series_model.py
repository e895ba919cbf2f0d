"""What can be asked of series, and what the answer looks like."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from functions.telemetry.buckets import Read
from functions.telemetry.derived_model import PREFIX, DerivedMetric
from functions.telemetry.model import MAX_METRICS, MAX_PAGE, MetricName
from makoto.analytics.rollups import Scalar
from makoto.domain import DeviceId, Instant, Value

MAX_DEVICES = 20
MAX_CELLS = 200_000
"""Values of one answer; a function answers at most 6 MB."""

Resolution = Literal["auto", "raw", "1m", "5m", "15m", "30m", "1h", "1d"]
STEPS: tuple[Resolution, ...] = ("1m", "5m", "15m", "30m", "1h", "1d")
Fill = Literal["null", "previous", "none"]
Thinning = Literal["lttb", "minmax", "none"]
Sampling = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,4}(ms|s|m|h)$")]
Zone = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
Points: TypeAlias = Annotated[int, Field(ge=2, le=MAX_PAGE)]


class Figure(StrEnum):
    """What to say of the readings of a step."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    COUNT = "count"
    FIRST = "first"
    LAST = "last"
    SUM = "sum"
    STD = "std"
    GOOD_SHARE = "good_share"
    UNCERTAIN_SHARE = "uncertain_share"
    BAD_SHARE = "bad_share"
    MISSING_SHARE = "missing_share"


PLAIN = frozenset({Figure.MEAN, Figure.MIN, Figure.MAX, Figure.COUNT, Figure.LAST, Figure.SUM, Figure.GOOD_SHARE})
"""What files tell without looking twice as long."""

_NAME = f"({'|'.join(Figure)})"
FigureNames = Annotated[str, StringConstraints(pattern=f"^{_NAME}(,{_NAME})*$")]
"""Names of figures with commas between."""


def figures_in(asked: Sequence[str] | None) -> tuple[Figure, ...]:
    """Read names of figures; the mean where none is named."""
    return tuple(Figure(name) for names in asked or ["mean"] for name in names.split(","))


class AskSeries(Value):
    """Metrics of some devices from `start` on, before `end`."""

    devices: Annotated[tuple[DeviceId, ...], Field(min_length=1, max_length=MAX_DEVICES)]
    metrics: Annotated[tuple[MetricName, ...], Field(min_length=1, max_length=MAX_METRICS)]
    start: Instant
    end: Instant
    resolution: Resolution = "auto"
    zone: Zone | None = None
    max_points: Points = 1000
    figures: tuple[Figure, ...] = (Figure.MEAN,)
    fill: Fill = "null"
    sampling: Sampling | None = None
    thinning: Thinning = "lttb"

    @property
    def derived(self) -> tuple[str, ...]:
        """Metrics that are computed."""
        return tuple(metric for metric in self.metrics if metric.startswith(PREFIX))

    @property
    def points(self) -> int:
        """How many points a series may have, so that the answer stays small enough."""
        return max(2, min(self.max_points, MAX_CELLS // (len(self.devices) * len(self.metrics) * len(self.figures))))


class PreviewDerived(Value):
    """Compute a definition that is not kept."""

    definition: DerivedMetric
    device: DeviceId
    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]
    resolution: Resolution = "auto"
    max_points: Points = 200


class Series(Value):
    """One metric of one device in columns: `values` has a list for each figure, as long as `times`.

    `basis` is the step at which a derived metric was computed, `failures` how many of its steps have no value, by why.
    `thinned_from` is the number of readings that those given stand for.
    """

    device: str
    metric: str
    unit: str | None = None
    times: tuple[str, ...]
    values: dict[str, tuple[Scalar | int, ...]]
    basis: str | None = None
    failures: dict[str, int] = Field(default_factory=dict)
    thinned_from: int | None = None


class SeriesAnswer(Value):
    """Series at one resolution; where they end before what was asked for, `next_from` says where to go on."""

    resolution: str
    why: str
    zone: str
    next_from: str | None
    read: Read
    series: tuple[Series, ...]
