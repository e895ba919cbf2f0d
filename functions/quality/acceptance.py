"""Whether a lot is accepted by its plan's sampling, and how strictly the next one is inspected (ISO 2859-1).

The decisions of a plan lie in its own partition: `state/<characteristic>` remembers the switching between normal,
tightened and reduced inspection, `lot/<lot>/<characteristic>` what was decided.
"""

from functions.quality import records
from functions.quality.model import LotId, NoSuchPlan, Slug, Some, Text, broken
from functions.quality.plan import ByAql, InspectionPlan, PlanLine
from functions.quality.plans import read_plan
from functions.quality.result import InspectionResult
from functions.quality.results import partition_of
from makoto.analytics import spc
from makoto.domain import Instant, Value
from makoto.errors import Conflict, NotFound
from makoto.events.quality import LotJudged
from makoto.ports.context import TenantContext
from makoto.ports.documents import IfAbsent, IfVersion, Key, Query
from makoto.ports.outbox import Fact


class NotEnoughInspected(Conflict):
    """The sample is smaller than the sampling plan asks for."""


class InspectionDiscontinued(Conflict):
    """Five lots were rejected under tightened inspection; nothing is accepted until the cause is removed."""


class NotSampledByLot(NotFound):
    """The plan inspects none of its characteristics lot by lot."""


class JudgeLot(Value):
    """Decide a lot of so many units by a plan; of all its characteristics that are sampled by AQL, or of one."""

    plan_id: Slug
    lot_size: Some
    characteristic: Slug | None = None


class ResumeInspection(Value):
    """Begin again, under tightened inspection, after the supplier removed the cause."""

    characteristic: Slug
    reason: Text


class LotDecision(Value):
    """What was decided of a lot for one characteristic, and by which sampling."""

    lot_id: LotId
    plan_id: Slug
    characteristic: Slug
    sampling: spc.SamplingPlan
    inspected: int
    nonconforming: int
    is_accepted: bool
    next_severity: spc.Severity
    at: Instant
    by: str


class LotDecisions(Value):
    """The decisions of a lot by a plan; accepted is who is accepted for every characteristic that was decided."""

    lot_id: LotId
    plan_id: Slug
    is_accepted: bool
    decisions: tuple[LotDecision, ...]


class _Switching(Value):
    switching: spc.Switching = spc.Switching()
    decided: int = 0


def judge_lot(lot_id: str, command: JudgeLot, tenant: TenantContext) -> LotDecisions:
    """Decide from the lot's recorded results; a lot that is decided stays so."""
    plan = read_plan(command.plan_id, None, tenant)
    if plan.is_retired:
        raise broken("/body/plan_id", "retired", f"the plan {plan.plan_id} is retired")
    lines = [each for each in plan.lines if command.characteristic in (None, each.characteristic)]
    asked = [(each, each.sampling) for each in lines if isinstance(each.sampling, ByAql)]
    if not asked:
        raise NotSampledByLot(f"the plan {command.plan_id} samples nothing of this by AQL")
    made = [_decision(lot_id, command.lot_size, plan, line, sampling, tenant) for line, sampling in asked]
    return _together(lot_id, command.plan_id, made)


def read_decisions(lot_id: str, plan_id: str, tenant: TenantContext) -> LotDecisions:
    """Show what was decided of a lot by a plan."""
    query = Query(_partition(plan_id), prefix=f"lot/{lot_id}/", limit=100)
    made = records.page_of(LotDecision, query, tenant).items
    if not made:
        raise NoSuchPlan(f"nothing was decided of lot {lot_id} by a plan {plan_id}")
    return _together(lot_id, plan_id, list(made))


def resume_inspection(plan_id: str, command: ResumeInspection, tenant: TenantContext) -> spc.Switching:
    """Take up inspection again where it was discontinued: tightened at first (ISO 2859-1, 9.4)."""
    key = _state_key(plan_id, command.characteristic)
    held = records.find(_Switching, key, tenant)
    if held is None or held[0].switching.severity is not spc.Severity.DISCONTINUED:
        raise broken("/body/characteristic", "state", "its inspection is not discontinued")
    begun = spc.Switching(severity=spc.Severity.TIGHTENED)
    tenant.commit([records.put(key, held[0].model_copy(update={"switching": begun}), IfVersion(held[1]))])
    return begun


