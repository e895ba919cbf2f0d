"""Use cases of production: plan, release, reschedule and cancel orders; work on their operations; look at them."""

from collections.abc import Callable
from hashlib import sha256

from functions.production import actions, labour, lists, planning, quantities, registry, reporting, sources, views
from functions.production.commands import (
    Act,
    CancelOrder,
    ClockLabour,
    CompleteOperation,
    ListDispatch,
    ListOrders,
    PauseOperation,
    PlanOrder,
    ReportQuantities,
    RescheduleOrder,
    ResumeOperation,
    StartOperation,
    digest_of,
)
from functions.production.figures import OrderReport
from functions.production.model import Decided
from functions.production.operation import Operation, Span
from functions.production.refusals import OrderBusy, OrderExists, ReversedWindow, field
from functions.production.registry import Held, Request
from functions.production.views import ChangeView, DispatchLine, OrderLine, OrderView
from makoto.domain import Page, Value
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed

TRIES = 8
"""As many people may change one order at the same moment."""

Work = StartOperation | PauseOperation | ResumeOperation | CompleteOperation | ReportQuantities | ClockLabour


def plan_order(command: PlanOrder, tenant: TenantContext, *, idempotency_key: str | None = None) -> OrderView:
    """Plan an order by the master data in force on the day it is to begin.

    The same request again (same order id, or same Idempotency-Key where no id is given, and same body) is the same
    order.
    """
    act = _act(tenant)
    order_id = command.order_id or _generated_id(idempotency_key, tenant)
    held = registry.find(order_id, tenant)
    if held is not None:
        return _same_order(held, command, tenant)
    found = sources.sources_of(command.product, command.start_at or act.now, tenant)
    decided, plan = planning.planned(order_id, command, found, act)
    try:
        order, wanted = registry.create(decided, plan, tenant)
    except ConditionFailed:
        return _same_order(registry.load(order_id, tenant), command, tenant)
    lists.follow(order, wanted, tenant)
    return views.view(order, plan, tenant.record.time_zone)


def release_order(order_id: str, tenant: TenantContext) -> OrderView:
    """Let the shop floor begin; it shows at the places of its first operation."""
    act = _act(tenant)
    return _change(order_id, lambda held: planning.released(held.order, act), tenant)


def reschedule_order(order_id: str, command: RescheduleOrder, tenant: TenantContext) -> OrderView:
    """Change how urgent an order is and when it is due."""
    act = _act(tenant)
    return _change(order_id, lambda held: planning.rescheduled(held.order, command, act), tenant)


def cancel_order(order_id: str, command: CancelOrder, tenant: TenantContext) -> OrderView:
    """End an order with all that runs of it."""
    act = _act(tenant)
    return _change(order_id, lambda held: planning.cancelled(held.order, command.reason, act), tenant)


def work_on_operation(
    order_id: str, sequence: int, command: Work, tenant: TenantContext, *, idempotency_key: str | None = None
) -> OrderView:
    """Do something to an operation, once for an Idempotency-Key."""
    act = _act(tenant)
    _require_known(command, tenant)
    about = f"{order_id}/{sequence}/{act.by}"
    request = Request(idempotency_key, digest_of(command, about)) if idempotency_key else None
    return _change(order_id, lambda held: _worked(held, sequence, command, act), tenant, request)


def read_order(order_id: str, tenant: TenantContext) -> OrderView:
    """Show an order whole."""
    held = registry.load(order_id, tenant)
    return views.view(held.order, held.plan, tenant.record.time_zone)


