"""HTTP routes of production."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from functions.production import service
from functions.production.commands import (
    CancelOrder,
    ClockLabour,
    CompleteOperation,
    Cursor,
    IdempotencyKey,
    ListDispatch,
    ListOrders,
    OrderStatusName,
    PauseOperation,
    PlanOrder,
    ReportQuantities,
    RescheduleOrder,
    ResumeOperation,
    Sequence,
    StartOperation,
)
from functions.production.figures import OrderReport
from functions.production.views import ChangeView, DispatchLine, OrderLine, OrderView
from makoto.domain import Instant, Page, Slug, TenantId
from makoto.domain.factory import EquipmentId, MaterialId
from makoto.runtime.http import HttpApi, permit

ORDERS = "/api/v1/tenants/<tenant_id>/work-orders"
ORDER = f"{ORDERS}/<order_id>"
OPERATION = f"{ORDER}/operations/<sequence>"
DISPATCH = "/api/v1/tenants/<tenant_id>/dispatch"
READ, PLAN, REPORT = permit("production:read"), permit("production:plan"), permit("production:report")
Tenant = Annotated[TenantId, Path()]
Order = Annotated[Slug, Path()]
Step = Annotated[Sequence, Path()]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[Cursor | None, Query()]
Once = Annotated[IdempotencyKey | None, Header(alias="Idempotency-Key")]

api = HttpApi("production")
handler = api.handler


@api.post(ORDERS, middlewares=[PLAN])
def plan_order(tenant_id: Tenant, body: Annotated[PlanOrder, Body()], key: Once = None) -> tuple[OrderView, int]:
    return service.plan_order(body, api.tenant(), idempotency_key=key), HTTPStatus.CREATED


@api.get(ORDERS, middlewares=[READ])
def list_orders(
    tenant_id: Tenant,
    status: Annotated[OrderStatusName | None, Query()] = None,
    product: Annotated[MaterialId | None, Query()] = None,
    equipment: Annotated[EquipmentId | None, Query()] = None,
    due_from: Annotated[Instant | None, Query()] = None,
    due_to: Annotated[Instant | None, Query()] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> Page[OrderLine]:
    filters = {"status": status, "product": product, "equipment": equipment, "due_from": due_from, "due_to": due_to}
    wanted = ListOrders.model_validate({**filters, "limit": limit, "cursor": cursor})
    return service.list_orders(wanted, api.tenant())


@api.get(DISPATCH, middlewares=[READ])
def list_dispatch(
    tenant_id: Tenant, equipment: Annotated[EquipmentId, Query()], limit: Limit = 50, cursor: After = None
) -> Page[DispatchLine]:
    return service.list_dispatch(ListDispatch(equipment=equipment, limit=limit, cursor=cursor), api.tenant())


@api.get(ORDER, middlewares=[READ])
def read_order(tenant_id: Tenant, order_id: Order) -> OrderView:
    return service.read_order(order_id, api.tenant())


@api.get(f"{ORDER}/history", middlewares=[READ])
def read_history(tenant_id: Tenant, order_id: Order, limit: Limit = 50, cursor: After = None) -> Page[ChangeView]:
    return service.read_history(order_id, limit, cursor, api.tenant())


@api.get(f"{ORDER}/report", middlewares=[READ])
def report_order(tenant_id: Tenant, order_id: Order) -> OrderReport:
    return service.report_order(order_id, api.tenant())


@api.post(f"{ORDER}/release", middlewares=[PLAN])
def release_order(tenant_id: Tenant, order_id: Order) -> OrderView:
    return service.release_order(order_id, api.tenant())


@api.post(f"{ORDER}/reschedule", middlewares=[PLAN])
def reschedule_order(tenant_id: Tenant, order_id: Order, body: Annotated[RescheduleOrder, Body()]) -> OrderView:
    return service.reschedule_order(order_id, body, api.tenant())


@api.post(f"{ORDER}/cancel", middlewares=[PLAN])
def cancel_order(tenant_id: Tenant, order_id: Order, body: Annotated[CancelOrder, Body()]) -> OrderView:
    return service.cancel_order(order_id, body, api.tenant())


@api.post(f"{OPERATION}/start", middlewares=[REPORT])
def start_operation(
    tenant_id: Tenant, order_id: Order, sequence: Step, body: Annotated[StartOperation, Body()], key: Once = None
) -> OrderView:
    return service.work_on_operation(order_id, sequence, body, api.tenant(), idempotency_key=key)


@api.post(f"{OPERATION}/pause", middlewares=[REPORT])
def pause_operation(
    tenant_id: Tenant,
    order_id: Order,
    sequence: Step,
    body: Annotated[PauseOperation | None, Body()] = None,
    key: Once = None,
) -> OrderView:
    command = body or PauseOperation()
    return service.work_on_operation(order_id, sequence, command, api.tenant(), idempotency_key=key)


@api.post(f"{OPERATION}/resume", middlewares=[REPORT])
def resume_operation(
    tenant_id: Tenant,
    order_id: Order,
    sequence: Step,
    body: Annotated[ResumeOperation | None, Body()] = None,
    key: Once = None,
) -> OrderView:
    command = body or ResumeOperation()
    return service.work_on_operation(order_id, sequence, command, api.tenant(), idempotency_key=key)


@api.post(f"{OPERATION}/complete", middlewares=[REPORT])
def complete_operation(
    tenant_id: Tenant,
    order_id: Order,
    sequence: Step,
    body: Annotated[CompleteOperation | None, Body()] = None,
    key: Once = None,
) -> OrderView:
    command = body or CompleteOperation()
    return service.work_on_operation(order_id, sequence, command, api.tenant(), idempotency_key=key)


@api.post(f"{OPERATION}/report", middlewares=[REPORT])
def report_quantities(
    tenant_id: Tenant, order_id: Order, sequence: Step, body: Annotated[ReportQuantities, Body()], key: Once = None
) -> OrderView:
    return service.work_on_operation(order_id, sequence, body, api.tenant(), idempotency_key=key)


@api.post(f"{OPERATION}/labour", middlewares=[REPORT])
def clock_labour(
    tenant_id: Tenant, order_id: Order, sequence: Step, body: Annotated[ClockLabour, Body()], key: Once = None
) -> OrderView:
    return service.work_on_operation(order_id, sequence, body, api.tenant(), idempotency_key=key)
