"""HTTP routes of inspections and cases."""

from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.quality import service
from functions.quality.acceptance import JudgeLot, LotDecisions, ResumeInspection
from functions.quality.capa import Capa, CapaStatus, ChangeCapa, ListCapas, OpenCapa, Verification
from functions.quality.disposition import Decide
from functions.quality.model import Cursor, Listing, LotId, RecordId
from functions.quality.nonconformance import (
    Close,
    ListNonConformances,
    NonConformance,
    NonConformanceLine,
    OpenNonConformance,
)
from functions.quality.plan import InspectionPlan, NewPlan, PlanContent
from functions.quality.result import InspectionResult, PostResults, ResultAnswers
from functions.quality.results import AskResults
from makoto.analytics.spc import Switching
from makoto.domain import Instant, Page, Slug, TenantId
from makoto.domain.factory import EquipmentId
from makoto.runtime.http import HttpApi, permit

QUALITY = "/api/v1/tenants/<tenant_id>/quality"
PLANS, CASES, CAPAS = f"{QUALITY}/inspection-plans", f"{QUALITY}/non-conformances", f"{QUALITY}/capas"
PLAN, CASE, CAPA = f"{PLANS}/<plan_id>", f"{CASES}/<nc_id>", f"{CAPAS}/<capa_id>"
LOT = f"{QUALITY}/lots/<lot_id>/acceptance"
READ, PLANNING = permit("quality:read"), permit("quality:plan")
INSPECT, DECIDE = permit("quality:inspect"), permit("quality:decide")

Tenant = Annotated[TenantId, Path()]
Id = Annotated[Slug, Path()]
Lot = Annotated[LotId, Path()]
Start = Annotated[Instant | None, Query(alias="from")]
End = Annotated[Instant | None, Query(alias="to")]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[Cursor | None, Query()]
Named = Annotated[Slug | None, Query()]
Place = Annotated[EquipmentId | None, Query()]

api = HttpApi("quality")


@api.post(PLANS, middlewares=[PLANNING])
def create_plan(tenant_id: Tenant, body: Annotated[NewPlan, Body()]) -> tuple[InspectionPlan, int]:
    return service.create_plan(body, api.tenant()), HTTPStatus.CREATED


@api.get(PLANS, middlewares=[READ])
def list_plans(
    tenant_id: Tenant, product: Named = None, limit: Limit = 50, cursor: After = None
) -> Page[InspectionPlan]:
    return service.list_plans(Listing(limit=limit, cursor=cursor), product, api.tenant())


@api.get(PLAN, middlewares=[READ])
def read_plan(tenant_id: Tenant, plan_id: Id, version: Annotated[int | None, Query(ge=1)] = None) -> InspectionPlan:
    return service.read_plan(plan_id, version, api.tenant())


@api.get(f"{PLAN}/versions", middlewares=[READ])
def list_plan_versions(tenant_id: Tenant, plan_id: Id, limit: Limit = 50, cursor: After = None) -> Page[InspectionPlan]:
    return service.list_versions(plan_id, Listing(limit=limit, cursor=cursor), api.tenant())


@api.put(f"{PLAN}/versions/<version>", middlewares=[PLANNING])
def revise_plan(
    tenant_id: Tenant, plan_id: Id, version: Annotated[int, Path(ge=2)], body: Annotated[PlanContent, Body()]
) -> InspectionPlan:
    return service.revise_plan(plan_id, version - 1, body, api.tenant())


@api.delete(PLAN, middlewares=[PLANNING])
def retire_plan(tenant_id: Tenant, plan_id: Id) -> InspectionPlan:
    return service.retire_plan(plan_id, api.tenant())


@api.post(f"{PLAN}/resume", middlewares=[DECIDE])
def resume_inspection(tenant_id: Tenant, plan_id: Id, body: Annotated[ResumeInspection, Body()]) -> Switching:
    return service.resume_inspection(plan_id, body, api.tenant())


@api.post(f"{QUALITY}/results", middlewares=[INSPECT])
def record_results(tenant_id: Tenant, body: Annotated[PostResults, Body()]) -> ResultAnswers:
    return service.record_results(body, api.tenant())


