"""Use cases of traceability: record activities, read lots and what was done with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from functions.traceability import records
from functions.traceability.activities import (
    Activity,
    ActivityIdTaken,
    ActivityKind,
    RecordActivity,
    TooManyLots,
)
from functions.traceability.books import Books, in_progress_id, in_progress_prefix
from functions.traceability.deciding import Decided, decide
from functions.traceability.loops import require_no_loop
from functions.traceability.model import IN_PROGRESS, ActivityNotFound, Lot
from functions.traceability.records import Loaded
from functions.traceability.watching import late_sweeps
from makoto.domain.factory import Material
from makoto.errors import Conflict
from makoto.events.traceability import ActivityRecorded, LotRegistered
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfVersion, MaybeApplied, Put, Query, Write
from makoto.ports.masters import NoSuchMaster
from makoto.ports.outbox import Fact

MAX_WRITES = 96
"""What every store takes as one, less room for the platform's own mark of an event."""

TRIES = 6
MAX_OPERATIONS = 30


class LotsAreBusy(Conflict):
    """Others changed the same lots again and again; ask again."""


@dataclass(frozen=True)
class Manner:
    """How an activity came to be told: by a person who is refused what cannot be, or as a fact that is flagged.

    `assumed` are the lots of a fact that nobody may have registered; `original` is what a fact takes back. What a
    case itself has done is not told to it as late.
    """

    is_fact: bool = False
    by: str | None = None
    assumed: Mapping[str, Lot] = field(default_factory=dict)
    original: Activity | None = None
    is_of_case: bool = False


ASKED = Manner()


def record_activity(command: RecordActivity, tenant: TenantContext, manner: Manner = ASKED) -> Activity:
    """Decide and store an activity with all its lots as one write; the same command again changes nothing.

    Lots that others change at the same time are read again and decided anew.
    """
    for _ in range(TRIES):
        repeated = _repeated(command, tenant)
        if repeated is not None:
            return repeated
        try:
            return _recorded(command, tenant, manner)
        except (ConditionFailed, MaybeApplied):
            continue
    raise LotsAreBusy(f"the lots of activity {command.activity_id} are changed by others; ask again")


def _repeated(command: RecordActivity, tenant: TenantContext) -> Activity | None:
    found = records.find_activity(command.activity_id, tenant)
    if found is None:
        return None
    if found[0].digest != command.digest:
        raise ActivityIdTaken(f"another activity has the id {command.activity_id}")
    return found[0]


def _recorded(command: RecordActivity, tenant: TenantContext, manner: Manner) -> Activity:
    found = None
    if command.reverses is not None and manner.original is None:
        found = records.find_activity(command.reverses, tenant)
        if found is None:
            raise ActivityNotFound(f"there is no activity {command.reverses}")
    original = found[0] if found else manner.original
    loaded = _loaded(command, original, tenant)
    books = _books(command, loaded, tenant, manner)
    decided = decide(command, books, _by(tenant, manner), original)
    writes = [*records.activity_writes(decided.activity), *require_no_loop(decided.activity, loaded, tenant)]
    if decided.original is not None and found is not None:
        place = records.key("activity", decided.original.activity_id)
        writes.append(Put(place, records.activity_data(decided.original), IfVersion(found[1])))
    late, told = ([], []) if manner.is_of_case else late_sweeps(decided.activity, decided.lots, tenant)
    _commit(decided, loaded, [*writes, *late], told, tenant)
    return decided.activity


def _commit(decided: Decided, loaded: Loaded, writes: list[Write], told: Sequence[Fact], tenant: TenantContext) -> None:
    activity = decided.activity
    facts = [Fact(_told(activity, tenant), f"activity/{activity.activity_id}", 1)]
    for lot_id, lot in decided.lots.items():
        stored, more = records.lot_writes(loaded.lots.get(lot_id), lot, loaded.when(lot_id))
        writes += more
        if lot_id in decided.created and lot.material != IN_PROGRESS:
            facts.append(Fact(_registered(stored, tenant), f"lot/{lot_id}", stored.revision))
    facts += told
    if len(writes) + len(facts) > MAX_WRITES:
        raise TooManyLots(
            f"the activity takes {len(writes) + len(facts)} writes of at most {MAX_WRITES}: record it in parts"
        )
    tenant.commit(writes, facts)


