"""HTTP routes of tenants: the operator's administration, and a tenant's look at itself."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from functions.tenants import service
from functions.tenants.commands import IdempotencyKey, OnboardTenant, RotateKeys, SuspendTenant
from functions.tenants.ports import Act
from functions.tenants.views import AcceptedTenant, TenantDetail, TenantProfile, TenantSummary, profile
from functions.tenants.wiring import ports
from makoto.domain import Page, TenantId, TenantStatus
from makoto.runtime.http import HttpApi, permit

TENANTS = "/api/v1/admin/tenants"

api = HttpApi("tenants")
handler = api.handler


def _act(action: str) -> Act:
    return Act(action, api.principal().username, api.correlation_id)


@api.post(TENANTS, middlewares=[permit("tenants:create")], status_code=HTTPStatus.ACCEPTED)
def onboard_tenant(
    idempotency_key: Annotated[IdempotencyKey, Header(alias="Idempotency-Key")], body: Annotated[OnboardTenant, Body()]
) -> Response[AcceptedTenant]:
    accepted = service.onboard_tenant(body, idempotency_key, _act("tenant.onboard"), ports())
    location = {"Location": f"{TENANTS}/{accepted.tenant_id}"}
    return Response(HTTPStatus.ACCEPTED, content_type="application/json", body=accepted, headers=location)


@api.get(TENANTS, middlewares=[permit("tenants:list")])
def list_tenants(
    status: Annotated[TenantStatus | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
) -> Page[TenantSummary]:
    return service.list_tenants(status, limit, cursor, ports())


@api.get(f"{TENANTS}/<tenant_id>", middlewares=[permit("tenants:read-any")])
def read_tenant(tenant_id: Annotated[TenantId, Path()]) -> TenantDetail:
    return service.read_tenant(tenant_id, ports())


@api.post(f"{TENANTS}/<tenant_id>/suspend", middlewares=[permit("tenants:suspend")])
def suspend_tenant(tenant_id: Annotated[TenantId, Path()], body: Annotated[SuspendTenant, Body()]) -> TenantDetail:
    return service.suspend_tenant(tenant_id, body, _act("tenant.suspend"), ports())


@api.post(f"{TENANTS}/<tenant_id>/resume", middlewares=[permit("tenants:resume")])
def resume_tenant(tenant_id: Annotated[TenantId, Path()]) -> TenantDetail:
    return service.resume_tenant(tenant_id, _act("tenant.resume"), ports())


@api.delete(
    f"{TENANTS}/<tenant_id>",
    middlewares=[permit("tenants:delete")],
    responses={
        HTTPStatus.NO_CONTENT: {"description": "Nothing of the tenant is left"},
        HTTPStatus.ACCEPTED: {"description": "The tenant is out of service, and what remains of it is being removed"},
    },
)
def delete_tenant(tenant_id: Annotated[TenantId, Path()]) -> Response[Any]:
    detail = service.delete_tenant(tenant_id, _act("tenant.delete"), ports())
    if detail.status is TenantStatus.DELETED:
        return Response(HTTPStatus.NO_CONTENT)
    return Response(HTTPStatus.ACCEPTED, content_type="application/json", body=detail)


@api.get("/api/v1/tenants/<tenant_id>", middlewares=[permit("tenant:read")])
def read_own_profile(tenant_id: Annotated[TenantId, Path()]) -> TenantProfile:
    return profile(api.tenant().record)


@api.put(
    "/api/v1/tenants/<tenant_id>/cloud-keys",
    middlewares=[permit("stores:rotate-keys")],
    responses={HTTPStatus.NO_CONTENT: {"description": "The new keys opened the cloud and are used"}},
)
def rotate_own_keys(tenant_id: Annotated[TenantId, Path()], body: Annotated[RotateKeys, Body()]) -> Response[Any]:
    service.rotate_keys(tenant_id, body, _act("tenant.rotate-keys"), ports())
    return Response(HTTPStatus.NO_CONTENT)
