"""No lot is its own ancestor, whoever records what at the same time."""

from functions.traceability import records
from functions.traceability.activities import Activity, ActivityKind
from functions.traceability.books import LotLoop
from functions.traceability.records import Loaded
from functions.traceability.tracing import explore
from makoto.ports.context import TenantContext
from makoto.ports.documents import IfAbsent, IfVersion, Put, Write

GUARD = records.key("guard", "loops")
MAX_LOTS = 20_000


def require_no_loop(activity: Activity, loaded: Loaded, tenant: TenantContext) -> list[Write]:
    """Refuse outputs that are ancestors of inputs; what is returned belongs into the activity's write.

    A lot without uses is nobody's ancestor, which is what outputs nearly always are: then nothing is read and nothing
    more is written. Otherwise everything that follows from the output is walked, and the guard document's version lets
    only one such activity through at a time: of the edges of a cycle the last one written is always of this kind, and
    every other one either lay there when it walked or changed one of its own lots or the guard.
    """
    used = [each.lot_id for each in activity.outputs if (lot := loaded.lots.get(each.lot_id)) and lot.uses]
    if not used or activity.kind is ActivityKind.REVERSE or not activity.inputs:
        return []
    guard = tenant.documents.find(GUARD)
    inputs = {each.lot_id for each in activity.inputs}
    explored = explore(used, "forward", tenant, max_lots=MAX_LOTS)
    looped = sorted(inputs & explored.levels.keys())
    if looped:
        raise LotLoop(f"lot {looped[0]} comes from what it would be used to make: {', '.join(used)}")
    if not explored.is_complete:
        raise LotLoop(
            f"more than {MAX_LOTS} lots follow from {', '.join(used)}; make a new lot instead of adding to it"
        )
    count = int(str(guard.data["count"])) if guard else 0
    return [Put(GUARD, {"count": count + 1}, IfVersion(guard.version) if guard else IfAbsent())]
