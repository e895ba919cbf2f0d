"""The decoder of device messages: one call, whatever the kind and however broken."""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import msgspec
from pydantic import BaseModel, ValidationError

from makoto.codecs.telemetry.columnar import ColumnarReader, NotClean, RawSeries
from makoto.codecs.telemetry.columns import Columns, joined
from makoto.codecs.telemetry.companions import Alarm, Birth, Counters, Death, MachineState
from makoto.codecs.telemetry.exact import Unreadable, escaped, read_all, read_json, read_series
from makoto.codecs.telemetry.kinds import Kind
from makoto.codecs.telemetry.plain import read_plain
from makoto.codecs.telemetry.rules import (
    EARLIEST_MS,
    MAX_INTEGER,
    MAX_MESSAGE_BYTES,
    MAX_SEQ,
    MOST_AHEAD_MS,
    Fault,
    excerpt_of,
    is_integer,
    is_session,
)

Content: TypeAlias = Columns | Birth | Death | MachineState | Counters | Alarm


_COMPANIONS: dict[str, tuple[Kind, type[BaseModel]]] = {
    "birth/1": (Kind.BIRTH, Birth),
    "death/1": (Kind.DEATH, Death),
    "state/1": (Kind.STATE, MachineState),
    "counters/1": (Kind.COUNTERS, Counters),
    "alarm/1": (Kind.ALARM, Alarm),
}
_HEAD = frozenset({"schema", "edge", "session", "seq", "sent_at", "historical", "series"})
_REQUIRED = ("edge", "session", "seq", "sent_at", "series")


@dataclass(frozen=True, slots=True)
class Identity:
    """A message's place in its edge's sequence."""

    session: str
    seq: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a message says. Without content it is refused whole, and the faults say why.

    Without identity it is known by its bytes only: plain JSON, a death, or what cannot be read.
    """

    kind: Kind | None
    identity: Identity | None = None
    content: Content | None = None
    faults: tuple[Fault, ...] = ()
    is_historical: bool = False


class _RawTelemetry(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    edge: str
    session: str
    seq: int
    sent_at: int
    series: list[RawSeries]
    historical: bool = False


class Decoder:
    """Decodes messages of one device at a time; holds a parser's buffers, so one for each thread."""

    def __init__(self) -> None:
        self._raw = msgspec.json.Decoder(_RawTelemetry)
        self._columnar = ColumnarReader()

    def decode(self, body: bytes, *, device: str, received_at_ms: int, kind: Kind | None = None) -> Decoded:
        """Decode a message of `device`; `kind` is what its topic says, absent where any will do. Never raises."""
        if len(body) > MAX_MESSAGE_BYTES:
            fault = Fault("", "size", f"a message has at most {MAX_MESSAGE_BYTES} bytes, this one {len(body)}")
            return Decoded(kind, faults=(fault,))
        if kind in (None, Kind.TELEMETRY):
            decoded = self._clean(body, device, received_at_ms)
            if decoded is not None:
                return decoded
        return decode_exactly(body, device=device, received_at_ms=received_at_ms, kind=kind)

    def _clean(self, body: bytes, device: str, received_at_ms: int) -> Decoded | None:
        """Decode a telemetry message whose frame keeps every rule; a column may still hide bytes that are no UTF-8."""
        try:
            raw = self._raw.decode(body)
            if raw.edge != device or not _is_framed(raw):
                return None
            content, faults = self._series(raw.series, received_at_ms + MOST_AHEAD_MS)
        except (msgspec.DecodeError, UnicodeDecodeError, Unreadable):
            return None
        identity = Identity(raw.session, raw.seq)
        return Decoded(Kind.TELEMETRY, identity, content, tuple(faults), raw.historical)

    def _series(self, series: list[RawSeries], latest_ms: int) -> tuple[Columns, list[Fault]]:
        try:
            return self._columnar.read(series, latest_ms), []
        except NotClean:
            return self._mixed(series, latest_ms)

    def _mixed(self, series: list[RawSeries], latest_ms: int) -> tuple[Columns, list[Fault]]:
        parts, faults = list[Columns](), list[Fault]()
        for index, each in enumerate(series):
            try:
                parts.append(self._columnar.read([each], latest_ms))
            except NotClean:
                part, broken = read_series(_plainly(each), f"/series/{index}", latest_ms)
                parts += [part] if part is not None else []
                faults += broken
        return joined(parts), faults


def edge_of(body: bytes) -> str | None:
    """Find the name by which a message calls its device, where there is one."""
    try:
        document = read_json(body) if len(body) <= MAX_MESSAGE_BYTES else None
    except Unreadable:
        return None
    edge = document.get("edge") if isinstance(document, dict) else None
    return edge if isinstance(edge, str) else None


