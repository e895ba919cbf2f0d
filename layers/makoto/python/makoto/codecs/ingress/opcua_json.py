"""OPC UA PubSub JSON (OPC 10000-14, 7.2.5): network messages of data set messages, or data set messages alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import orjson

from makoto.codecs.ingress.instants import ms_of_iso
from makoto.codecs.ingress.portion import Order, Point, Portion, Scalar
from makoto.codecs.telemetry.columns import BAD, GOOD, UNCERTAIN

MAX_ITEMS = 64
"""So many elements of an array are readings of their own; a longer one is refused."""

_MAX_DEPTH = 4
_DATA_VALUE = {"Value", "Status", "StatusCode", "SourceTimestamp", "ServerTimestamp"}
_BESIDE = {"UaType", "Dimensions", "SourcePicoseconds", "ServerPicoseconds"}
_HEADER = {"MessageId", "MessageType", "Messages", "Payload", "PublisherId", "DataSetWriterId", "DataSetWriterName"}
_INT64 = (8, 9)
_FLOATS = (10, 11)
_EXACT = 2**53
_TYPES = ("ua-keyframe", "ua-deltaframe", "ua-event", "ua-condition", "")
_SYMBOLS = {0x80000000: "Bad", 0x40000000: "Uncertain"}


@dataclass(slots=True)
class PubSubReader:
    """Reads message after message; a gap in a writer's sequence is told."""

    sequences: dict[str, int] = field(default_factory=dict)
    order: Order = field(default_factory=Order)

    @classmethod
    def from_text(cls, text: str) -> "PubSubReader":
        """Go on where `to_text` stopped."""
        given = json.loads(text)
        return cls(given["sequences"], Order(given["newest"]))

    def to_text(self) -> str:
        """Write down what the next message needs."""
        return json.dumps({"sequences": self.sequences, "newest": self.order.newest}, separators=(",", ":"))

    def read(self, data: bytes, received_at_ms: int, *, topic: str = "", is_last: bool = False) -> Portion:
        """Read one message, whatever its topic; `is_last` changes nothing."""
        portion = Portion()
        try:
            document = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            portion.refuse("", "json", str(error), data[:200].decode("utf-8", "replace"))
            return portion
        for pointer, message in _messages(document, portion):
            self._read_message(pointer, message, received_at_ms, portion)
        return portion

    def _read_message(self, pointer: str, message: Mapping[str, Any], received_at_ms: int, portion: Portion) -> None:
        kind = message.get("MessageType", "")
        if kind not in _TYPES or "Payload" not in message:
            portion.counts[str(kind) if kind in ("ua-keepalive", "ua-metadata") else "other_messages"] += 1
            return
        payload = message["Payload"]
        if not isinstance(payload, dict):
            portion.refuse(f"{pointer}/Payload", "type", "a payload is an object of fields", payload)
            return
        writer = str(message.get("DataSetWriterName") or "")
        self._follow(str(message.get("DataSetWriterId", writer)), message.get("SequenceNumber"), portion)
        stamp = message.get("Timestamp")
        at = ("server", received_at_ms) if stamp is None else ("edge", ms_of_iso(str(stamp)))
        for name, value in payload.items():
            metric = f"{writer}/{name}" if writer else name
            self._read_field(f"{pointer}/Payload/{_escaped(name)}", metric, value, at, received_at_ms, portion)

    def _follow(self, writer: str, number: object, portion: Portion) -> None:
        if not isinstance(number, int):
            return
        before = self.sequences.get(writer)
        if before is not None and number != before + 1 and number > before:
            portion.counts["gap"] += number - before - 1
        self.sequences[writer] = number

    def _read_field(
        self,
        pointer: str,
        metric: str,
        value: Any,
        message_at: tuple[str, int | None],
        received_at_ms: int,
        portion: Portion,
    ) -> None:
        quality, symbol, (clock, t) = GOOD, "", message_at
        if _is_data_value(value):
            quality, symbol = _status(value.get("StatusCode", value.get("Status")))
            for name, by in (("SourceTimestamp", "source"), ("ServerTimestamp", "server")):
                if value.get(name) is not None:
                    clock, t = by, ms_of_iso(str(value[name]))
                    break
            value = {each: value[each] for each in ("UaType", "Value") if each in value} or None
        if t is None:
            portion.refuse(pointer, "time", "a timestamp is of ISO 8601", value)
            return
        for name, scalar in _scalars(metric, _body(value), pointer, portion, 0):
            worth = BAD if scalar is None and quality == GOOD else quality
            held = None if worth == BAD else scalar
            point = Point(name, t, held, worth, symbol or ("Null" if scalar is None else ""), clock)
            if portion.keep(point, pointer, received_at_ms):
                self.order.note(name, t, portion)


