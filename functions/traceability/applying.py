"""What a sweep does to its lots, a few in one write; done again it changes nothing."""

from collections.abc import Sequence
from hashlib import sha256

from functions.traceability import records, service
from functions.traceability.activities import ActivityKind, InputLine, RecordActivity
from functions.traceability.model import IN_PROGRESS, Hold, Lot
from functions.traceability.service import LotsAreBusy, Manner
from functions.traceability.sweeps import Sweep, SweepAction
from makoto.events.traceability import LotHeld, LotReleased
from makoto.ports.context import TenantContext
from makoto.ports.documents import Check, ConditionFailed, Write
from makoto.ports.outbox import Fact

LOTS_A_COMMIT = 25
"""Each costs its document, its place below the cause and a fact; the store takes 96 writes as one."""

TRIES = 6


def apply_to_page(sweep: Sweep, lot_ids: Sequence[str], tenant: TenantContext, still: Check) -> int:
    """Do the sweep's action to lots; how many changed. ConditionFailed of `still` means another step overtook."""
    changed = 0
    for start in range(0, len(lot_ids), LOTS_A_COMMIT):
        some = lot_ids[start : start + LOTS_A_COMMIT]
        if sweep.action in (SweepAction.SCRAP, SweepAction.REJECT, SweepAction.REWORK):
            _dispose(sweep, some, tenant)
        hold = Hold(cause=sweep.cause, reason=sweep.reason, since=sweep.opened_at)
        changed += change_holds(some, hold, tenant, is_held=sweep.action is SweepAction.HOLD, still=still)
    return changed


def change_holds(
    lot_ids: Sequence[str], hold: Hold, tenant: TenantContext, *, is_held: bool, still: Check | None = None
) -> int:
    """Hold lots of which anything is left, or release lots from one cause; a lot is free when no cause is left."""
    for _ in range(TRIES):
        writes: list[Write] = [still] if still else []
        facts: list[Fact] = []
        changed = False
        loaded = records.load_lots(lot_ids, tenant)
        for lot in loaded.lots.values():
            after = (
                lot.held(hold)
                if is_held and (lot.is_in_stock or lot.material == IN_PROGRESS)
                else lot
                if is_held
                else lot.released(hold.cause, tenant.clock.now())
            )
            if after.holds != lot.holds:
                stored, more = records.lot_writes(lot, after, loaded.when(lot.lot_id))
                writes += more
                changed = True
                if lot.material != IN_PROGRESS:
                    facts.append(_told(stored, hold, tenant, is_held=is_held))
        if not changed:
            return 0
        try:
            tenant.commit(writes, facts)
        except ConditionFailed as failed:
            if still is not None and failed.key == still.key:
                raise
            continue
        return len(facts)
    raise LotsAreBusy("the lots are changed by others; ask again")


def _told(lot: Lot, hold: Hold, tenant: TenantContext, *, is_held: bool) -> Fact:
    place = (f"lot/{lot.lot_id}", lot.revision)
    if is_held:
        return Fact(
            LotHeld(tenant_id=tenant.tenant_id, lot_id=lot.lot_id, cause=hold.cause, reason=hold.reason), *place
        )
    is_free = not lot.holds
    return Fact(LotReleased(tenant_id=tenant.tenant_id, lot_id=lot.lot_id, cause=hold.cause, is_free=is_free), *place)


def _dispose(sweep: Sweep, lot_ids: Sequence[str], tenant: TenantContext) -> None:
    """Scrap, reject or set aside each lot before its hold goes, so that it is never free in between."""
    kind = {
        SweepAction.SCRAP: ActivityKind.SCRAP,
        SweepAction.REJECT: ActivityKind.REJECT,
        SweepAction.REWORK: ActivityKind.RESERVE,
    }[sweep.action]
    for lot in records.load_lots(lot_ids, tenant).lots.values():
        if lot.is_in_stock and lot.held_for(sweep.cause):
            command = RecordActivity(
                activity_id=f"{kind}:{sha256(sweep.sweep_id.encode()).hexdigest()[:16]}:{lot.lot_id}",
                kind=kind,
                at=sweep.opened_at,
                inputs=(InputLine(lot_id=lot.lot_id),),
                reason=sweep.reason,
                order_id=f"rework:{sweep.cause}" if kind is ActivityKind.RESERVE else None,
            )
            service.record_activity(command, tenant, Manner(is_fact=True, by=sweep.opened_by))
