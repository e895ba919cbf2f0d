"""Messages of one device put together: readings in columns, their summaries, the newest of each and the files."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from functions.telemetry.latest import Value, order_of
from makoto.analytics.rollups import MINUTE_MS, Rollup
from makoto.analytics.rollups_columns import (
    Readings,
    Stretches,
    newest_of,
    rollups_of,
    stretches_of,
    value_at,
)
from makoto.codecs.parquet import Numbers, Runs, Texts, parquet_file
from makoto.codecs.telemetry import GOOD, Columns, Decoded, DeviceMessage, Fault
from makoto.codecs.telemetry.columns import joined
from makoto.codecs.telemetry.rules import excerpt_of

HOUR_MS = 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Incoming:
    """A decoded message. `mark` names it: by its place in the sequence, or by its bytes where it has none."""

    message: DeviceMessage
    decoded: Decoded
    mark: str

    @classmethod
    def of(cls, message: DeviceMessage, decoded: Decoded) -> "Incoming":
        """Name a message; the same bytes at another time are another message, unless a sequence says otherwise."""
        if decoded.identity is not None:
            return cls(message, decoded, f"{decoded.identity.session}#{decoded.identity.seq}")
        return cls(message, decoded, sha256(b"%d %b" % (message.received_at_ms, message.body)).hexdigest()[:32])

    def without(self, metrics: Collection[str]) -> "Incoming":
        """Refuse some metrics and keep the others."""
        content = self.decoded.content
        if not isinstance(content, Columns) or not set(metrics).intersection(content.metrics):
            return self
        kept = np.repeat([metric not in metrics for metric in content.metrics], content.lengths)
        faults = [
            Fault("/series", "too_many_metrics", "a device has so many metrics already", excerpt_of(metric))
            for metric in dict.fromkeys(content.metrics)
            if metric in metrics
        ]
        return replace(
            self, decoded=replace(self.decoded, content=content.only(kept), faults=(*self.decoded.faults, *faults))
        )

    def refused(self, fault: Fault) -> "Incoming":
        """Refuse the whole message."""
        return replace(self, decoded=replace(self.decoded, content=None, faults=(fault,)))

    @property
    def session(self) -> str:
        return self.decoded.identity.session if self.decoded.identity else ""

    @property
    def seq(self) -> int:
        return self.decoded.identity.seq if self.decoded.identity else 0

    @property
    def order(self) -> int:
        return order_of(self.session or self.mark, self.seq)


@dataclass(frozen=True, slots=True)
class Part:
    """The readings of a message that one write stores: mostly all of them."""

    incoming: Incoming
    columns: Columns


@dataclass(frozen=True, slots=True)
class Batch:
    """Parts put behind each other; `parts[owners[i]]` is where series `i` came from."""

    parts: Sequence[Part]
    names: Sequence[str]
    owners: NDArray[np.int64]
    columns: Columns
    readings: Readings
    stretches: Stretches

    def minutes(self) -> list[int]:
        """Name the minutes since 1970-01-01 UTC that the readings fall into."""
        return [int(minute) for minute in np.unique(self.stretches.minute)]

    def rollups(self) -> dict[int, dict[str, Rollup]]:
        """Summarise by minute and metric."""
        by_minute: dict[int, dict[str, Rollup]] = {}
        for (code, minute), rollup in rollups_of(self.readings, self.stretches).items():
            by_minute.setdefault(minute, {})[self.names[code]] = rollup
        return by_minute

    def newest(self) -> dict[str, Value]:
        """Find the newest reading of each metric among those that are not historical."""
        is_current = np.array([not part.incoming.decoded.is_historical for part in self.parts], np.bool_)
        found = newest_of(self.readings, self.stretches, is_current[self.owners])
        return {self.names[code]: self._value(place, series) for code, (place, series) in found.items()}

    def files(self) -> "list[HistoryFile]":
        """Write a file for each hour."""
        hours = np.unique(self.stretches.minute // 60).tolist()
        if len(hours) == 1:
            return [history_file(hours[0], self.columns, _said(self.parts))]
        return [_file_of_hour(hour, self.parts) for hour in hours]

    def _value(self, place: int, series: int) -> Value:
        q, incoming = self.readings.q, self.parts[self.owners[series]].incoming
        return Value(
            t=int(self.readings.t[place]),
            value=value_at(self.readings, place),
            quality=GOOD if q is None else int(q[place]),
            status=self.columns.statuses.get(place),
            order=incoming.order,
            session=incoming.session,
            received_ms=incoming.message.received_at_ms,
        )


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """Readings of one hour (since 1970-01-01 UTC) as Parquet."""

    hour: int
    body: bytes
    rows: int
    t_min: int
    t_max: int


class Said(NamedTuple):
    """A message, and how many readings came by it."""

    session: str
    seq: int
    rows: int


def batch_of(parts: Sequence[Part]) -> Batch:
    """Put parts together, the earlier said before the later; there is at least one reading."""
    parts = sorted(parts, key=lambda part: part.incoming.order)
    columns = joined([part.columns for part in parts])
    codes: dict[str, int] = {}
    series_codes = [codes.setdefault(metric, len(codes)) for metric in columns.metrics]
    owners = np.repeat(np.arange(len(parts)), [len(part.columns.metrics) for part in parts])
    readings = Readings(
        np.array(series_codes, np.int64),
        np.array([part.incoming.order for part in parts], np.int64)[owners],
        np.array(columns.lengths, np.int64),
        columns.t,
        columns.v,
        columns.q,
        columns.texts,
    )
    return Batch(parts, list(codes), owners, columns, readings, stretches_of(readings.lengths, readings.t))


def within(part: Part, first_minute: int, last_minute: int) -> Part:
    """Keep the readings of some minutes, both ends included."""
    minutes = part.columns.t // MINUTE_MS
    return Part(part.incoming, part.columns.only((minutes >= first_minute) & (minutes <= last_minute)))


def _file_of_hour(hour: int, parts: Sequence[Part]) -> HistoryFile:
    first = hour * 60
    cut = [part for part in (within(part, first, first + 59) for part in parts) if len(part.columns)]
    return history_file(hour, joined([part.columns for part in cut]), _said(cut))


def _said(parts: Sequence[Part]) -> list[Said]:
    return [Said(part.incoming.session, part.incoming.seq, len(part.columns)) for part in parts]


def history_file(hour: int, columns: Columns, said: Sequence[Said]) -> HistoryFile:
    """Write the readings of one hour; `said` tells, in their order, by which message so many of them came."""
    rows = len(columns)
    sessions, seqs = [each.session for each in said], [each.seq for each in said]
    sizes = [each.rows for each in said]
    body = parquet_file(
        [
            _runs("metric", columns.metrics, columns.lengths),
            Numbers("t", columns.t),
            Numbers("v", columns.v),
            Texts("text", rows, columns.texts),
            _qualities(columns),
            Texts("status", rows, columns.statuses),
            _runs("clock", columns.clocks, columns.lengths),
            _runs("session", sessions, sizes),
            Runs("seq", np.array(seqs, np.int64), range(len(seqs)), sizes),
        ]
    )
    return HistoryFile(hour, body, rows, int(columns.t.min()), int(columns.t.max()))


def _runs(name: str, texts: Sequence[str], lengths: Sequence[int]) -> Runs:
    first = texts[0]
    if all(text == first for text in texts):
        return Runs(name, [first], [0], [sum(lengths)])
    codes: dict[str, int] = {}
    numbered = [codes.setdefault(text, len(codes)) for text in texts]
    return Runs(name, list(codes), numbered, lengths)


def _qualities(columns: Columns) -> Runs:
    if columns.q is None:
        return Runs("q", np.array([GOOD], np.int32), [0], [len(columns)])
    first = np.flatnonzero(np.append(True, columns.q[1:] != columns.q[:-1]))
    lengths = np.diff(np.append(first, len(columns)))
    values, codes = np.unique(columns.q[first], return_inverse=True)
    return Runs("q", values.astype(np.int32), codes.tolist(), lengths.tolist())
