"""A machine of several metrics: each by itself, and whether they still go together."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from makoto.analytics.anomaly.alarm import Alarm, graded
from makoto.analytics.anomaly.clock import Timestamp
from makoto.analytics.anomaly.one import Detector, Explanation
from makoto.analytics.anomaly.packing import packed, restored
from makoto.analytics.anomaly.relations import Relations
from makoto.errors import Invalid

MOST_METRICS = 32
_SHARED = 0.15
_CHANCES = 3.0
"""So many metrics, each by itself and beside the others, so many chances to be surprised (Bonferroni)."""

_APART = "a value that does not fit the other metrics"


class NotMetrics(Invalid):
    """A machine has between one and 32 metrics with different names."""


@dataclass(frozen=True, slots=True)
class MachineExplanation:
    """The score of the machine, and its metrics, the strangest first."""

    score: float
    cause: str
    metrics: tuple[tuple[str, Explanation], ...]


class MachineDetector:
    """Scores all metrics of a machine together; a metric that is not told stays as it was."""

    __slots__ = ("alarm", "latest", "metrics", "parts", "relations", "surprises", "together")

    def __init__(self, metrics: Sequence[str]) -> None:
        if not 0 < len(metrics) <= MOST_METRICS or len(set(metrics)) != len(metrics):
            raise NotMetrics(f"{len(metrics)} metrics; 1 to {MOST_METRICS} with different names are asked for")
        self.metrics = tuple(metrics)
        self.parts = [Detector() for _ in metrics]
        self.relations = Relations(len(metrics))
        self.alarm = Alarm()
        self.surprises = array("f", bytes(4 * len(metrics)))
        self.together = array("f", bytes(4 * len(metrics)))
        self.latest = 0.0

    def __call__(self, timestamp: Timestamp, values: Mapping[str, float | None]) -> float:
        """Score a reading of all metrics; one that is missing is left out."""
        told = [part.surprise(timestamp, values.get(name)) for name, part in zip(self.metrics, self.parts, strict=True)]
        self.surprises = array("f", [max(each, 0.0) for each in told])
        if max(told) < 0.0:
            self.latest = 0.0
            return 0.0
        self.together = array("f", self.relations.take([_standardised(part) for part in self.parts]))
        every = self.surprises + self.together
        greatest = max(every)
        self.latest = self.alarm.score(
            greatest + _SHARED * (sum(every) - greatest) / len(told) - log(_CHANCES * len(told))
        )
        return self.latest

    def explain(self) -> MachineExplanation:
        """Say which metrics were strange, in what way, the strangest first."""
        pairs = [max(one, other) for one, other in zip(self.surprises, self.together, strict=True)]
        order = sorted(range(len(pairs)), key=lambda place: -pairs[place])
        needed = self.alarm.needed + log(_CHANCES * len(pairs))
        metrics = tuple(
            (self.metrics[place], replace(self.parts[place].explain(), score=graded(pairs[place] / needed)))
            for place in order
        )
        first = order[0]
        cause = _APART if self.together[first] > self.surprises[first] else metrics[0][1].cause
        return MachineExplanation(self.latest, f"{metrics[0][0]}: {cause}", metrics)

    def to_text(self) -> str:
        """Write everything that the next score depends on."""
        return packed(self)

    @classmethod
    def from_text(cls, text: str, metrics: Sequence[str]) -> "MachineDetector":
        """Go on where `to_text` was called; the metrics are given in the same order."""
        one = cls(metrics)
        restored(one, text)
        return one


def _standardised(part: Detector) -> float:
    scale = part.views.value.scale
    return part.season.deviation / scale if scale > 0.0 else 0.0


def machine_detector(metrics: Sequence[str]) -> MachineDetector:
    """Begin a detector of a machine."""
    return MachineDetector(metrics)
