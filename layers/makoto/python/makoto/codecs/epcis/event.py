"""One EPCIS event, as far as traceability says and reads it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

EventType = Literal["ObjectEvent", "AggregationEvent", "TransformationEvent"]
Action = Literal["ADD", "OBSERVE", "DELETE"]


class Amount(NamedTuple):
    """So much of something: of a class (a lot) or, with `quantity` none and `is_instance`, one serialised thing."""

    id: str
    quantity: Decimal | None = None
    unit: str | None = None
    is_instance: bool = False


class Sensed(NamedTuple):
    """What a metric was over a time."""

    metric: str
    unit: str
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    device: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class EpcisEvent:
    """An event in our own terms: units are symbols of `makoto.domain.factory`, times have a zone.

    `things` are what an object event is about or an aggregation's children; a transformation has `inputs` and
    `outputs`, and those with one `transformation` are one. `error_at` marks an event that is declared not to have
    occurred.
    """

    type: EventType
    event_id: str
    time: datetime
    offset: str = "+00:00"
    action: Action | None = None
    step: str | None = None
    disposition: str | None = None
    things: tuple[Amount, ...] = ()
    inputs: tuple[Amount, ...] = ()
    outputs: tuple[Amount, ...] = ()
    transformation: str | None = None
    parent: str | None = None
    read_point: str | None = None
    location: str | None = None
    transactions: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    destination: str | None = None
    lot_data: dict[str, str] = field(default_factory=dict)
    sensors: tuple[Sensed, ...] = ()
    record_time: datetime | None = None
    error_at: datetime | None = None
