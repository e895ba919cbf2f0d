"""A piece of a foreign stream on its way into a device's telemetry: read, stored once, reported."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from functions.telemetry import keys
from functions.telemetry.batch import Incoming
from functions.telemetry.ingest import store_incoming
from functions.telemetry.posting import place_of
from functions.telemetry.views import Refusal
from makoto.codecs.ingress.formats import READERS, Reader
from makoto.codecs.ingress.portion import Condition, Portion, columns_of
from makoto.codecs.telemetry import Alarm, Decoded, DeviceMessage, Identity, Kind
from makoto.codecs.telemetry.companions import AlarmText
from makoto.codecs.telemetry.decoder import Content
from makoto.codecs.telemetry.rules import MAX_TEXT
from makoto.domain import DeviceId, Value, ms_from_instant
from makoto.errors import Conflict, FieldError, Invalid
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition as WriteCondition
from makoto.ports.documents import ConditionFailed, Datum, IfAbsent, IfVersion, Key

Format: TypeAlias = Literal["shdr", "mtconnect", "sparkplug-b", "opcua-json", "sitewise"]
Stream = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,48}$")]

MAX_PIECE_BYTES = 1024 * 1024
"""What one call reads; API Gateway takes ten times as much, but the answer must come within its 29 seconds."""

MAX_STATE_BYTES = 300 * 1024


class PieceOutOfOrder(Conflict):
    """Pieces of one stream come one after another; the detail says which one is awaited."""


class PieceTooLarge(Invalid):
    """A piece is larger than one call reads."""


class StreamTooWide(Invalid):
    """The stream has more metrics than its state may name."""


class SendPiece(Value):
    """A piece of a stream: `piece` counts from 0, `topic` is where it was published, in a format with topics."""

    device: DeviceId
    form: Format
    stream: Stream
    piece: Annotated[int, Field(ge=0)]
    is_last: bool = False
    topic: Annotated[str, Field(max_length=512)] = ""


class Published(Value):
    """What to publish to the source: an MQTT topic and a payload in Base64."""

    topic: str
    payload: str


class PieceReport(Value):
    """What became of a piece.

    `counts` tells what was read, odd or refused, by its name (`lines`, `unavailable`, `stepped_back`, `same_time`, …);
    `refused` names the first 200 of what was not kept. `rebirth` asks the source for its births, where it has them.
    """

    stream: str
    piece: int
    accepted: int
    is_repeated: bool
    counts: dict[str, int]
    refused: tuple[Refusal, ...]
    wants_rebirth: bool = False
    rebirth: Published | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A stream as it stands: its reader's state, the piece awaited and the next number of its messages."""

    state: str | None
    piece: int
    seq: int
    when_unchanged: WriteCondition


def send_piece(command: SendPiece, body: bytes, tenant: TenantContext, configuration: Configuration) -> PieceReport:
    """Store a piece. The last one sent may be sent again and changes nothing; another one out of turn is refused.

    The readings are stored under numbers that follow from the stream's state, then the state is written: after a crash
    in between the same piece makes the same messages, which are stored already.
    """
    if len(body) > MAX_PIECE_BYTES:
        size = f"a piece has at most {MAX_PIECE_BYTES} bytes"
        raise PieceTooLarge(size, errors=[FieldError("/body", "size", size)])
    path = place_of(command.device, tenant, configuration)
    held, now_ms = _held(command, tenant), ms_from_instant(tenant.clock.now())
    if command.piece == held.piece - 1:
        return _report(command, Portion(), 0, now_ms, is_repeated=True)
    if command.piece != held.piece:
        awaited = FieldError("/query/piece", "awaited", str(held.piece))
        raise PieceOutOfOrder(f"piece {held.piece} of stream {command.stream} is awaited", errors=[awaited])
    reader = READERS[command.form](held.state)
    portion = reader.read(body, now_ms, topic=command.topic, is_last=command.is_last)
    state = _state_of(reader, command)
    message = DeviceMessage(tenant.correlation_id, command.device, path, now_ms, body, topic=command.topic)
    contents = list(_contents(command, portion, held.seq, now_ms))
    incoming = [Incoming.of(message, decoded) for decoded in contents]
    accepted = store_incoming(incoming, tenant).accepted if incoming else 0
    _keep(command, held, state, held.seq + len(contents), tenant)
    return _report(command, portion, accepted, now_ms, is_repeated=False)


