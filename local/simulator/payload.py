"""Device messages on the wire: columnar telemetry/1 and its companions, at most 100 KB each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from local.simulator.alarms import Alarm
from local.simulator.line import Status
from local.simulator.metric import GOOD, Metric, Reading, Value

# AWS IoT Core refuses more than 128 KB; the rest is room for base64-free growth and the topic.
MAX_BODY_BYTES = 100_000
_ENVELOPE_BYTES = 400

Document = dict[str, Any]  # a JSON object on its way to orjson, never read again


@dataclass(frozen=True, slots=True)
class Envelope:
    edge: str
    session: str
    seq: int
    sent_at: int

    def document(self, schema: str) -> Document:
        head = {"schema": schema, "edge": self.edge, "session": self.session, "seq": self.seq}
        return {**head, "sent_at": self.sent_at}


@dataclass(slots=True)
class Column:
    """The values of one metric, oldest first; `qualities` and `statuses` are as long as `values`."""

    metric: str
    times: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    qualities: list[int] = field(default_factory=list)
    statuses: list[str | None] = field(default_factory=list)

    def append(self, t_ms: int, reading: Reading) -> None:
        self.times.append(t_ms)
        self.values.append(reading.value)
        self.qualities.append(reading.quality)
        self.statuses.append(reading.status)

    def part(self, start: int, end: int | None) -> "Column":
        cut = slice(start, end)
        return Column(self.metric, self.times[cut], self.values[cut], self.qualities[cut], self.statuses[cut])

    def document(self) -> Document:
        series: Document = {"m": self.metric, "t": self.times, "v": self.values}
        if any(quality != GOOD for quality in self.qualities):
            series |= {"q": self.qualities, "qs": self.statuses}
        return series


def pack(columns: Sequence[Column], limit: int = MAX_BODY_BYTES) -> Iterator[list[Column]]:
    """Split columns into groups that each fit one message, halving until they do; order within a metric is kept."""
    filled = [column for column in columns if column.times]
    if not filled:
        return
    if len(orjson.dumps([column.document() for column in filled])) + _ENVELOPE_BYTES <= limit:
        yield filled
    elif len(filled) > 1:
        middle = len(filled) // 2
        yield from pack(filled[:middle], limit)
        yield from pack(filled[middle:], limit)
    else:
        middle = len(filled[0].times) // 2
        yield from pack([filled[0].part(0, middle)], limit)
        yield from pack([filled[0].part(middle, None)], limit)


def telemetry(envelope: Envelope, columns: Iterable[Column]) -> bytes:
    series = [column.document() for column in columns]
    return orjson.dumps({**envelope.document("telemetry/1"), "historical": False, "series": series})


def birth(envelope: Envelope, metrics: Iterable[Metric]) -> bytes:
    return orjson.dumps({**envelope.document("birth/1"), "metrics": [_entry(metric) for metric in metrics]})


def state(envelope: Envelope, status: Status, t_ms: int) -> bytes:
    now: Document = {"packml": int(status.state), "mode": int(status.mode), "reason": status.reason}
    return orjson.dumps({**envelope.document("state/1"), **now, "order": status.order, "t": t_ms})


def counters(envelope: Envelope, good: int, scrap: int, t_ms: int) -> bytes:
    return orjson.dumps({**envelope.document("counters/1"), "t": t_ms, "counters": {"good": good, "scrap": scrap}})


def alarm(envelope: Envelope, raised: Alarm, t_ms: int, *, active: bool) -> bytes:
    what: Document = {"t": t_ms, "id": raised.id, "severity": raised.severity, "active": active}
    return orjson.dumps({**envelope.document("alarm/1"), **what, "text": {"en": raised.en, "ja": raised.ja}})


def death(edge: str, session: str, sent_at: int) -> bytes:
    """Without a seq: the broker may publish it as the Will, at a moment nobody can number."""
    return orjson.dumps({"schema": "death/1", "edge": edge, "session": session, "sent_at": sent_at})


def _entry(metric: Metric) -> Document:
    bounds = {"min": metric.minimum, "max": metric.maximum, "deadband": metric.deadband}
    return {"m": metric.name, "type": metric.type, "unit": metric.unit, **bounds, "source": metric.source}
