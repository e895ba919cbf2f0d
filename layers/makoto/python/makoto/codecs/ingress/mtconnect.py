"""MTConnect Streams, what an agent answers to `current` and `sample`: XML of observations with their sequence."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from makoto.codecs.ingress.conditions import LEVELS, UNAVAILABLE, conditions_of
from makoto.codecs.ingress.instants import ms_of_iso
from makoto.codecs.ingress.portion import Condition, Order, Point, Portion, unavailable
from makoto.codecs.ingress.sampled import sampled

_CATEGORIES = ("Samples", "Events", "Condition")


@dataclass(slots=True)
class StreamsReader:
    """Reads one answer after another. An observation that comes twice is taken once; a gap in the sequence is told."""

    instance: str = ""
    next_sequence: int = 0
    order: Order = field(default_factory=Order)
    active: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str) -> "StreamsReader":
        """Go on where `to_text` stopped."""
        given = json.loads(text)
        return cls(given["instance"], given["next"], Order(given["newest"]), given["active"])

    def to_text(self) -> str:
        """Write down what the next answer needs."""
        state = {
            "instance": self.instance,
            "next": self.next_sequence,
            "newest": self.order.newest,
            "active": self.active,
        }
        return json.dumps(state, separators=(",", ":"))

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read a whole answer; `is_last` changes nothing."""
        portion = Portion()
        try:
            root = fromstring(data, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            portion.refuse("", "xml", str(error), data[:200].decode("utf-8", "replace"))
            return portion
        if _name(root) != "MTConnectStreams":
            portion.refuse("", "schema", f"an MTConnectStreams document is expected, not {_name(root)}")
            return portion
        self._begin(root, portion)
        for device, component, item in _observations(root):
            self._read_item(f"{device}/{component}", item, received_at_ms, portion)
        self._end(root)
        return portion

    def _begin(self, root: Element, portion: Portion) -> None:
        header = _child(root, "Header")
        instance = header.get("instanceId", "") if header is not None else ""
        if instance != self.instance:
            portion.counts["restarts"] += bool(self.instance)
            self.instance, self.next_sequence = instance, 0
        first = _integer(header.get("firstSequence")) if header is not None else None
        if first is not None and self.next_sequence and first > self.next_sequence:
            portion.counts["gap"] += first - self.next_sequence
            portion.wants_rebirth = True

    def _end(self, root: Element) -> None:
        header = _child(root, "Header")
        after = _integer(header.get("nextSequence")) if header is not None else None
        if after is not None:
            self.next_sequence = max(self.next_sequence, after)

    def _read_item(self, place: str, item: Element, received_at_ms: int, portion: Portion) -> None:
        sequence = _integer(item.get("sequence"))
        if sequence is not None and self.next_sequence and sequence < self.next_sequence:
            portion.counts["repeated"] += 1
            return
        metric = item.get("name") or item.get("dataItemId") or ""
        pointer = f"/{place}/{item.get('dataItemId', '?')}"
        t = ms_of_iso(item.get("timestamp", ""))
        if not metric or t is None:
            portion.refuse(pointer, "attribute", "an observation has dataItemId and timestamp", item.tag)
            return
        for point in _points(metric, t, item, portion):
            if portion.keep(point, pointer, received_at_ms):
                self.order.note(point.metric, point.t, portion)
        portion.conditions += _conditions(self.active, metric, t, item)


def _points(metric: str, t: int, item: Element, portion: Portion) -> Iterator[Point]:
    level, text = _name(item), (item.text or "").strip()
    if text.upper() == UNAVAILABLE or level == "Unavailable":
        portion.counts["unavailable"] += 1
        yield unavailable(metric, t, UNAVAILABLE)
    elif level.lower() in LEVELS:
        yield Point(metric, t, level.upper())
    elif len(item):
        yield from _entries(metric, t, item)
    elif "sampleCount" in item.attrib:
        yield from _time_series(metric, t, item, text, portion)
    else:
        yield from _values(metric, t, text)
        if level == "Message" and item.get("nativeCode"):
            yield Point(f"{metric}/code", t, item.get("nativeCode"))


def _entries(metric: str, t: int, item: Element) -> Iterator[Point]:
    """A data set: one reading an entry, of a table one a cell; an entry that was removed is null."""
    for entry in item:
        name = f"{metric}/{entry.get('key', '')}"
        if entry.get("removed") == "true":
            yield unavailable(name, t, "Removed")
        elif len(entry):
            for cell in entry:
                yield from _values(f"{name}/{cell.get('key', '')}", t, (cell.text or "").strip())
        else:
            yield from _values(name, t, (entry.text or "").strip())


def _time_series(metric: str, t: int, item: Element, text: str, portion: Portion) -> Iterator[Point]:
    """Samples at a fixed rate, of which the timestamp is the last one's (MTConnect Part 2, time series)."""
    numbers, rate = [_number(each) for each in text.split()], _number(item.get("sampleRate", ""))
    yield from sampled(metric, t, (_integer(item.get("sampleCount")), rate, numbers), "source", portion)


def _values(metric: str, t: int, text: str) -> Iterator[Point]:
    numbers = [_number(each) for each in text.split(" ")]
    if len(numbers) == 3 and None not in numbers:
        yield from (Point(f"{metric}/{axis}", t, number) for axis, number in zip("xyz", numbers, strict=True))
        return
    number = _number(text)
    yield Point(metric, t, text if number is None else number)


def _conditions(active: dict[str, list[str]], metric: str, t: int, item: Element) -> Iterator[Condition]:
    level, code = _name(item).lower(), item.get("nativeCode", "")
    if level in LEVELS or level == UNAVAILABLE.lower():
        text = (item.text or "").strip() or code or item.get("type", "") or level
        yield from conditions_of(active, metric, level, code, text, t)


def _observations(root: Element) -> Iterator[tuple[str, str, Element]]:
    for device in root.iter(_tag(root, "DeviceStream")):
        for component in device.iter(_tag(root, "ComponentStream")):
            for category in component:
                if _name(category) in _CATEGORIES:
                    for item in category:
                        yield device.get("name", "?"), component.get("componentId", "?"), item


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _tag(root: Element, name: str) -> str:
    return f"{{{root.tag[1:].partition('}')[0]}}}{name}" if root.tag.startswith("{") else name


def _child(root: Element, name: str) -> Element | None:
    return next((each for each in root if _name(each) == name), None)


def _integer(text: str | None) -> int | None:
    """A whole number of 64 bits; whoever writes another one is not followed by it."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 20 else None


def _number(text: str) -> float | None:
    try:
        return float(text) if text and "_" not in text and not text[-1].isalpha() else None
    except ValueError:
        return None
