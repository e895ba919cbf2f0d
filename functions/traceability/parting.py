"""What is decided of a part of a lot is done to that part: it becomes a lot of its own, the rest stays as it is."""

from hashlib import sha256

from functions.traceability import records, service
from functions.traceability.activities import ActivityKind, InputLine, OutputLine, RecordActivity
from functions.traceability.balance import in_unit
from functions.traceability.service import Manner
from makoto.events.quality import NonConformanceDispositioned
from makoto.ports.context import TenantContext


def set_apart(fact: NonConformanceDispositioned, event_id: str, tenant: TenantContext) -> tuple[str, ...]:
    """The lots that a decision is about; of a part, the lot that it was split off as, once however often it is told."""
    if not fact.is_partial or fact.quantity is None or fact.unit is None or len(fact.lots) != 1:
        return fact.lots
    name = sha256(event_id.encode()).hexdigest()
    part_id = f"{fact.lots[0][:70]}.{name[:8]}"
    found = records.load_lots((*fact.lots, part_id), tenant).lots
    lot = found.get(fact.lots[0])
    if lot is None:
        return fact.lots
    if part_id in found:
        return (part_id,)
    own = in_unit(fact.quantity, fact.unit, lot.unit, "/quantity")
    if own >= lot.remaining or not lot.held_for(fact.nc_id):
        return fact.lots
    split = RecordActivity(
        activity_id=f"part:{name[:32]}",
        kind=ActivityKind.SPLIT,
        inputs=(InputLine(lot_id=lot.lot_id, quantity=own),),
        outputs=(OutputLine(lot_id=part_id, quantity=own),),
        reason=f"{fact.nc_id}: {fact.disposition}"[:200],
    )
    service.record_activity(split, tenant, Manner(is_fact=True, by="quality", is_of_case=True))
    return (part_id,)
