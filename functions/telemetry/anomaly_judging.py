"""What a portion of messages says of a device's anomalies, metric by metric or of all as one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from functions.telemetry import keys
from functions.telemetry.alarm_judging import current_samples
from functions.telemetry.alerting import matches
from functions.telemetry.batch import Batch
from functions.telemetry.detectors import (
    MAX_DOCUMENTS,
    TOGETHER,
    TOGETHER_SLOT,
    Index,
    Memories,
    Stream,
    asleep,
    index_key,
    woken,
    woken_together,
)
from functions.telemetry.held import Held
from makoto.codecs.json_text import to_text
from makoto.domain import instant_from_ms
from makoto.ports.context import TenantContext
from makoto.ports.documents import IfAbsent, IfVersion, Key, Put, Write
from makoto.ports.outbox import Fact

if TYPE_CHECKING:
    from functions.telemetry.watches import Watch
    from makoto.analytics.alarms import Samples
    from makoto.analytics.anomaly import Explanation

MOST_ANOMALIES = 8
"""As many are told with one write, the strangest; the others are counted."""

RESERVED = 1 + MAX_DOCUMENTS + 2 * MOST_ANOMALIES
KEPT = timedelta(days=400)
RESTART_MS = 7 * 24 * 3600 * 1000
"""After a week without readings a machine has its past behind it."""

Reading = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A reading that was not as expected."""

    metric: str
    t: int
    value: float
    expected: float
    score: float
    cause: str
    together: bool = False


@dataclass(frozen=True, slots=True)
class Detected:
    """What is written and told of the anomalies of a portion."""

    writes: tuple[Write, ...] = ()
    facts: tuple[Fact, ...] = ()


def detected(batch: Batch, held: Held, watch: "Watch", tenant: TenantContext) -> Detected:
    """Score the readings of a portion that are newer than what was scored."""
    document = tenant.documents.find(index_key(held.device))
    before = Index.from_document(document)
    scoring = Scoring(before, watch)
    new = dict(scoring.new_readings(batch))
    names = [TOGETHER] if watch.is_together and new else list(new)
    memories = Memories.of(held.device, [scoring.slot(name) for name in names], tenant) if names else None
    if memories is not None and watch.is_together:
        scoring.score_together(new, memories)
    elif memories is not None:
        for metric, readings in new.items():
            scoring.score(metric, readings, memories)
    if scoring.index == before:
        return Detected()
    when = IfVersion(document.version) if document else IfAbsent()
    told = scoring.told()
    index = replace(scoring.index, told=before.told + len(told), untold=before.untold + scoring.found - len(told))
    put = Put(index_key(held.device), {"index": index.to_text(), "told": index.told}, when)
    kept = memories.writes() if memories is not None and scoring.has_scored else []
    lines = [_line(each, held, tenant.clock.now()) for each in told]
    facts = [_fact(each, held, before.told + 1 + place) for place, each in enumerate(told)]
    return Detected((put, *kept, *lines), tuple(facts))


