"""One device's session: turns what the machine shows into numbered messages. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from local.simulator import payload
from local.simulator.alarms import Alarm
from local.simulator.line import Snapshot, Status
from local.simulator.metric import Metric, Reading
from local.simulator.payload import Column, Envelope

# A value within its deadband is still sent this often, so that silence means a gap.
LONGEST_SILENCE_MS = 10_000
COUNTERS_EVERY_MS = 5_000

Stamp = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is the last level of the topic; `readings` counts the values in it."""

    kind: str
    seq: int
    body: bytes
    readings: int = 0


@dataclass(slots=True)
class _Reported:
    """What was last sent of a metric, to compare with the deadband."""

    metric: Metric
    t_ms: int = -LONGEST_SILENCE_MS
    reading: Reading = field(default_factory=lambda: Reading(None, -1))

    def admits(self, reading: Reading, t_ms: int) -> bool:
        last = self.reading
        if t_ms - self.t_ms >= LONGEST_SILENCE_MS or reading.quality != last.quality:
            return True
        if reading.value is None or last.value is None:
            return reading.value is not last.value
        difference = abs(reading.value - last.value)
        return difference > 0 and difference >= self.metric.deadband


class Device:
    """All messages share one sequence that starts at 0 with the birth and has no gap."""

    def __init__(self, edge: str, session: str, metrics: Sequence[Metric]) -> None:
        self.edge = edge
        self.session = session
        self._metrics = tuple(metrics)
        self._next_seq = 0
        self._reported = {metric.name: _Reported(metric) for metric in metrics}
        self._columns = {metric.name: Column(metric.name) for metric in metrics}
        self._counted: tuple[int, int] | None = None
        self._counted_ms = 0
        self._alarms: frozenset[Alarm] = frozenset()

    @property
    def last_seq(self) -> int:
        return self._next_seq - 1

    def birth(self, now_ms: int) -> Message:
        """Announce every metric; everything is reported anew after it."""
        self._reported = {metric.name: _Reported(metric) for metric in self._metrics}
        self._counted = None
        return self._message("b", lambda envelope: payload.birth(envelope, self._metrics), now_ms)

    def death(self, now_ms: int) -> bytes:
        return payload.death(self.edge, self.session, now_ms)

    def state(self, status: Status, t_ms: int, now_ms: int) -> Message:
        return self._message("s", lambda envelope: payload.state(envelope, status, t_ms), now_ms)

    def counters(self, good: int, scrap: int, t_ms: int, now_ms: int) -> Message:
        return self._message("c", lambda envelope: payload.counters(envelope, good, scrap, t_ms), now_ms)

    def observe(self, snapshot: Snapshot, now_ms: int, stamp: Stamp = lambda t_ms: t_ms) -> list[Message]:
        """Keep the readings for the next flush; return the events, which do not wait. `stamp` gives wall time."""
        t_ms = stamp(snapshot.t_ms)
        for name, reading in snapshot.readings.items():
            self._collect(name, reading, t_ms)
        states = [self.state(status, stamp(status.t_ms), now_ms) for status in snapshot.statuses]
        return [*states, *self._count(snapshot, t_ms, now_ms), *self._alarm_changes(snapshot, t_ms, now_ms)]

    def flush(self, now_ms: int) -> list[Message]:
        """Send the readings collected since the flush before, in as many messages as they need."""
        columns = list(self._columns.values())
        self._columns = {name: Column(name) for name in self._columns}
        return [self.telemetry(group, now_ms) for group in payload.pack(columns)]

    def telemetry(self, columns: Sequence[Column], now_ms: int) -> Message:
        readings = sum(len(column.times) for column in columns)
        return self._message("t", lambda envelope: payload.telemetry(envelope, columns), now_ms, readings)

    def _collect(self, name: str, reading: Reading, t_ms: int) -> None:
        reported = self._reported[name]
        if reported.admits(reading, t_ms):
            reported.t_ms, reported.reading = t_ms, reading
            self._columns[name].append(t_ms, reading)

    def _count(self, snapshot: Snapshot, t_ms: int, now_ms: int) -> list[Message]:
        counted = (snapshot.good, snapshot.scrap)
        too_soon = self._counted is not None and t_ms - self._counted_ms < COUNTERS_EVERY_MS
        if counted == self._counted or too_soon:
            return []
        self._counted, self._counted_ms = counted, t_ms
        return [self.counters(*counted, t_ms, now_ms)]

    def _alarm_changes(self, snapshot: Snapshot, t_ms: int, now_ms: int) -> list[Message]:
        raised, cleared = snapshot.alarms - self._alarms, self._alarms - snapshot.alarms
        self._alarms = snapshot.alarms
        changes = [(one, one in raised) for one in sorted(raised | cleared, key=lambda one: one.id)]
        return [self._alarm(one, t_ms, now_ms, active=active) for one, active in changes]

    def _alarm(self, alarm: Alarm, t_ms: int, now_ms: int, *, active: bool) -> Message:
        return self._message("a", lambda envelope: payload.alarm(envelope, alarm, t_ms, active=active), now_ms)

    def _message(self, kind: str, encode: Callable[[Envelope], bytes], now_ms: int, readings: int = 0) -> Message:
        seq = self._next_seq
        self._next_seq += 1
        return Message(kind, seq, encode(Envelope(self.edge, self.session, seq, now_ms)), readings)
