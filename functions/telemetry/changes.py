"""What a portion of messages changes in a tenant's documents. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from functions.telemetry import keys, minutes, reports
from functions.telemetry.batch import HistoryFile, Incoming
from functions.telemetry.held import Held
from functions.telemetry.latest import Latest, Report
from functions.telemetry.ledger import Ledger, Session
from functions.telemetry.portion import Portion, Taken, contents_of
from makoto.codecs.json_text import to_text
from makoto.codecs.telemetry import Alarm, Birth, Columns, Counters, Death, Fault, Kind, MachineState
from makoto.domain import DeviceId
from makoto.ports.documents import Datum, Delete, IfAbsent, Put, Write
from makoto.ports.outbox import Fact

QUARANTINE_KEPT = timedelta(days=30)
MARKS_KEPT = timedelta(days=15)
MAX_FAULTS = 100
"""As many faults of one message are kept; their number is."""

_Record: TypeAlias = Birth | MachineState | Counters | Alarm
_KINDS: dict[type[_Record], Kind] = {
    Birth: Kind.BIRTH,
    MachineState: Kind.STATE,
    Counters: Kind.COUNTERS,
    Alarm: Kind.ALARM,
}


@dataclass(frozen=True, slots=True)
class Change:
    """The ledger after a portion, who is asked for a rebirth, what is told, and what is written beside it.

    `notes` are written beforehand, as often as it takes.
    """

    ledger: Ledger
    reborn: frozenset[str]
    facts: tuple[Fact, ...] = ()
    writes: tuple[Write, ...] = ()
    notes: tuple[Put, ...] = ()


def noted(portion: Portion, held: Held, now_ms: int) -> Change:
    """Write a portion into the ledger."""
    ledger, asked = replace(held.ledger, path=held.path), set[str]()
    for name in {each.incoming.session for each in portion.taken if each.incoming.decoded.identity}:
        taken = [each for each in portion.taken if each.incoming.session == name]
        session = _session_after(ledger.session(name), taken, now_ms)
        if session.gap is not None and session.wants_rebirth(now_ms):
            asked.add(name)
            session = replace(session, told=session.gap.seq)
        ledger = ledger.with_session(name, session)
    for incoming, death in contents_of(portion, Death):
        session = ledger.session(death.session)
        died_ms = max(session.died_ms, incoming.message.received_at_ms)
        seen_ms = max(session.seen_ms, now_ms)
        ledger = ledger.with_session(death.session, replace(session, died_ms=died_ms, seen_ms=seen_ms))
    reported = reports.machine_reported(portion, held, ledger.facts + 1)
    ledger = replace(ledger, facts=ledger.facts + len(reported))
    return Change(ledger.pruned(now_ms), frozenset(asked), reported)


def _session_after(session: Session, taken: Sequence[Taken], now_ms: int) -> Session:
    partial = {each.incoming.seq: each.until for each in taken if each.until is not None}
    session = replace(session, partial={**session.partial, **partial})
    session = session.stored([each.incoming.seq for each in taken if each.until is None], now_ms)
    births = [each.incoming.seq for each in taken if isinstance(each.incoming.decoded.content, Birth)]
    return session.reborn(max(births), now_ms) if births else session


def latest_after(portion: Portion, held: Held, ledger: Ledger) -> Latest:
    """Take the newest readings and reports, and mark what came before a session died."""
    latest = held.latest
    if portion.batch is not None:
        latest = latest.with_values(portion.batch.newest())
    for incoming, state in contents_of(portion, MachineState):
        fields = {"packml": state.packml, "mode": state.mode, "reason": state.reason, "order": state.order}
        latest = replace(latest, state=Report(state.t, incoming.order, fields).newer_of(latest.state))
    for incoming, counters in contents_of(portion, Counters):
        report = Report(counters.t, incoming.order, counters.counters.model_dump())
        latest = replace(latest, counters=report.newer_of(latest.counters))
    return latest.with_deaths({name: session.died_ms for name, session in ledger.sessions.items() if session.died_ms})


def latest_writes_of(portion: Portion, held: Held, change: Change) -> list[Write]:
    """List the writes of the newest values, which lie apart from the rest; done twice they are as good as once."""
    writes, latest = list[Write](), latest_after(portion, held, change.ledger)
    if latest != held.latest or held.moved_from is not None:
        latest_key = keys.latest_key(held.path, held.device)
        document = {"device": held.device, "path": held.path, "latest": latest.to_text()}
        writes.append(Put(latest_key, document, held.conditions[latest_key]))
    if held.moved_from is not None:
        old_key = keys.latest_key(held.moved_from, held.device)
        writes.append(Delete(old_key, held.conditions[old_key]))
    return writes


def writes_of(
    portion: Portion, held: Held, change: Change, files: Sequence[tuple[str, HistoryFile]], now: datetime
) -> list[Write]:
    """List the writes of one atomic change in the device's partition; `files` come with their ULID."""
    ledger_key = keys.ledger_key(held.device)
    ledger: dict[str, Datum] = {"path": held.path, "sessions": change.ledger.to_text(), "facts": change.ledger.facts}
    ledger |= {"sealed": change.ledger.sealed} if change.ledger.sealed else {}
    writes: list[Write] = [Put(ledger_key, ledger, held.conditions[ledger_key]), *change.writes]
    writes += _minute_writes(portion, held, now)
    hours = {minute // 60 for minute in portion.minutes()}
    writes += [Put(keys.stale_key(held.device, hour), {}) for hour in sorted(hours) if hour < change.ledger.sealed]
    writes += [_file_write(held.device, ulid, file) for ulid, file in files]
    return writes + [write for each in portion.taken for write in _message_writes(each, held.device, now)]


def _minute_writes(portion: Portion, held: Held, now: datetime) -> Iterator[Write]:
    if portion.batch is None:
        return
    for minute, rollups in portion.batch.rollups().items():
        if minutes.expiry_of(minute) > now:
            key = keys.minute_key(held.device, minutes.minute_name(minute))
            text = minutes.to_document_text(minutes.merged(held.summaries.get(minute, {}), rollups))
            yield Put(key, {"metrics": text}, held.conditions[key], minutes.expiry_of(minute))


def _file_write(device: DeviceId, ulid: str, file: HistoryFile) -> Write:
    entry: dict[str, Datum] = {
        "object": keys.object_key(device, file.hour, ulid),
        "rows": file.rows,
        "bytes": len(file.body),
        "t_min": file.t_min,
        "t_max": file.t_max,
    }
    return Put(keys.file_key(device, file.hour, ulid), entry)


def _message_writes(taken: Taken, device: DeviceId, now: datetime) -> Iterator[Write]:
    incoming, content = taken.incoming, taken.incoming.decoded.content
    if not taken.is_first:
        return
    if incoming.decoded.faults:
        yield quarantine_put(device, incoming, now)
    if isinstance(content, Birth | MachineState | Counters | Alarm):
        yield _record_write(device, incoming, content)
    if isinstance(content, Columns) and incoming.decoded.identity is None:
        yield Put(keys.mark_key(device, incoming.mark), {}, IfAbsent(), now + MARKS_KEPT)


def quarantine_put(device: DeviceId, incoming: Incoming, now: datetime) -> Put:
    """Keep what was refused of a message; the same message again writes the same entry."""
    message, faults = incoming.message, incoming.decoded.faults
    entry: dict[str, Datum] = {
        "received_at": message.received_at_ms,
        "message": incoming.mark,
        "topic": message.topic,
        "is_whole": incoming.decoded.content is None,
        "count": len(faults),
        "faults": to_text([_fault_to_json(fault) for fault in faults[:MAX_FAULTS]]),
    }
    return Put(
        keys.quarantine_key(device, message.received_at_ms, incoming.mark), entry, expires_at=now + QUARANTINE_KEPT
    )


def _fault_to_json(fault: Fault) -> dict[str, str]:
    return {"pointer": fault.pointer, "rule": fault.rule, "detail": fault.detail, "excerpt": fault.excerpt}


def _record_write(device: DeviceId, incoming: Incoming, content: _Record) -> Write:
    t_ms = content.sent_at if isinstance(content, Birth) else content.t
    key = keys.record_key(_KINDS[type(content)], device, t_ms, incoming.session, incoming.seq)
    text = content.model_dump_json(by_alias=True, exclude={"schema_", "edge"})
    return Put(key, {"t": t_ms, "received_at": incoming.message.received_at_ms, "message": text})