def _loaded(command: RecordActivity, original: Activity | None, tenant: TenantContext) -> Loaded:
    """Every lot that the activity may touch: those it names, those it reverses and what their containers hold."""
    named = [line.lot_id for line in command.inputs] + [line.lot_id for line in command.outputs]
    named += [command.container] if command.container else []
    named += _in_work(command, tenant)
    named += [line.lot_id for line in (*original.inputs, *original.outputs)] if original else []
    loaded = records.load_lots(dict.fromkeys(named), tenant)
    if command.kind in (ActivityKind.SHIP, ActivityKind.UNPACK):
        inside = [each for lot in loaded.lots.values() for each in lot.contents if each not in loaded.lots]
        more = records.load_lots(inside, tenant)
        return Loaded(loaded.lots | more.lots, loaded.versions | more.versions)
    return loaded


def _in_work(command: RecordActivity, tenant: TenantContext) -> list[str]:
    """The lots that stand for what an order has in work, where the activity makes or uses up something for it."""
    if command.order_id is None or command.kind not in (ActivityKind.CONSUME, ActivityKind.PRODUCE):
        return []
    here = in_progress_id(command.order_id, command.operation or 0)
    if command.kind is ActivityKind.CONSUME:
        return [here]
    prefix = f"lot/{in_progress_prefix(command.order_id)}"
    found = tenant.documents.query(Query(records.PARTITION, prefix=prefix, limit=MAX_OPERATIONS))
    return [here, *(each.key.id.removeprefix("lot/") for each in found.items)]


def _books(command: RecordActivity, loaded: Loaded, tenant: TenantContext, manner: Manner) -> Books:
    at = command.at or tenant.clock.now()
    return Books(
        lots=dict(loaded.lots),
        materials=_materials(command, loaded, tenant, manner),
        activity_id=command.activity_id,
        now=tenant.clock.now(),
        on=at.astimezone(ZoneInfo(tenant.record.time_zone)).date(),
        purpose=command.order_id,
        is_fact=manner.is_fact,
        may_overdraw=command.allow_overdraw,
        assumed=manner.assumed,
        in_work=frozenset(each for each, lot in loaded.lots.items() if lot.material == IN_PROGRESS),
    )


def _materials(
    command: RecordActivity, loaded: Loaded, tenant: TenantContext, manner: Manner
) -> dict[str, Material | None]:
    """The materials of new lots; one that the tenant does not know is refused, unless it certainly was made."""
    new = {line.material for line in command.outputs if line.material and line.lot_id not in loaded.lots}
    found = {each: tenant.masters.find(Material, each) for each in sorted(new)}
    missing = [each for each, material in found.items() if material is None]
    if missing and not manner.is_fact:
        raise NoSuchMaster(f"there is no material {missing[0]}")
    return found


def _by(tenant: TenantContext, manner: Manner) -> str:
    return manner.by or (tenant.principal.username if tenant.principal else "platform")


def _told(activity: Activity, tenant: TenantContext) -> ActivityRecorded:
    return ActivityRecorded(
        tenant_id=tenant.tenant_id,
        activity_id=activity.activity_id,
        kind=activity.kind.value,
        at=activity.at,
        equipment=activity.equipment,
        order_id=activity.order_id,
        inputs=tuple(each.lot_id for each in activity.inputs),
        outputs=tuple(each.lot_id for each in activity.outputs),
        flags=activity.flags,
    )


def _registered(lot: Lot, tenant: TenantContext) -> LotRegistered:
    return LotRegistered(
        tenant_id=tenant.tenant_id, lot_id=lot.lot_id, material=lot.material, quantity=lot.made, unit=lot.unit
    )
