"""Use cases of holding by hand, and of what a non-conformance asks for."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from functions.traceability import records, sweeping
from functions.traceability.applying import LOTS_A_COMMIT, change_holds
from functions.traceability.books import is_in_progress
from functions.traceability.model import Hold, LotId, LotNotFound, Text
from functions.traceability.parting import set_apart
from functions.traceability.reactions import keep_aside
from functions.traceability.service import LotsAreBusy
from functions.traceability.sweeps import MAX_ROOTS, Scope, Sweep, SweepAction
from functions.traceability.watching import unwatch_writes
from makoto.domain import Page, Value
from makoto.errors import Conflict, Invalid
from makoto.events.quality import NonConformanceClosed, NonConformanceDispositioned, NonConformanceOpened
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query

Lots = Annotated[tuple[LotId, ...], Field(min_length=1, max_length=MAX_ROOTS)]
DISPOSITIONS = {
    "use_as_is": SweepAction.RELEASE,
    "regrade": SweepAction.RELEASE,
    "rework": SweepAction.REWORK,
    "return_to_supplier": SweepAction.REJECT,
    "scrap": SweepAction.SCRAP,
}


class HoldLots(Value):
    """Hold lots for a cause; with `is_downstream` all that came of them too."""

    lots: Lots
    cause: Text
    reason: Text
    is_downstream: bool = False


class ReleaseLots(Value):
    """Take a cause away: from the lots named, or from all that are held for it."""

    cause: Text
    lots: Annotated[tuple[LotId, ...], Field(max_length=MAX_ROOTS)] = ()
    reason: Text


class HoldAnswer(Value):
    """What became of it at once; `sweep` names the rest, where there is more to do."""

    cause: str
    state: Literal["done", "running"]
    changed: int
    sweep: str | None = None


class HeldLot(Value):
    """A lot that is held for a cause."""

    lot_id: str
    reason: str


def hold_lots(command: HoldLots, tenant: TenantContext) -> HoldAnswer:
    """Hold by hand; a few lots at once, many or all that came of them by a sweep."""
    missing = sorted(set(command.lots) - records.load_lots(command.lots, tenant).lots.keys())
    if missing:
        raise LotNotFound(f"there is no lot {missing[0]}")
    if not command.is_downstream and len(command.lots) <= LOTS_A_COMMIT:
        hold = Hold(cause=command.cause, reason=command.reason, since=tenant.clock.now())
        changed = change_holds(command.lots, hold, tenant, is_held=True)
        return HoldAnswer(cause=command.cause, state="done", changed=changed)
    scope = Scope(lots=command.lots, is_downstream=command.is_downstream)
    return _swept(command.cause, command.reason, SweepAction.HOLD, scope, tenant)


def release_lots(command: ReleaseLots, tenant: TenantContext) -> HoldAnswer:
    """Release by hand."""
    scope = Scope(lots=command.lots, is_downstream=False)
    return _swept(command.cause, command.reason, SweepAction.RELEASE, scope, tenant)


def list_held(cause: str, tenant: TenantContext, limit: int, cursor: str | None) -> Page[HeldLot]:
    """The lots held for a cause, in the order of their ids."""
    prefix = f"hold/{records.escaped(cause)}/"
    page = tenant.documents.query(Query(records.PARTITION, prefix=prefix, limit=limit, cursor=cursor))
    held = (HeldLot(lot_id=each.key.id.removeprefix(prefix), reason=str(each.data["reason"])) for each in page.items)
    kept = tuple(each for each in held if not is_in_progress(each.lot_id))
    return Page[HeldLot](items=kept, next_cursor=page.next_cursor)


def follow_non_conformance(fact: NonConformanceOpened, tenant: TenantContext) -> None:
    """Find what it reaches and hold it; where no hold is wanted, find it only."""
    action = SweepAction.HOLD if fact.is_hold_wanted else SweepAction.TRACE
    since = fact.since if fact.equipment else None  # a time alone says nothing of which lots
    scope = Scope(lots=fact.lots[:MAX_ROOTS], equipment=fact.equipment, since=since)
    name = f"nc-{fact.nc_id}" if fact.telling == 1 else f"nc-{fact.nc_id}-{fact.telling}"
    sweeping.open_sweep(_of_quality(name, fact.nc_id, fact.title, action, scope, tenant), tenant)


def follow_disposition(fact: NonConformanceDispositioned, event_id: str, tenant: TenantContext) -> None:
    """Release, scrap, reject or set aside the lots that were decided about."""
    action = DISPOSITIONS.get(fact.disposition)
    if action is None or not fact.lots:
        tenant.commit([])
        return
    try:
        decided = set_apart(fact, event_id, replace(tenant, handled=None))
    except LotsAreBusy:
        raise
    except (Invalid, Conflict) as refused:
        keep_aside(fact.nc_id, event_id, tenant.clock.now(), refused, tenant)
        return
    parts = [decided[start : start + MAX_ROOTS] for start in range(0, len(decided), MAX_ROOTS)]
    for number, lots in enumerate(parts):
        scope = Scope(lots=lots, is_downstream=False)
        name = f"nc-{fact.nc_id}-{event_id}-{number}"
        sweep = _of_quality(name, fact.nc_id, f"{fact.nc_id}: {fact.disposition}", action, scope, tenant)
        is_last = number == len(parts) - 1
        sweeping.open_sweep(sweep, tenant if is_last else replace(tenant, handled=None))


def follow_closing(fact: NonConformanceClosed, tenant: TenantContext) -> None:
    """Release whatever is still held for it, and end a hold that is still at work."""
    scope = Scope(is_downstream=False)
    sweep = _of_quality(f"nc-{fact.nc_id}-closed", fact.nc_id, "closed", SweepAction.RELEASE, scope, tenant)
    stopped = sweeping.stop(f"nc-{fact.nc_id}", tenant)
    over = [*([stopped] if stopped else []), *unwatch_writes(fact.nc_id, tenant)]
    sweeping.open_sweep(sweep, tenant, over)


def _of_quality(
    sweep_id: str, nc_id: str, reason: str, action: SweepAction, scope: Scope, tenant: TenantContext
) -> Sweep:
    return Sweep(
        sweep_id=sweep_id,
        cause=nc_id,
        reason=reason[:200],
        action=action,
        origin="non_conformance",
        scope=scope,
        opened_at=tenant.clock.now(),
        opened_by="quality",
    )


def _swept(cause: str, reason: str, action: SweepAction, scope: Scope, tenant: TenantContext) -> HoldAnswer:
    sweep = Sweep(
        sweep_id=f"{action}-{tenant.ids.ulid()}",
        cause=cause,
        reason=reason,
        action=action,
        origin="person",
        scope=scope,
        opened_at=tenant.clock.now(),
        opened_by=tenant.principal.username if tenant.principal else "platform",
    )
    is_all = action is SweepAction.RELEASE and not scope.lots
    sweeping.open_sweep(sweep, tenant, unwatch_writes(cause, tenant) if is_all else [])
    sweep = sweeping.run_small(sweep.sweep_id, tenant)
    state: Literal["done", "running"] = "done" if sweep.is_done else "running"
    return HoldAnswer(cause=cause, state=state, changed=sweep.changed, sweep=sweep.sweep_id)