class Scoring:
    """The streams of a device while their readings are scored."""

    def __init__(self, index: Index, watch: "Watch") -> None:
        from makoto.analytics.anomaly import THRESHOLD

        self.index = index
        self.watch = watch
        self.threshold = watch.threshold or THRESHOLD
        self.interval_ms = round(watch.min_interval_s * 1000)
        self.anomalies: list[Anomaly] = []
        self.has_scored = False

    @property
    def found(self) -> int:
        return len(self.anomalies)

    def told(self) -> list[Anomaly]:
        """Choose the strangest, in the order of time."""
        strangest = sorted(self.anomalies, key=lambda each: -each.score)[:MOST_ANOMALIES]
        return sorted(strangest, key=lambda each: (each.t, each.metric))

    def slot(self, metric: str) -> int:
        return self.index.streams[metric].slot

    def new_readings(self, batch: Batch) -> Iterator[tuple[str, list[Reading]]]:
        """Yield what is to be scored, in the order of time; what is late is counted, what is too soon left out."""
        for metric, samples in current_samples(batch, self._is_watched):
            stream = self.index.stream(metric)
            if stream is None:
                self.index = replace(self.index, refused=self.index.refused + 1)
                continue
            begin = max(stream.t, self.index.bucket_t - 1) if self.watch.is_together else stream.t
            readings, late = _fresh(samples, begin, 0 if self.watch.is_together else self.interval_ms)
            if late:
                stream = replace(stream, late=stream.late + late)
            if late or readings:
                self.index = self.index.with_stream(metric, stream)
            if readings:
                yield metric, readings
        if self.watch.is_together:
            self.index = self.index.with_stream(TOGETHER, self.index.streams.get(TOGETHER, Stream(TOGETHER_SLOT)))

    def score(self, metric: str, readings: list[Reading], memories: Memories) -> None:
        """Score the readings of one metric."""
        stream = self.index.streams[metric]
        is_anew = stream.t >= 0 and readings[0][0] - stream.t > RESTART_MS
        detector = woken(None if is_anew else memories.text(stream.slot))
        for t, value in readings:
            score = detector(t, value)
            is_over = score >= self.threshold
            if is_over and not stream.is_over:
                self._note(metric, t, value, score, detector.explain())
            stream = replace(stream, t=t, is_over=is_over)
        memories.keep(stream.slot, asleep(detector))
        self.index, self.has_scored = self.index.with_stream(metric, stream), True

    def score_together(self, new: dict[str, list[Reading]], memories: Memories) -> None:
        """Score all metrics by the instants of the interval: the newest value of each, once the interval is over."""
        stream, length = self.index.streams[TOGETHER], max(self.interval_ms, 1000)
        begin = min(readings[0][0] for readings in new.values())
        is_anew = stream.t >= 0 and begin - stream.t > RESTART_MS
        detector = woken_together(None if is_anew else memories.text(stream.slot), self.watch.metrics)
        at, values = self.index.bucket_t, dict(self.index.bucket)
        for t, metric, value in sorted((t, metric, value) for metric, some in new.items() for t, value in some):
            if at >= 0 and t // length * length > at:
                score = detector(at, values)
                is_over = score >= self.threshold
                if is_over and not stream.is_over:
                    self._note_together(at, values, score, detector.explain().metrics)
                stream, values, self.has_scored = replace(stream, t=at, is_over=is_over), {}, True
            at = t // length * length
            values[metric] = value
        if self.has_scored:
            memories.keep(stream.slot, asleep(detector))
        self.index = replace(self.index.with_stream(TOGETHER, stream), bucket_t=at, bucket=values)

    def _is_watched(self, metric: str) -> bool:
        return any(matches(pattern, metric) for pattern in self.watch.metrics)

    def _note(self, metric: str, t: int, value: float, score: float, why: "Explanation") -> None:
        expected = why.expected if isfinite(why.expected) else value
        self.anomalies.append(Anomaly(metric, t, value, expected, min(score, 1.0), why.cause))

    def _note_together(
        self, t: int, values: dict[str, float], score: float, metrics: "tuple[tuple[str, Explanation], ...]"
    ) -> None:
        """Name the strangest metric of those that were told."""
        metric, why = next((each for each in metrics if each[0] in values), metrics[0])
        value = values.get(metric, why.expected)
        expected = why.expected if isfinite(why.expected) else value
        self.anomalies.append(Anomaly(metric, t, value, expected, min(score, 1.0), why.cause, together=True))


def _fresh(samples: "Samples", after: int, interval_ms: int) -> tuple[list[Reading], int]:
    """Sort usable numbers by time, leave out those not after a time, and thin them."""
    places = np.flatnonzero(samples.usable() & np.isfinite(samples.v))
    t, v = samples.t[places], samples.v[places]
    order = np.argsort(t, kind="stable")
    t, v = t[order], v[order]
    late = int(np.searchsorted(t, after, side="right")) if after >= 0 else 0
    readings, last = list[Reading](), after if after >= 0 else None
    for one, value in zip(t[late:].tolist(), v[late:].tolist(), strict=True):
        if last is None or one - last >= max(interval_ms, 1):
            readings.append((one, value))
            last = one
    return readings, late


def anomaly_key(device: str, anomaly: Anomaly) -> Key:
    digest = sha256(anomaly.metric.encode()).hexdigest()[:10]
    return Key(keys.partition_of(device), f"{keys.prefix_of('anomaly')}{keys.instant_name(anomaly.t)}#{digest}")


def _line(anomaly: Anomaly, held: Held, now: datetime) -> Write:
    line = {
        "metric": anomaly.metric,
        "t": anomaly.t,
        "value": anomaly.value,
        "expected": anomaly.expected,
        "score": anomaly.score,
        "cause": anomaly.cause,
        "together": anomaly.together,
        "equipment": held.path,
    }
    return Put(anomaly_key(held.device, anomaly), {"anomaly": to_text(line)}, expires_at=now + KEPT)


def _fact(anomaly: Anomaly, held: Held, version: int) -> Fact:
    from makoto.events.telemetry import AnomalyDetected

    event = AnomalyDetected(
        tenant_id=held.tenant_id,
        device_id=held.device,
        equipment=held.path,
        metric=anomaly.metric,
        at=instant_from_ms(anomaly.t),
        value=anomaly.value,
        expected=anomaly.expected,
        score=anomaly.score,
        cause=anomaly.cause,
    )
    return Fact(event, f"anomalies/{held.device}", version)
