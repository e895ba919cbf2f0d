"""What became of an order: planned against actual time, yield, scrap by reason, labour."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from functions.production.figures import LabourLine, OperationReport, OrderReport, PlannedAndActual, Scrapped
from functions.production.labour import Share, shares
from functions.production.model import WorkOrder
from functions.production.operation import Operation, Span
from functions.production.plan import OrderPlan
from functions.production.timing import counted
from functions.production.views import components, heading
from makoto.domain.factory import Reason, reason_of


def report(
    order: WorkOrder, plan: OrderPlan, work: Sequence[Share], reasons: Mapping[int, Reason], now: datetime
) -> OrderReport:
    """Sum up an order; times of what still lasts count until now."""
    lines = tuple(
        _operation(
            order, place, plan, [each for each in work if each.span.sequence == operation.sequence], reasons, now
        )
        for place, operation in enumerate(order.operations)
    )
    yields = [each.first_pass_yield for each in lines]
    return OrderReport(
        **heading(order),
        started_at=order.started_at,
        completed_at=order.completed_at,
        lateness_s=_lateness_s(order, now),
        overall_yield=ratio(order.good, order.operations[0].counts.used),
        rolled_throughput_yield=_product(yields),
        times=_summed(each.times for each in lines),
        labour_s=sum(each.labour_s for each in lines),
        components=components(plan),
        operations=lines,
    )


def work_on(order_id: str, by_operator: Mapping[str, Sequence[Span]], now: datetime) -> list[Share]:
    """What each operator's time was worth to the order, all that they did at the same time elsewhere considered."""
    every = (share for spans in by_operator.values() for share in shares(spans, now))
    return [each for each in every if each.span.order_id == order_id]


def ratio(part: Decimal, whole: Decimal) -> float | None:
    """A share of a whole; none of nothing."""
    return float(part / whole) if whole else None


def planned_run_s(plan: OrderPlan, operation: Operation, quantity: Decimal) -> float | None:
    """PRU × quantity, at the place where it runs or else at the first that the routing names; none without a PRU."""
    where = operation.equipment or plan.step(operation.sequence).equipment[0]
    run_time_s = plan.run_time_s(where)
    return None if run_time_s is None else float(run_time_s * quantity)


def _operation(
    order: WorkOrder,
    place: int,
    plan: OrderPlan,
    work: Sequence[Share],
    reasons: Mapping[int, Reason],
    now: datetime,
) -> OperationReport:
    operation = order.operations[place]
    counts = operation.counts
    return OperationReport(
        sequence=operation.sequence,
        name=operation.name,
        state=order.state_of(place),
        equipment=operation.equipment,
        input=order.input_of(place),
        good=counts.good,
        scrap=counts.scrap,
        rework=counts.rework,
        in_rework=counts.in_rework,
        unaccounted=order.input_of(place) - counts.used,
        yield_=ratio(counts.good, counts.good + counts.scrap),
        first_pass_yield=ratio(counts.good_first, counts.used),
        scrap_by_reason=tuple(_scrapped(each.reason, each.quantity, reasons) for each in operation.scrapped),
        times=_times(order, plan, operation, now),
        labour_s=float(sum((each.worked_ms for each in work), Fraction(0)) / 1000),
        labour=tuple(_line(each) for each in work),
    )


def _times(order: WorkOrder, plan: OrderPlan, operation: Operation, now: datetime) -> PlannedAndActual:
    is_over = operation.since is None or now < operation.since
    actual = operation.times if is_over else counted(operation, now)
    counts = operation.counts
    earned = planned_run_s(plan, operation, counts.good + counts.scrap)
    processing_s = actual.processing_ms / 1000
    return PlannedAndActual(
        planned_setup_s=float(plan.step(operation.sequence).setup_s),
        planned_run_s=planned_run_s(plan, operation, order.quantity),
        earned_run_s=earned,
        setup_s=actual.setup_ms / 1000,
        processing_s=processing_s,
        paused_s=actual.paused_ms / 1000,
        effectiveness=earned / processing_s if earned is not None and processing_s else None,
    )


def _summed(times: Iterable[PlannedAndActual]) -> PlannedAndActual:
    """Numerators and denominators added up; a sum that lacks a part is none."""
    every = tuple(times)
    earned, processing_s = _sum(each.earned_run_s for each in every), sum(each.processing_s for each in every)
    return PlannedAndActual(
        planned_setup_s=sum(each.planned_setup_s for each in every),
        planned_run_s=_sum(each.planned_run_s for each in every),
        earned_run_s=earned,
        setup_s=sum(each.setup_s for each in every),
        processing_s=processing_s,
        paused_s=sum(each.paused_s for each in every),
        effectiveness=earned / processing_s if earned is not None and processing_s else None,
    )


def _line(share: Share) -> LabourLine:
    span = share.span
    return LabourLine(
        operator=span.operator,
        start=span.start,
        end=span.end,
        worked_s=float(share.worked_ms / 1000),
        overlapping_s=share.overlapping_ms / 1000,
        is_overlapping=share.overlapping_ms > 0,
    )


def _scrapped(code: int | None, quantity: Decimal, reasons: Mapping[int, Reason]) -> Scrapped:
    reason = None if code is None else reason_of(code, dict(reasons))
    return Scrapped(reason=code, name=reason.name if reason else None, quantity=quantity)


def _lateness_s(order: WorkOrder, now: datetime) -> float:
    """Seconds after the due date, negative before it, of the completion or, until then, of now."""
    return ((order.completed_at or order.cancelled_at or now) - order.due_at).total_seconds()


def _sum(parts: Iterable[float | None]) -> float | None:
    total = 0.0
    for each in parts:
        if each is None:
            return None
        total += each
    return total


def _product(parts: Iterable[float | None]) -> float | None:
    """Rolled throughput yield: the product of the operations' first pass yields."""
    product = 1.0
    for each in parts:
        if each is None:
            return None
        product *= each
    return product
