"""What a caller sees of telemetry."""

from typing import TypeAlias

from makoto.analytics.counters import CounterEvent
from makoto.analytics.rollups import Scalar
from makoto.domain import Value, instant_from_ms

Item: TypeAlias = dict[str, Scalar | int]
"""A row of history: its time, its metric, and the figures that were asked for by name."""


def time_text(ms: int) -> str:
    """Write an instant as ISO 8601 in UTC with milliseconds."""
    return instant_from_ms(ms).isoformat(timespec="milliseconds")


class LatestItem(Value):
    """The newest value of a metric, and where it was measured."""

    device: str
    site: str
    area: str
    line: str
    cell: str
    metric: str
    value: Scalar
    quality: int
    status: str | None
    time: str


class QuarantineItem(Value):
    """What was refused of a message, and why; `count` faults of it were found."""

    received_at: str
    reason: str
    pointer: str
    rule: str
    detail: str
    excerpt: str
    topic: str
    count: int


class Refusal(Value):
    """A broken point or message in an answer to who sent it."""

    pointer: str
    reason: str
    detail: str


class Acknowledged(Value):
    """Up to where a session is stored; -1 where its beginning is missing."""

    session: str
    seq: int


class Stored(Value):
    """What became of a message sent over HTTP."""

    accepted: int
    duplicates: int
    quarantined: tuple[Refusal, ...]
    acknowledged: Acknowledged | None


class Export(Value):
    """Where an export can be fetched, and until when."""

    url: str
    expires_at: str
    rows: int
    bytes: int


class _Reported(Value):
    """What every record says of itself."""

    time: str
    received_at: str
    session: str
    seq: int


class StateItem(_Reported):
    """A change of the machine's state (PackML code)."""

    packml: int
    mode: int
    reason: int | None
    order: str | None


class AlarmText(Value):
    """An alarm in words."""

    en: str
    ja: str


class AlarmItem(_Reported):
    """An alarm that came or went."""

    id: str
    severity: int
    active: bool
    text: AlarmText


class CounterItem(_Reported):
    """Counters as the machine shows them, what they counted since the report before, and what happened to them."""

    good: int
    scrap: int
    good_delta: int
    scrap_delta: int
    event: CounterEvent | None


class MetricItem(Value):
    """A metric as its birth declares it."""

    m: str
    type: str
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    deadband: float | None = None
    source: str | None = None
    alias: int | None = None


class BirthItem(_Reported):
    """A catalogue of metrics."""

    metrics: tuple[MetricItem, ...]
