"""What can be asked of telemetry, and what may be wrong with it."""

from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from makoto.domain import DeviceId, Instant, Slug, Value
from makoto.errors import Conflict, FieldError, Forbidden, Invalid, NotFound

MAX_METRICS = 50
MAX_PAGE = 10_000
LONGEST = timedelta(days=3660)

MetricName = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Step = Annotated[str, StringConstraints(pattern=r"^(raw|[1-9][0-9]{0,3}[smhd])$")]
ExportForm = Literal["csv", "parquet"]
Cursor = Annotated[str, StringConstraints(max_length=8192)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Filename = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]


class UnknownDevice(NotFound):
    """The tenant has no such device, or it has never said anything."""


class DeviceNotAllowed(Forbidden):
    """The device is disabled."""


class UnknownImport(NotFound):
    """The tenant has no such import."""


class WrongOffset(Conflict):
    """The part does not begin where the import stands."""


class Aggregation(StrEnum):
    """What to make of the readings of a step."""

    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    LAST = "last"
    COUNT = "count"
    QUALITY_SHARE = "quality_share"


class AskLatest(Value):
    """The newest values of one device, of a line, or of whatever part of the hierarchy is named."""

    device: DeviceId | None = None
    site: Slug | None = None
    area: Slug | None = None
    line: Slug | None = None
    limit: int = Field(default=200, ge=1, le=1000)
    cursor: Cursor | None = None

    def checked_prefix(self) -> str:
        """Name what is common to the wanted paths from their beginning: a site, its area, the line in it."""
        levels = [self.site, self.area, self.line]
        if self.device is not None and any(levels):
            rule = FieldError("/query", "place", "name a device, or a place in the hierarchy")
            raise Invalid("a device has its own place", errors=[rule])
        return "".join(f"{level}/" for level in takewhile(bool, levels))

    def holds(self, path: str) -> bool:
        """Tell whether a path is in the place: a line named alone is found at every site that has one of its name."""
        wanted = (self.site, self.area, self.line)
        return all(level in (None, found) for level, found in zip(wanted, path.split("/"), strict=False))


class AskHistory(Value):
    """Readings of some metrics of a device from `start` on, before `end`; as they are, or summarised by step."""

    device: DeviceId
    metrics: Annotated[tuple[MetricName, ...], Field(min_length=1, max_length=MAX_METRICS)]
    start: Instant
    end: Instant
    step: Step = "1m"
    aggregations: tuple[Aggregation, ...] = (Aggregation.MEAN,)
    limit: int = Field(default=1000, ge=1, le=MAX_PAGE)
    cursor: Cursor | None = None


class AskRecords(Value):
    """Births, states, counters or alarms of a device, oldest first."""

    device: DeviceId
    start: Instant
    end: Instant
    limit: int = Field(default=200, ge=1, le=1000)
    cursor: Cursor | None = None


class AskQuarantine(Value):
    """What was refused of a device's messages, newest first."""

    device: DeviceId
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: Cursor | None = None


class AskExport(Value):
    """History as a file; no metric named means all."""

    device: DeviceId
    metrics: Annotated[tuple[MetricName, ...], Field(max_length=MAX_METRICS)] = ()
    start: Instant
    end: Instant
    form: ExportForm = "csv"


class StartImport(Value):
    """Announce a CSV file; the same file for the same device is the same import."""

    device: DeviceId
    filename: Filename
    sha256: Sha256
    total_bytes: int = Field(ge=1, le=10 << 30)


class CompactHistory(Value):
    """Put small files together, of all tenants or of those named, for so long at most."""

    tenant_ids: tuple[str, ...] = ()
    budget_s: float = Field(default=600.0, gt=0)


def check_span(start: datetime, end: datetime) -> None:
    """Refuse a time that ends before it begins or lasts longer than anybody keeps readings."""
    if start >= end:
        raise Invalid("the time ends before it begins", errors=[FieldError("/query/to", "after", "later than from")])
    if end - start > LONGEST:
        rule = FieldError("/query/from", "range", f"at most {LONGEST.days} days")
        raise Invalid("the time is too long", errors=[rule])