def _decision(
    lot_id: str, lot_size: int, plan: InspectionPlan, line: PlanLine, sampling: ByAql, tenant: TenantContext
) -> LotDecision:
    def attempt() -> LotDecision:
        decided = records.find(LotDecision, _lot_key(plan.plan_id, lot_id, line.characteristic), tenant)
        return decided[0] if decided else _decide(lot_id, lot_size, plan, line, sampling, tenant)

    return records.insisting(attempt, f"the inspection of {line.characteristic}")


def _decide(
    lot_id: str, lot_size: int, plan: InspectionPlan, line: PlanLine, sampling: ByAql, tenant: TenantContext
) -> LotDecision:
    key = _state_key(plan.plan_id, line.characteristic)
    held = records.find(_Switching, key, tenant)
    state = held[0] if held else _Switching()
    if state.switching.severity is spc.Severity.DISCONTINUED:
        raise InspectionDiscontinued(f"the inspection of {line.characteristic} by {plan.plan_id} is discontinued")
    wanted = spc.plan_for(lot_size, float(sampling.aql), sampling.level, state.switching.severity)
    inspected, nonconforming = _sampled(lot_id, line.characteristic, tenant)
    _require_enough(wanted, inspected, nonconforming, lot_id)
    after = spc.after_lot(state.switching, wanted, nonconforming)
    decision = LotDecision(
        lot_id=lot_id,
        plan_id=plan.plan_id,
        characteristic=line.characteristic,
        sampling=wanted,
        inspected=inspected,
        nonconforming=nonconforming,
        is_accepted=nonconforming <= wanted.accept,
        next_severity=after.severity,
        at=tenant.clock.now(),
        by=records.who(tenant),
    )
    kept = _Switching(switching=after, decided=state.decided + 1)
    writes = [
        records.put(key, kept, IfVersion(held[1]) if held else IfAbsent()),
        records.put(_lot_key(plan.plan_id, lot_id, line.characteristic), decision, IfAbsent()),
    ]
    tenant.commit(writes, [Fact(_told(decision, plan, tenant), _aggregate(decision), kept.decided)])
    return decision


def _sampled(lot_id: str, characteristic: str, tenant: TenantContext) -> tuple[int, int]:
    """How many units of the lot were inspected, and how many of them were nonconforming."""
    inspected = nonconforming = 0
    cursor: str | None = None
    while True:
        query = Query(partition_of(characteristic), prefix=f"lot/{lot_id}/", limit=500, cursor=cursor)
        page = records.page_of(InspectionResult, query, tenant)
        inspected += sum(each.units_inspected for each in page.items)
        nonconforming += sum(_nonconforming(each) for each in page.items)
        if (cursor := page.next_cursor) is None:
            return inspected, nonconforming


def _nonconforming(result: InspectionResult) -> int:
    """Of results that count defects, as the standard's plans for defects per hundred units ask, the defects."""
    return result.out_of_tolerance + (result.nonconforming or 0) + (result.defects or 0)


def _require_enough(wanted: spc.SamplingPlan, inspected: int, nonconforming: int, lot_id: str) -> None:
    """A sample that is not complete can only reject."""
    if inspected < wanted.n and nonconforming < wanted.reject:
        raise NotEnoughInspected(f"{inspected} of {wanted.n} units of lot {lot_id} are inspected")


def _told(decision: LotDecision, plan: InspectionPlan, tenant: TenantContext) -> LotJudged:
    return LotJudged(
        tenant_id=tenant.tenant_id,
        product=plan.product,
        **decision.model_dump(
            include={"plan_id", "characteristic", "lot_id", "is_accepted", "inspected", "nonconforming"}
        ),
    )


def _together(lot_id: str, plan_id: str, made: list[LotDecision]) -> LotDecisions:
    accepted = all(each.is_accepted for each in made)
    return LotDecisions(lot_id=lot_id, plan_id=plan_id, is_accepted=accepted, decisions=tuple(made))


def _aggregate(decision: LotDecision) -> str:
    return f"acceptance/{decision.plan_id}/{decision.characteristic}"


def _partition(plan_id: str) -> str:
    return f"quality-acceptance#{plan_id}"


def _state_key(plan_id: str, characteristic: str) -> Key:
    return Key(_partition(plan_id), f"state/{characteristic}")


def _lot_key(plan_id: str, lot_id: str, characteristic: str) -> Key:
    return Key(_partition(plan_id), f"lot/{lot_id}/{characteristic}")
