"""The latest value of each metric of a device, kept as one document: by time of measurement, not of arrival."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from makoto.analytics.rollups import Scalar
from makoto.codecs.json_text import from_text, to_text
from makoto.codecs.telemetry import STALE

MAX_BYTES = 250_000
"""Beyond this a device's document takes no further metric: a store takes 400 KB, and texts may still grow."""

_ENTRY_BYTES = 120
"""A metric's entry without its name, generously."""

_TAG_BITS = 16


def order_of(session: str, seq: int) -> int:
    """Rank what was said of one instant: the later message counts, and of two sessions always the same one."""
    return seq << _TAG_BITS | crc32(session.encode()) & 0xFFFF


@dataclass(frozen=True, slots=True)
class Value:
    """A value, when it was measured and by what message it came."""

    t: int
    value: Scalar
    quality: int
    status: str | None
    order: int
    session: str
    received_ms: int

    def is_newer(self, other: "Value | None") -> bool:
        return other is None or (self.t, self.order) > (other.t, other.order)


@dataclass(frozen=True, slots=True)
class Report:
    """The newest machine state or counters, with the fields of their message."""

    t: int
    order: int
    fields: Mapping[str, Any]

    def newer_of(self, other: "Report | None") -> "Report":
        return self if other is None or (self.t, self.order) > (other.t, other.order) else other


@dataclass(frozen=True, slots=True)
class Latest:
    """What is known of a device now."""

    values: Mapping[str, Value] = field(default_factory=dict)
    state: Report | None = None
    counters: Report | None = None

    def with_values(self, given: Mapping[str, Value]) -> "Latest":
        """Take what is newer."""
        newer = {name: value for name, value in given.items() if value.is_newer(self.values.get(name))}
        return replace(self, values={**self.values, **newer})

    def with_deaths(self, died: Mapping[str, int]) -> "Latest":
        """Mark as stale what came before its session died; what came after, by the broker's clock, is alive."""
        if not died:
            return self
        values = {
            name: replace(value, quality=STALE) if value.received_ms <= died.get(value.session, -1) else value
            for name, value in self.values.items()
        }
        return replace(self, values=values)

    def joined(self, other: "Latest") -> "Latest":
        """Put together what was known under two places of one device."""
        both = self.with_values(other.values)
        state = other.state.newer_of(both.state) if other.state else both.state
        counters = other.counters.newer_of(both.counters) if other.counters else both.counters
        return replace(both, state=state, counters=counters)

    def excess(self, names: Iterable[str], size: int) -> frozenset[str]:
        """Name the metrics for which a document that has `size` bytes has no more room."""
        refused = set[str]()
        for name in names:
            if name not in self.values:
                size += len(name.encode()) + _ENTRY_BYTES
                refused |= {name} if size > MAX_BYTES else set()
        return frozenset(refused)

    def to_text(self) -> str:
        """Write as JSON text; each message that a value came by is written once."""
        sources: dict[tuple[str, int], int] = {}
        values = {
            name: (
                each.t,
                each.value,
                each.quality,
                each.status,
                each.order,
                sources.setdefault((each.session, each.received_ms), len(sources)),
            )
            for name, each in self.values.items()
        }
        reports = {"state": _report_to_json(self.state), "counters": _report_to_json(self.counters)}
        return to_text({"sources": list(sources), "values": values, **reports})

    @classmethod
    def from_text(cls, text: str) -> "Latest":
        """Read what `to_text` wrote."""
        given = from_text(text)
        sources = given["sources"]
        values = {name: Value(*each[:5], *sources[each[5]]) for name, each in given["values"].items()}
        return cls(values, _report_from_json(given["state"]), _report_from_json(given["counters"]))


def _report_to_json(report: Report | None) -> object:
    return report and (report.t, report.order, report.fields)


def _report_from_json(given: Any) -> Report | None:
    return given and Report(*given)
