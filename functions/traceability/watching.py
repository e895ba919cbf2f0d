"""What came to be known too late for a hold's sweep: it is held and told as if it had been there."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from functions.traceability import records
from functions.traceability.activities import Activity
from functions.traceability.model import IN_PROGRESS, Lot
from functions.traceability.sweeps import Scope, Sweep, SweepAction
from makoto.domain.factory import is_within
from makoto.events.traceability import SweepAdvanced
from makoto.ports.context import TenantContext
from makoto.ports.documents import Delete, IfAbsent, Put, Query, Write
from makoto.ports.outbox import Fact

_PAGE = 1000


def watch_writes(sweep: Sweep) -> list[Write]:
    """Remember what a non-conformance or a recall holds, for activities that are told after it was traced."""
    is_case = sweep.origin == "non_conformance"
    if sweep.takes_given_lots or sweep.origin == "person" or not (is_case or sweep.scope.equipment):
        return []
    place = records.key("watch", f"{records.escaped(sweep.cause)}/{sweep.sweep_id}")
    return [Put(place, {"content": sweep.model_dump_json(exclude_defaults=True)})]


def unwatch_writes(cause: str, tenant: TenantContext) -> list[Write]:
    """Forget it: the case is closed, or all is released."""
    prefix = f"watch/{records.escaped(cause)}/"
    page = tenant.documents.query(Query(records.PARTITION, prefix=prefix, limit=50))
    return [Delete(each.key) for each in page.items]


def late_sweeps(activity: Activity, lots: Mapping[str, Lot], tenant: TenantContext) -> tuple[list[Write], list[Fact]]:
    """The sweeps to begin with an activity: for each cause that reaches what it made and did not see it.

    An activity is told late where it was done at a watched place, since the moment and before the hold was opened; or
    what it made is held for a case that does not know the lot.
    """
    made = {line.lot_id: lots[line.lot_id] for line in activity.outputs if line.lot_id in lots}
    made = {each: lot for each, lot in made.items() if lot.material != IN_PROGRESS}
    if not made:
        return [], []
    begun: dict[str, Sweep] = {}
    for watch in _watches(tenant):
        if _was_in(watch, activity) or (_is_case(watch) and any(lot.held_for(watch.cause) for lot in made.values())):
            begun.setdefault(watch.cause, _late(watch, activity, sorted(made), tenant))
    writes: list[Write] = [
        Put(records.key("sweep", each.sweep_id), {"content": each.model_dump_json(exclude_defaults=True)}, IfAbsent())
        for each in begun.values()
    ]
    facts = [
        Fact(SweepAdvanced(tenant_id=tenant.tenant_id, sweep_id=each.sweep_id, step=0), f"sweep/{each.sweep_id}", 1)
        for each in begun.values()
    ]
    return writes, facts


def _watches(tenant: TenantContext) -> Iterable[Sweep]:
    cursor = None
    while True:
        page = tenant.documents.query(Query(records.PARTITION, prefix="watch/", limit=_PAGE, cursor=cursor))
        yield from (Sweep.model_validate_json(str(each.data["content"])) for each in page.items)
        if (cursor := page.next_cursor) is None:
            return


def _is_case(watch: Sweep) -> bool:
    return watch.origin == "non_conformance"


def _was_in(watch: Sweep, activity: Activity) -> bool:
    scope = watch.scope
    if scope.equipment is None or scope.since is None or activity.equipment is None:
        return False
    until = watch.opened_at if scope.until is None else min(scope.until, watch.opened_at)
    return is_within(activity.equipment, scope.equipment) and scope.since <= activity.at < until


def _late(watch: Sweep, activity: Activity, lots: list[str], tenant: TenantContext) -> Sweep:
    name = sha256(f"{watch.cause}\n{activity.activity_id}".encode()).hexdigest()[:32]
    return Sweep(
        sweep_id=f"late-{name}",
        cause=watch.cause,
        reason=watch.reason,
        action=SweepAction.HOLD if watch.action is SweepAction.HOLD else SweepAction.TRACE,
        origin="non_conformance" if _is_case(watch) else "person",
        scope=Scope(lots=tuple(lots)),
        opened_at=tenant.clock.now(),
        opened_by=watch.opened_by,
        is_late=True,
    )