def _messages(document: Any, portion: Portion) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """With the network message's header, without it, one or many."""
    if isinstance(document, list):
        for at, each in enumerate(document):
            yield from ((f"/{at}{pointer}", message) for pointer, message in _messages(each, portion))
    elif not isinstance(document, dict):
        portion.refuse("", "type", "a message is an object", document)
    elif "Messages" in document:
        given = document["Messages"]
        for at, each in enumerate(given if isinstance(given, list) else [given]):
            if isinstance(each, dict):
                yield f"/Messages/{at}", each
            else:
                portion.refuse(f"/Messages/{at}", "type", "a data set message is an object", each)
    elif document and not _HEADER & set(document):
        yield "", {"Payload": document}  # without any header a message is its payload (7.2.5.3)
    else:
        yield "", document


def _is_data_value(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and bool(_DATA_VALUE & set(value)) and set(value) <= _DATA_VALUE | _BESIDE


def _body(value: Any) -> Any:
    """What a variant holds: `{"Type": 11, "Body": 1.5}` of version 1.04, `{"UaType": 11, "Value": 1.5}` of 1.05."""
    if isinstance(value, dict) and set(value) <= {"Type", "Body", "Dimensions"} and "Body" in value:
        return _typed(value.get("Type"), value["Body"])
    if isinstance(value, dict) and set(value) <= {"UaType", "Value", "Dimensions"} and "Value" in value:
        return _typed(value["UaType"], value["Value"]) if "UaType" in value else _body(value["Value"])
    return value


def _typed(kind: Any, body: Any) -> Any:
    """Integers of 64 bits and what is no number travel as texts (OPC 10000-6, 5.4.2); a double holds most of them."""
    if isinstance(body, list):
        return [_typed(kind, each) for each in body]
    if not isinstance(body, str) or kind not in (*_INT64, *_FLOATS) or not (body.isascii() and len(body) < 25):
        return body
    try:
        return float(body) if kind in _FLOATS or abs(int(body)) <= _EXACT else body
    except ValueError:
        return body


def _scalars(name: str, value: Any, pointer: str, portion: Portion, depth: int) -> Iterator[tuple[str, Scalar]]:
    """A structure's fields and an array's elements are readings of their own: `name/field`, `name/0`."""
    if value is None or isinstance(value, bool | str):
        yield name, value
    elif isinstance(value, int | float):
        yield name, float(value)
    elif depth == _MAX_DEPTH or len(value) > MAX_ITEMS:
        portion.refuse(pointer, "size", f"at most {MAX_ITEMS} elements, {_MAX_DEPTH} deep", name)
    else:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in items:
            yield from _scalars(f"{name}/{key}", _body(each), pointer, portion, depth + 1)


def _status(status: Any) -> tuple[int, str]:
    """The severity is in the two highest bits (OPC 10000-4, 7.39)."""
    symbol = str(status.get("Symbol") or "") if isinstance(status, dict) else ""
    code = status.get("Code", 0) if isinstance(status, dict) else status or 0
    if not isinstance(code, int) or code < 0:
        return BAD, symbol or "BadStatus"
    severity = code & 0xC0000000
    if severity == 0:
        return GOOD, ""
    return UNCERTAIN if severity == 0x40000000 else BAD, symbol or f"{_SYMBOLS.get(severity, 'Bad')}(0x{code:08X})"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
