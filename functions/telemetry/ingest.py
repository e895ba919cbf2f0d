"""Storing a device's messages: each takes effect once, whatever comes twice, late, broken or at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from functions.telemetry import changes, keys, watching
from functions.telemetry.batch import Incoming
from functions.telemetry.changes import Change
from functions.telemetry.held import Held, held_of, with_minutes
from functions.telemetry.ledger import Ledger
from functions.telemetry.portion import FEWEST_WRITES, MAX_WRITES, Portion, new_messages, portion_of
from makoto.codecs.telemetry import Decoded, Decoder, DeviceMessage, Fault
from makoto.domain import ms_from_instant
from makoto.errors import Conflict, Invalid, Unavailable
from makoto.ports.acknowledgements import Acknowledgement, Acknowledgements
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed

MAX_CONFLICTS = 12
PARQUET = "application/vnd.apache.parquet"


class TooMuchAtOnce(Conflict):
    """Others kept storing messages of the same device; trying again is right."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of some messages of one device."""

    accepted: int = 0
    messages: int = 0
    duplicates: int = 0
    faults: tuple[Fault, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    def counts(self) -> dict[str, int]:
        """Figures to meter by."""
        return {"Readings": self.accepted, "Duplicates": self.duplicates, "Quarantined": len(self.faults)}


@dataclass(slots=True)
class Work:
    """Messages of one device on their way into its tenant's stores, and what became of them so far."""

    incoming: Sequence[Incoming]
    tenant: TenantContext
    ledger: Ledger = field(default_factory=Ledger)
    max_writes: int = MAX_WRITES
    conflicts: int = 0
    accepted: int = 0
    new: set[str] = field(default_factory=set)
    reborn: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def store_messages(
    messages: Sequence[DeviceMessage], tenant: TenantContext, acknowledgements: Acknowledgements
) -> Ingested:
    """Store messages of one device and tell it up to where everything is stored.

    History is uploaded first and the newest values are written, both of which may happen twice; then one atomic write
    in the device's partition says the rest: ledger, summaries, files that count. Only with it is a message stored.
    What does not fit one write is done in several, each complete in itself. Two callers at once do not add up: the
    ledger's version decides, and who loses reads again. A failure leaves either all or nothing of each write.
    """
    decoder = Decoder()
    work = store_incoming([_decoded(decoder, message) for message in messages], tenant)
    told = _acknowledgements(work)
    for each in told:
        acknowledgements.acknowledge(tenant.tenant_id, messages[0].device, each)
    return Ingested(work.accepted, len(messages), len(messages) - len(work.new), tuple(work.faults), told)


def store_incoming(incoming: Sequence[Incoming], tenant: TenantContext) -> Work:
    """Store decoded messages of one device, in as many atomic writes as it takes."""
    work = Work(incoming, tenant)
    while not _step(work):
        pass
    return work


def quarantine_messages(refused: Sequence[tuple[DeviceMessage, Fault]], tenant: TenantContext) -> None:
    """Keep messages that a device of this tenant was not allowed to send, for its owner to see."""
    now = tenant.clock.now()
    entries = [
        changes.quarantine_put(message.device, Incoming.of(message, Decoded(message.kind, faults=(fault,))), now)
        for message, fault in refused
    ]
    stored = tenant.documents.batch_put(entries)
    if stored.failed:
        raise Unavailable(f"the store did not take {len(stored.failed)} of {len(entries)} documents")


def _decoded(decoder: Decoder, message: DeviceMessage) -> Incoming:
    decoded = decoder.decode(
        message.body, device=message.device, received_at_ms=message.received_at_ms, kind=message.kind
    )
    return Incoming.of(message, decoded)


def _step(work: Work) -> bool:
    """Store one portion and tell whether that was all."""
    draft = portion_of(list(new_messages(work.incoming, Ledger(), ())), Ledger(), work.max_writes)
    held = held_of(draft, work.incoming, work.tenant)
    work.ledger = held.ledger
    portion = _portion(draft, held, work)
    if portion is None:
        return True
    held = with_minutes(held, portion.minutes(), work.tenant)
    change = changes.noted(portion, held, ms_from_instant(work.tenant.clock.now()))
    change = watching.watched(portion, held, change, work.tenant)
    try:
        _store(portion, held, change, work.tenant)
    except ConditionFailed as error:
        _count_conflict(work, held, error)
        return False
    except Invalid as error:
        _make_smaller(work, portion, error)
        return False
    _count(work, portion, change)
    return portion.is_all


def _count(work: Work, portion: Portion, change: Change) -> None:
    work.ledger = change.ledger
    work.new |= {each.incoming.mark for each in portion.taken}
    work.reborn |= change.reborn
    work.faults += [fault for each in portion.taken if each.is_first for fault in each.incoming.decoded.faults]
    work.accepted += 0 if portion.batch is None else len(portion.batch.columns)


def _portion(draft: Portion, held: Held, work: Work) -> Portion | None:
    """Leave out what is stored; the draft is right where nothing is, which is the rule."""
    new = list(new_messages(work.incoming, held.ledger, held.marks))
    if not new:
        return None
    is_foreseen = {id(each) for each in new} == {id(each.incoming) for each in draft.taken}
    room = max(FEWEST_WRITES, watching.room(draft, held, work.max_writes))
    is_right = draft.is_all and is_foreseen and not held.ledger.has_partial and draft.writes <= room
    portion = draft if is_right else portion_of(new, held.ledger, room)
    excess = held.latest.excess(portion.batch.names, held.latest_bytes) if portion.batch else frozenset()
    return portion_of([each.without(excess) for each in new], held.ledger, room) if excess else portion


def _store(portion: Portion, held: Held, change: Change, tenant: TenantContext) -> None:
    files = [(tenant.ids.ulid(), file) for file in (portion.batch.files() if portion.batch else [])]
    for ulid, file in files:
        tenant.objects.upload(keys.object_key(held.device, file.hour, ulid), file.body, content_type=PARQUET)
    writes = tenant.documents.as_one(changes.writes_of(portion, held, change, files, tenant.clock.now()))
    tenant.documents.atomic(changes.latest_writes_of(portion, held, change))
    for note in change.notes:
        tenant.documents.put(note.key, note.data)
    tenant.commit(writes, change.facts)


def _count_conflict(work: Work, held: Held, error: ConditionFailed) -> None:
    work.conflicts += 1
    if work.conflicts > MAX_CONFLICTS:
        raise TooMuchAtOnce(f"{work.conflicts} others stored messages of {held.device} at the same time") from error


def _make_smaller(work: Work, portion: Portion, error: Invalid) -> None:
    """Take less at once where the store finds a write too large; refuse a message that is too large alone."""
    if work.max_writes > FEWEST_WRITES:
        work.max_writes = max(FEWEST_WRITES, work.max_writes // 2)
        return
    refused = {each.incoming.mark for each in portion.taken}
    fault = Fault("", "not_storable", error.detail)
    work.incoming = [each.refused(fault) if each.mark in refused else each for each in work.incoming]


def _acknowledgements(work: Work) -> tuple[Acknowledgement, ...]:
    sessions = sorted({each.session for each in work.incoming if each.decoded.identity})
    return tuple(
        Acknowledgement(session=name, seq=work.ledger.session(name).stored_to, rebirth=name in work.reborn)
        for name in sessions
    )
