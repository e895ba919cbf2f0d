"""Which lots a scope reaches, as the genealogy is now."""

from dataclasses import dataclass

from functions.traceability import records
from functions.traceability.activities import Activity, ActivityKind
from functions.traceability.model import Lot
from functions.traceability.reading import AskActivities, activities_at
from functions.traceability.sweeps import Scope
from functions.traceability.tracing import MAX_LOTS, explore
from makoto.ports.context import TenantContext

_PAGE = 1000


@dataclass(frozen=True)
class Reached:
    """The lots of a scope, also what orders have in work of them, and what was shipped."""

    lots: dict[str, Lot]
    shipments: tuple[Activity, ...]
    is_complete: bool = True


def reached(scope: Scope, tenant: TenantContext, max_lots: int = MAX_LOTS) -> Reached:
    """Find every lot of a scope."""
    roots = [*scope.lots, *_of_supplier(scope, tenant), *_made_at(scope, tenant)]
    if scope.from_origin:
        roots += _origins(scope, roots, tenant, max_lots)
    explored = explore(roots, "forward", tenant, depth=None if scope.is_downstream else 0, max_lots=max_lots)
    kept = {each: lot for each, lot in explored.lots.items() if each in scope.lots or _is_within(lot, scope)}
    shipped = (each for each in explored.activities.values() if each.kind is ActivityKind.SHIP)
    return Reached(kept, tuple(shipped), explored.is_complete or not scope.is_downstream)


def _of_supplier(scope: Scope, tenant: TenantContext) -> list[str]:
    if scope.supplier_lot is None or (scope.from_origin and scope.lots):
        return []
    return list(records.names(f"supplied/{records.escaped(scope.supplier_lot)}/", tenant))


def _made_at(scope: Scope, tenant: TenantContext) -> list[str]:
    """The lots that came out of activities at a place, or below it, since a moment."""
    if scope.equipment is None or scope.since is None:
        return []
    found: list[str] = []
    cursor = None
    while True:
        asked = AskActivities(start=scope.since, end=scope.until, equipment=scope.equipment, cursor=cursor)
        ids, cursor = activities_at(asked.model_copy(update={"limit": _PAGE}), tenant)
        made = [each for each in records.load_activities(ids, tenant) if each.counts]
        found += [line.lot_id for each in made for line in each.outputs]
        if cursor is None:
            return found


def _origins(scope: Scope, roots: list[str], tenant: TenantContext, max_lots: int) -> list[str]:
    """What the roots come from and nobody here made: received lots, of the supplier's lot where it is named."""
    back = explore(roots, "backward", tenant, max_lots=max_lots)
    wanted = scope.supplier_lot
    return [each for each in back.ends if wanted is None or back.lots[each].supplier_lot == wanted]


def _is_within(lot: Lot, scope: Scope) -> bool:
    if scope.equipment is not None:
        return True  # the window is of the activities there
    after = scope.since is None or lot.received_at >= scope.since
    return after and (scope.until is None or lot.received_at < scope.until)