def decode_exactly(body: bytes, *, device: str, received_at_ms: int, kind: Kind | None = None) -> Decoded:
    """Decode by the definition, slowly; what `Decoder` does must equal this."""
    try:
        document = read_json(body)
    except Unreadable as error:
        excerpt = excerpt_of(body[:200].decode("utf-8", "replace"))
        return Decoded(kind, faults=(Fault("", "json", f"this is no JSON: {error}", excerpt),))
    if not isinstance(document, dict):
        return Decoded(kind, faults=(Fault("", "type", "a message is an object", excerpt_of(document)),))
    if "schema" not in document and kind in (None, Kind.TELEMETRY):
        columns, faults = read_plain(document, received_at_ms)
        return Decoded(Kind.TELEMETRY, None, columns, tuple(faults))
    decoded = _decode_schema(document, body, received_at_ms)
    fault = _place_fault(document, decoded, device, kind)
    if fault is not None and fault.rule == "edge":
        return Decoded(kind, faults=(fault,))
    return replace(decoded, kind=kind, content=None, faults=(fault,)) if fault else decoded


def _decode_schema(document: dict[str, Any], body: bytes, received_at_ms: int) -> Decoded:
    schema = document.get("schema")
    identity = _identity_of(document)
    latest_ms = received_at_ms + MOST_AHEAD_MS
    if schema == "telemetry/1":
        fault = _frame_fault(document)
        if fault:
            return Decoded(Kind.TELEMETRY, identity, None, (fault,))
        parts, faults = read_all(document["series"], latest_ms)
        historical = document.get("historical", False)
        return Decoded(Kind.TELEMETRY, identity, joined(parts), tuple(faults), historical)
    if not isinstance(schema, str) or schema not in _COMPANIONS:
        known = ["telemetry/1", *_COMPANIONS]
        return Decoded(None, identity, None, (Fault("/schema", "schema", f"one of {known}", excerpt_of(schema)),))
    return _decode_companion(schema, identity, body, latest_ms)


def _decode_companion(schema: str, identity: Identity | None, body: bytes, latest_ms: int) -> Decoded:
    kind, model = _COMPANIONS[schema]
    try:
        content: Any = model.model_validate_json(body)
    except ValidationError as error:
        return Decoded(kind, identity, None, tuple(_faults_of(error)))
    if getattr(content, "t", EARLIEST_MS) > latest_ms:
        fault = Fault("/t", "time_range", "a time is at most 10 minutes ahead of the server", excerpt_of(content.t))
        return Decoded(kind, identity, None, (fault,))
    return Decoded(kind, identity, content)


def _place_fault(document: dict[str, Any], decoded: Decoded, device: str, kind: Kind | None) -> Fault | None:
    if isinstance(document.get("edge"), str) and document["edge"] != device:
        return Fault("/edge", "edge", f"the certificate belongs to {device}", excerpt_of(document["edge"]))
    if kind is not None and decoded.kind not in (None, kind):
        return Fault(
            "/schema", "topic", f"this schema is not for the topic …/{kind}", excerpt_of(document.get("schema"))
        )
    return None


def _frame_fault(document: dict[str, Any]) -> Fault | None:
    if unknown := sorted(document.keys() - _HEAD):
        return Fault(f"/{escaped(unknown[0])}", "unknown_field", f"a message has {sorted(_HEAD)}")
    for name in _REQUIRED:
        if name not in document:
            return Fault(f"/{name}", "missing", f"a message has {list(_REQUIRED)}")
    rules: dict[str, tuple[bool, str]] = {
        "edge": (isinstance(document["edge"], str), "a text"),
        "session": (is_session(document["session"]), "1 to 64 letters, digits, - and _"),
        "seq": (is_integer(document["seq"], 0, MAX_SEQ), f"a whole number from 0 to {MAX_SEQ}"),
        "sent_at": (is_integer(document["sent_at"], EARLIEST_MS, MAX_INTEGER), "whole milliseconds after 1999"),
        "historical": (isinstance(document.get("historical", False), bool), "true or false"),
        "series": (isinstance(document["series"], list), "a list"),
    }
    for name, (holds, detail) in rules.items():
        if not holds:
            return Fault(f"/{name}", "type", detail, excerpt_of(document[name]))
    return None


def _identity_of(document: dict[str, Any]) -> Identity | None:
    """Find the place in the sequence even of a message that is refused, so that its edge is not kept waiting."""
    session, seq = document.get("session"), document.get("seq")
    if isinstance(session, str) and is_session(session) and isinstance(seq, int) and is_integer(seq, 0, MAX_SEQ):
        return Identity(session, seq)
    return None


def _is_framed(raw: _RawTelemetry) -> bool:
    return (
        raw.schema == "telemetry/1"
        and is_session(raw.session)
        and 0 <= raw.seq <= MAX_SEQ
        and EARLIEST_MS <= raw.sent_at <= MAX_INTEGER
    )


def _plainly(series: RawSeries) -> object:
    """Decode the columns of a series whose frame is known to be right."""
    decoded: dict[str, object] = {"m": series.m, "clock": series.clock}
    for name in ("t", "v", "q", "qs"):
        if text := bytes(getattr(series, name)):
            decoded[name] = read_json(text)
    return decoded


def _faults_of(error: ValidationError) -> list[Fault]:
    return [
        Fault("".join(f"/{escaped(str(part))}" for part in each["loc"]), each["type"], each["msg"], shown)
        for each in error.errors(include_url=False)[:100]
        for shown in [excerpt_of(each["input"])]
    ]
