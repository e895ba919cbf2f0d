"""HTTP routes of the doctor: the operator looks into any tenant's stores, a tenant's administrator into its own."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path

from functions.doctor import service
from functions.doctor.model import CheckStores
from functions.doctor.service import Checks
from functions.doctor.wiring import ports
from makoto.domain import TenantId, TenantRecord
from makoto.runtime.http import HttpApi, permit

ANY = "/api/v1/admin/tenants/<tenant_id>/checks"
OWN = "/api/v1/tenants/<tenant_id>/checks"
JSON = "application/json"
Tenant = Annotated[TenantId, Path()]
ANSWERS: dict[int, Any] = {  # Powertools types the descriptions of answers so
    HTTPStatus.OK: {"description": "The report of a look taken now"},
    HTTPStatus.ACCEPTED: {"description": "A long look is taken within a minute; its report is at Location"},
}

api = HttpApi("doctor")
handler = api.handler


@api.post(ANY, middlewares=[permit("tenants:check-stores")], responses=ANSWERS)
def check_stores(tenant_id: Tenant, body: Annotated[CheckStores, Body()]) -> Response[Checks]:
    return _checked(api.any_tenant(tenant_id).record, body, ANY)


@api.get(f"{ANY}/latest", middlewares=[permit("tenants:read-checks")])
def read_checks(tenant_id: Tenant) -> Checks:
    return service.latest(tenant_id, ports(api.correlation_id))


@api.post(OWN, middlewares=[permit("stores:check")], responses=ANSWERS)
def check_own_stores(tenant_id: Tenant, body: Annotated[CheckStores, Body()]) -> Response[Checks]:
    return _checked(api.tenant().record, body, OWN)


@api.get(OWN, middlewares=[permit("stores:read-checks")])
def read_own_checks(tenant_id: Tenant) -> Checks:
    return service.latest(api.tenant().tenant_id, ports(api.correlation_id))


@api.get(f"{OWN}/latest", middlewares=[permit("stores:read-checks")])
def read_own_latest_checks(tenant_id: Tenant) -> Checks:
    return service.latest(api.tenant().tenant_id, ports(api.correlation_id))


def _checked(record: TenantRecord, body: CheckStores, route: str) -> Response[Checks]:
    if body.suite == "health":
        report = service.look(record, body.suite, ports(api.correlation_id))
        return Response(HTTPStatus.OK, content_type=JSON, body=Checks(pending=None, report=report))
    asked = service.ask(record.tenant_id, body.suite, ports(api.correlation_id))
    location = {"Location": f"{route.replace('<tenant_id>', record.tenant_id)}/latest"}
    return Response(HTTPStatus.ACCEPTED, content_type=JSON, body=asked, headers=location)
