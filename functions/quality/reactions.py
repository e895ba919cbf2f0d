"""What quality does about facts: signals, failed inspections and rejected lots become cases; traces are recorded."""

from contextlib import suppress

from functions.quality.charts import load
from functions.quality.nonconformance import Evidence, Origin
from functions.quality.nonconformances import Noticed, notice, record_trace
from functions.quality.plans import read_plan
from functions.quality.points import chart_result
from functions.quality.result import InspectionResult
from functions.quality.results import list_with_lot, read_result
from makoto.events.quality import InspectionRecorded, LotJudged, SpcSignalRaised
from makoto.events.traceability import LotsTraced
from makoto.ports.context import TenantContext
from makoto.ports.inbox import AlreadyHandled


def follow_signal(fact: SpcSignalRaised, tenant: TenantContext) -> None:
    """Open a case about a chart, or let the signal join the open one."""
    chart = load(fact.chart_id, tenant)
    what = f"{chart.title}: point {fact.point} broke {', '.join(fact.rules)}"
    evidence = Evidence(origin=Origin.SPC, source=f"{fact.chart_id}/{fact.point_id}", at=fact.at, what=what)
    noticed = Noticed(
        subject=f"chart/{fact.chart_id}",
        title=what[:200],
        evidence=evidence.model_copy(update={"value": fact.value}),
        product=fact.product,
        characteristic=fact.characteristic,
        lots=fact.lots,
        equipment=fact.equipment,
        since=fact.since if fact.equipment else None,
        is_capa_required=chart.is_capa_required,
    )
    notice(noticed, tenant)


def follow_inspection(fact: InspectionRecorded, tenant: TenantContext) -> None:
    """List the result with its lot's, show it on its plan's chart, and open a case where the plan says so.

    Several partitions change, so each write has its own mark of the event, and each is tried whatever the others say.
    """
    result = read_result(fact.characteristic, fact.result_id, tenant)
    if result is None:
        tenant.commit([])
        return
    if result.lot_id is not None:
        with suppress(AlreadyHandled):
            list_with_lot(result, tenant)
    if result.chart is not None:
        with suppress(AlreadyHandled):
            chart_result(result, tenant)
    if result.opens_non_conformance and not result.is_conforming:
        notice(_failed(result, tenant), tenant)


def follow_lot(fact: LotJudged, tenant: TenantContext) -> None:
    """Open a case about a lot that was not accepted."""
    if fact.is_accepted:
        tenant.commit([])
        return
    what = f"{fact.nonconforming} of {fact.inspected} inspected units of lot {fact.lot_id}: {fact.characteristic}"
    evidence = Evidence(
        origin=Origin.ACCEPTANCE, source=f"{fact.plan_id}/{fact.lot_id}", at=tenant.clock.now(), what=what
    )
    noticed = Noticed(
        subject=f"lot/{fact.lot_id}/{fact.characteristic}",
        title=f"Lot {fact.lot_id} is not accepted for {fact.characteristic}",
        evidence=evidence,
        product=fact.product,
        characteristic=fact.characteristic,
        lots=(fact.lot_id,),
        is_capa_required=read_plan(fact.plan_id, None, tenant).is_capa_required,
    )
    notice(noticed, tenant)


def follow_trace(fact: LotsTraced, tenant: TenantContext) -> None:
    """Record which lots are held and which were beyond holding."""
    record_trace(fact, tenant)


def _failed(result: InspectionResult, tenant: TenantContext) -> Noticed:
    plan = read_plan(str(result.plan_id), result.plan_version, tenant)
    what = f"{result.characteristic}: {_found(result)}"
    evidence = Evidence(
        origin=Origin.INSPECTION, source=f"{result.characteristic}/{result.result_id}", at=result.at, what=what
    )
    is_placed = result.lot_id is None and result.equipment is not None
    return Noticed(
        subject=f"plan/{plan.plan_id}/{result.characteristic}",
        title=what[:200],
        evidence=evidence,
        product=plan.product,
        characteristic=result.characteristic,
        lots=(result.lot_id,) if result.lot_id else (),
        equipment=result.equipment if is_placed else None,
        since=result.at if is_placed else None,
        is_capa_required=plan.is_capa_required,
    )


def _found(result: InspectionResult) -> str:
    if result.values:
        return f"{result.out_of_tolerance} of {len(result.values)} values outside {result.lower} to {result.upper}"
    if result.defects is not None:
        return f"{result.defects} defects in {result.inspected} units"
    return f"{result.nonconforming} of {result.inspected} units nonconforming"
