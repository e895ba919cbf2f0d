"""The detectors of a device's anomalies: their memory in its partition, and live in the process while it fits.

A metric's detector is a text of some 4.7 KB; sixteen lie in a document, and a small index says where, and up to when
each has read. Only documents whose metrics have something new are read and written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from functions.telemetry import keys
from makoto.codecs.json_text import from_text, to_text
from makoto.errors import Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, Document, IfAbsent, IfVersion, Key, Put, Write

if TYPE_CHECKING:
    from makoto.analytics.anomaly import Detector, MachineDetector

MAX_STREAMS = 48
STREAMS_A_DOCUMENT = 16
MAX_DOCUMENTS = MAX_STREAMS // STREAMS_A_DOCUMENT
TOGETHER = ""
"""Stands for all watched metrics as one; no metric has this name."""

TOGETHER_SLOT = -1
MAX_LIVE = 1000
"""So many detectors stay alive in a process, each about 20 KB."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A watched metric: where its memory lies, up to when it has read, and whether that was an anomaly."""

    slot: int
    t: int = -1
    is_over: bool = False
    late: int = 0


@dataclass(frozen=True, slots=True)
class Index:
    """What of a device is watched; `bucket` holds the instant's values of metrics that are watched together."""

    streams: Mapping[str, Stream] = field(default_factory=dict)
    told: int = 0
    untold: int = 0
    refused: int = 0
    bucket_t: int = -1
    bucket: Mapping[str, float] = field(default_factory=dict)

    def stream(self, metric: str) -> Stream | None:
        """Find a metric's stream, or make room for it; there is none beyond the bound."""
        known = self.streams.get(metric)
        if known is not None or metric == TOGETHER:
            return known or Stream(TOGETHER_SLOT)
        taken = {stream.slot for stream in self.streams.values()}
        free = next((slot for slot in range(MAX_STREAMS) if slot not in taken), None)
        return None if free is None else Stream(free)

    def with_stream(self, metric: str, stream: Stream) -> "Index":
        return replace(self, streams={**self.streams, metric: stream})

    def to_text(self) -> str:
        """Write as JSON text."""
        streams = {name: [each.slot, each.t, each.is_over, each.late] for name, each in self.streams.items()}
        rest = [self.untold, self.refused, self.bucket_t, self.bucket]
        return to_text([streams, *rest])

    @classmethod
    def from_document(cls, document: Document | None) -> "Index":
        """Read what `to_text` wrote."""
        if document is None:
            return cls()
        streams, untold, refused, bucket_t, bucket = from_text(str(document.data["index"]))
        told = document.data["told"]
        assert isinstance(told, int)
        found = {name: Stream(*each) for name, each in streams.items()}
        return cls(found, told, untold, refused, bucket_t, bucket)


@dataclass(slots=True)
class Memories:
    """The texts of detectors by document, read so that a write over them fails if they have changed since."""

    device: str
    texts: dict[int, dict[str, str]] = field(default_factory=dict)
    conditions: dict[int, Condition] = field(default_factory=dict)

    @classmethod
    def of(cls, device: str, slots: Iterable[int], tenant: TenantContext) -> "Memories":
        """Read the documents that hold some slots."""
        memories = cls(device)
        numbers = sorted({_document_of(slot) for slot in slots})
        wanted = {memory_key(device, number): number for number in numbers}
        got = tenant.documents.batch_get(list(wanted))
        if got.failed:
            raise Unavailable(f"the store did not answer for {len(got.failed)} of {len(wanted)} documents")
        for key, number in wanted.items():
            found = got.found.get(key)
            memories.texts[number] = dict(from_text(str(found.data["detectors"]))) if found else {}
            memories.conditions[number] = IfVersion(found.version) if found else IfAbsent()
        return memories

    def text(self, slot: int) -> str | None:
        return self.texts[_document_of(slot)].get(str(slot))

    def keep(self, slot: int, text: str) -> None:
        self.texts[_document_of(slot)][str(slot)] = text

    def writes(self) -> list[Write]:
        return [
            Put(memory_key(self.device, number), {"detectors": to_text(texts)}, self.conditions[number])
            for number, texts in self.texts.items()
        ]


def index_key(device: str) -> Key:
    return Key(keys.partition_of(device), "anomaly-index")


def memory_key(device: str, number: int) -> Key:
    return Key(keys.partition_of(device), f"anomaly-memory#{number + 1}")


_live: "dict[str, Detector | MachineDetector]" = {}


def woken(text: str | None) -> "Detector":
    """Go on with a metric's detector: the live one where the text is its own, else the one that the text describes."""
    from makoto.analytics.anomaly import Detector, NotAState, detector

    if text is None:
        return detector()
    found = _live.pop(text, None)
    if isinstance(found, Detector):
        return found
    try:
        return Detector.from_text(text)
    except NotAState:  # written by an earlier kind of detector
        return detector()


def woken_together(text: str | None, metrics: tuple[str, ...]) -> "MachineDetector":
    """Go on with the detector of several metrics; other metrics begin anew."""
    from makoto.analytics.anomaly import MachineDetector, NotAState, machine_detector

    if text is None:
        return machine_detector(metrics)
    found = _live.pop(text, None)
    if isinstance(found, MachineDetector) and found.metrics == metrics:
        return found
    try:
        return MachineDetector.from_text(text, metrics)
    except NotAState:
        return machine_detector(metrics)


def asleep(detector: "Detector | MachineDetector") -> str:
    """Write a detector, and keep it alive for who reads the same text again."""
    text = detector.to_text()
    if len(_live) >= MAX_LIVE:
        _live.clear()
    _live[text] = detector
    return text


def _document_of(slot: int) -> int:
    return slot // STREAMS_A_DOCUMENT