def read_history(order_id: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[ChangeView]:
    """Show what happened to an order, oldest first."""
    registry.load(order_id, tenant)
    page = registry.history(order_id, limit, cursor, tenant)
    items = tuple(ChangeView.model_validate(each.model_dump()) for each in page.items)
    return Page[ChangeView](items=items, next_cursor=page.next_cursor)


def report_order(order_id: str, tenant: TenantContext) -> OrderReport:
    """Sum up an order: planned against actual, yield, scrap by reason, labour."""
    held, now = registry.load(order_id, tenant), tenant.clock.now()
    spans = registry.labour_of(order_id, tenant)
    by_operator = {each.operator: _all_work(each.operator, spans, tenant) for each in spans}
    work = reporting.work_on(order_id, by_operator, now)
    return reporting.report(held.order, held.plan, work, tenant.masters.reasons(), now)


def list_orders(command: ListOrders, tenant: TenantContext) -> Page[OrderLine]:
    """List orders by due date."""
    if command.due_from and command.due_to and command.due_to <= command.due_from:
        rule = field("/query/due_to", "order", "after due_from")
        raise ReversedWindow("the window ends before it begins", errors=rule)
    page = lists.orders(command, tenant)
    items = tuple(views.line(each, tenant.record.time_zone) for each in page.items)
    return Page[OrderLine](items=items, next_cursor=page.next_cursor)


def list_dispatch(command: ListDispatch, tenant: TenantContext) -> Page[DispatchLine]:
    """List what can run now at a place, the most urgent first."""
    page = lists.dispatch(command, tenant)
    items = tuple(_dispatch_line(held, operation, tenant) for held, operation in page.items)
    return Page[DispatchLine](items=items, next_cursor=page.next_cursor)


def mend_lists(order_id: str, version: int, tenant: TenantContext) -> None:
    """Bring the lists to what an order is, after the change that led to a version."""
    lists.mend(order_id, version, tenant)
    tenant.commit([])


def _change(
    order_id: str,
    decide: Callable[[Held], Decided | None],
    tenant: TenantContext,
    request: Request | None = None,
) -> OrderView:
    """Decide on the order as it is and store it, again where another's change came first."""
    for _ in range(TRIES):
        held = registry.load(order_id, tenant)
        decided = None if registry.was_done(order_id, request, tenant) else decide(held)
        if decided is None:
            return views.view(held.order, held.plan, tenant.record.time_zone)
        try:
            order, wanted = registry.save(held, decided, request, tenant)
        except ConditionFailed:
            continue
        lists.follow(order, wanted, tenant)
        return views.view(order, held.plan, tenant.record.time_zone)
    raise OrderBusy(f"work order {order_id} is being changed by others")


def _worked(held: Held, sequence: int, command: Work, act: Act) -> Decided | None:
    match command:
        case StartOperation():
            return actions.started(held.order, held.plan, sequence, command, act)
        case PauseOperation():
            return actions.paused(held.order, sequence, command, act)
        case ResumeOperation():
            return actions.resumed(held.order, held.plan, sequence, command, act)
        case CompleteOperation():
            return actions.completed(held.order, sequence, command, act)
        case ReportQuantities():
            return quantities.reported(held.order, sequence, command, act)
        case ClockLabour():
            return labour.clocked(held.order, sequence, command, act)


def _require_known(command: Work, tenant: TenantContext) -> None:
    if isinstance(command, StartOperation | ResumeOperation) and command.equipment is not None:
        sources.require_place(command.equipment, tenant)
    if isinstance(command, PauseOperation | ReportQuantities):
        sources.require_reason(command.reason, tenant)


def _same_order(held: Held, command: Value, tenant: TenantContext) -> OrderView:
    if held.order.request_digest != digest_of(command):
        rule = field("/body/order_id", "taken", "another order has this id")
        raise OrderExists(f"work order {held.order.order_id} exists with other content", errors=rule)
    return views.view(held.order, held.plan, tenant.record.time_zone)


def _generated_id(key: str | None, tenant: TenantContext) -> str:
    made = tenant.ids.ulid().lower() if key is None else sha256(key.encode()).hexdigest()[:26]
    return f"wo-{made}"


def _all_work(operator: str, spans: tuple[Span, ...], tenant: TenantContext) -> list[Span]:
    """All that an operator did about the time of these stretches, wherever."""
    own = [each for each in spans if each.operator == operator]
    first = min(each.start for each in own) - labour.LONGEST
    last = max(each.end or each.start + labour.LONGEST for each in own)
    known = {(each.order_id, each.sequence, each.start): each for each in lists.labour(operator, first, last, tenant)}
    known |= {(each.order_id, each.sequence, each.start): each for each in own}
    return list(known.values())


def _dispatch_line(held: Held, operation: Operation, tenant: TenantContext) -> DispatchLine:
    order, place = held.order, held.order.place_of(operation.sequence)
    step, available = held.plan.step(operation.sequence), views.available(order, place)
    taken = ("order_id", "product", "unit", "priority", "due_at")
    return DispatchLine(
        **{name: getattr(order, name) for name in taken},
        sequence=operation.sequence,
        name=operation.name,
        state=order.state_of(place),
        due_local=views.local(order.due_at, tenant.record.time_zone),
        is_late=order.due_at < tenant.clock.now(),
        available=available,
        allowed=step.equipment,
        planned_setup_s=float(step.setup_s),
        planned_run_s=reporting.planned_run_s(held.plan, operation, available),
    )


def _act(tenant: TenantContext) -> Act:
    by = tenant.principal.username if tenant.principal else "platform"
    return Act(by=by, now=tenant.clock.now())