def _held(command: SendPiece, tenant: TenantContext) -> _Held:
    found = tenant.documents.find(_key(command))
    if found is None:
        return _Held(None, 0, 0, IfAbsent())
    data = found.data
    if data["form"] != command.form:
        raise PieceOutOfOrder(f"stream {command.stream} is in the format {data['form']}")
    return _Held(str(data["state"]), int(str(data["piece"])), int(str(data["seq"])), IfVersion(found.version))


def _state_of(reader: Reader, command: SendPiece) -> str:
    """What the next piece needs; asked for before anything is stored of a stream that cannot go on."""
    state = reader.to_text()
    if len(state) > MAX_STATE_BYTES:
        detail = f"stream {command.stream} names more metrics than are followed at once; divide it"
        raise StreamTooWide(detail, errors=[FieldError("/query/stream", "width", detail)])
    return state


def _keep(command: SendPiece, held: _Held, state: str, seq: int, tenant: TenantContext) -> None:
    data: dict[str, Datum] = {"form": command.form, "state": state, "piece": command.piece + 1, "seq": seq}
    try:
        tenant.documents.put(_key(command), data, when=held.when_unchanged)
    except ConditionFailed as other:
        raise PieceOutOfOrder(f"stream {command.stream} is being sent by another") from other


def _key(command: SendPiece) -> Key:
    return Key(keys.partition_of(command.device), f"ingress#{command.stream}")


def _contents(command: SendPiece, portion: Portion, seq: int, now_ms: int) -> Iterator[Decoded]:
    """What is current, what is historical and each condition: a message of its own, with the stream as its session."""
    faults = tuple(portion.faults)
    for is_historical in (False, True):
        points = [each for each in portion.points if each.is_historical is is_historical]
        if points:
            identity = Identity(command.stream, seq)
            yield Decoded(Kind.TELEMETRY, identity, columns_of(points), faults, is_historical)
            seq, faults = seq + 1, ()
    for condition in portion.conditions:
        content: Content = _alarm(command, condition, seq, now_ms)
        yield Decoded(Kind.ALARM, Identity(command.stream, seq), content, faults)
        seq, faults = seq + 1, ()
    if faults:
        yield Decoded(Kind.TELEMETRY, Identity(command.stream, seq), None, faults)


def _alarm(command: SendPiece, condition: Condition, seq: int, now_ms: int) -> Alarm:
    text = condition.text[:MAX_TEXT]
    return Alarm(
        schema="alarm/1",
        edge=command.device,
        session=command.stream,
        sent_at=now_ms,
        seq=seq,
        t=condition.t,
        id=condition.id,
        severity=condition.severity,
        active=condition.is_active,
        text=AlarmText(en=text, ja=text),
    )


def _report(command: SendPiece, portion: Portion, accepted: int, now_ms: int, *, is_repeated: bool) -> PieceReport:
    return PieceReport(
        stream=command.stream,
        piece=command.piece,
        accepted=accepted,
        is_repeated=is_repeated,
        counts=dict(portion.counts),
        refused=tuple(Refusal(pointer=each.pointer, reason=each.rule, detail=each.detail) for each in portion.faults),
        wants_rebirth=portion.wants_rebirth,
        rebirth=_rebirth(command, now_ms) if portion.wants_rebirth and command.form == "sparkplug-b" else None,
    )


def _rebirth(command: SendPiece, now_ms: int) -> Published | None:
    from makoto.codecs.ingress.sparkplug import rebirth_command, topic_of

    place = topic_of(command.topic)
    if place is None:
        return None
    topic, payload = rebirth_command(place, now_ms)
    return Published(topic=topic, payload=base64.b64encode(payload).decode())