@api.get(f"{QUALITY}/results", middlewares=[READ])
def list_results(  # noqa: PLR0913  each is a part of the question
    tenant_id: Tenant,
    characteristic: Named = None,
    lot: Annotated[LotId | None, Query()] = None,
    order: Annotated[RecordId | None, Query()] = None,
    equipment: Place = None,
    conforming: Annotated[bool | None, Query()] = None,
    start: Start = None,
    end: End = None,
    limit: Limit = 50,
    cursor: After = None,
) -> Page[InspectionResult]:
    place = {"characteristic": characteristic, "lot_id": lot, "order_id": order, "equipment": equipment}
    span = {"start": start, "end": end, "limit": limit, "cursor": cursor}
    return service.list_results(AskResults.model_validate(place | span | {"is_conforming": conforming}), api.tenant())


@api.post(LOT, middlewares=[INSPECT])
def judge_lot(tenant_id: Tenant, lot_id: Lot, body: Annotated[JudgeLot, Body()]) -> LotDecisions:
    return service.judge_lot(lot_id, body, api.tenant())


@api.get(LOT, middlewares=[READ])
def read_acceptance(tenant_id: Tenant, lot_id: Lot, plan: Annotated[Slug, Query()]) -> LotDecisions:
    return service.read_decisions(lot_id, plan, api.tenant())


@api.post(CASES, middlewares=[INSPECT])
def open_case(tenant_id: Tenant, body: Annotated[OpenNonConformance, Body()]) -> tuple[NonConformance, int]:
    return service.open_by_hand(body, api.tenant()), HTTPStatus.CREATED


@api.get(CASES, middlewares=[READ])
def list_cases(
    tenant_id: Tenant,
    status: Annotated[Literal["open", "closed"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> Page[NonConformanceLine]:
    return service.list_cases(ListNonConformances(status=status, limit=limit, cursor=cursor), api.tenant())


@api.get(CASE, middlewares=[READ])
def read_case(tenant_id: Tenant, nc_id: Id) -> NonConformance:
    return service.read_case(nc_id, api.tenant())


@api.post(f"{CASE}/dispositions", middlewares=[DECIDE])
def decide_lots(tenant_id: Tenant, nc_id: Id, body: Annotated[Decide, Body()]) -> NonConformance:
    return service.decide_lots(nc_id, body, api.tenant())


@api.post(f"{CASE}/close", middlewares=[DECIDE])
def close_case(tenant_id: Tenant, nc_id: Id, body: Annotated[Close | None, Body()] = None) -> NonConformance:
    return service.close_case(nc_id, body or Close(), api.tenant())


@api.post(CAPAS, middlewares=[DECIDE])
def open_capa(tenant_id: Tenant, body: Annotated[OpenCapa, Body()]) -> tuple[Capa, int]:
    return service.open_capa(body, api.tenant()), HTTPStatus.CREATED


@api.get(CAPAS, middlewares=[READ])
def list_capas(
    tenant_id: Tenant,
    status: Annotated[CapaStatus | None, Query()] = None,
    overdue: Annotated[bool, Query()] = False,
    limit: Limit = 50,
    cursor: After = None,
) -> Page[Capa]:
    asked = ListCapas(status=status, is_overdue=overdue, limit=limit, cursor=cursor)
    return service.list_capas(asked, api.tenant())


@api.get(CAPA, middlewares=[READ])
def read_capa(tenant_id: Tenant, capa_id: Id) -> Capa:
    return service.read_capa(capa_id, api.tenant())


@api.patch(CAPA, middlewares=[DECIDE])
def change_capa(tenant_id: Tenant, capa_id: Id, body: Annotated[ChangeCapa, Body()]) -> Capa:
    return service.change_capa(capa_id, body, api.tenant())


@api.post(f"{CAPA}/verification", middlewares=[DECIDE])
def verify_capa(tenant_id: Tenant, capa_id: Id, body: Annotated[Verification, Body()]) -> Capa:
    return service.verify_capa(capa_id, body, api.tenant())
