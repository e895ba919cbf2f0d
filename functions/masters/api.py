"""HTTP routes of master data."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from functions.masters import service
from functions.masters.explosion import Explosion
from functions.masters.model import GivenRecord, Imported, ImportRecords, RecordId, Revision, require_named
from functions.masters.views import Shift
from makoto.domain import Instant, Page, Slug, TenantId
from makoto.runtime.http import HttpApi, permit

MASTERS = "/api/v1/tenants/<tenant_id>/masters"
KIND = f"{MASTERS}/<kind>"
RECORD = f"{KIND}/<record_id>"
Tenant = Annotated[TenantId, Path()]
Kind = Annotated[str, Path(pattern=r"^[a-z_]{1,32}$")]
Id = Annotated[RecordId, Path()]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=2048)]
Expected = Annotated[int | None, Header(alias="If-Match", ge=0)]

api = HttpApi("masters")
handler = api.handler


@api.post(f"{MASTERS}/import", middlewares=[permit("masters:write")])
def import_records(tenant_id: Tenant, body: Annotated[ImportRecords, Body()]) -> Imported:
    return service.import_records(body, api.tenant())


@api.get(f"{MASTERS}/material/<record_id>/explosion", middlewares=[permit("masters:read")])
def explode_bill(
    tenant_id: Tenant,
    record_id: Id,
    quantity: Annotated[Decimal, Query(gt=0, max_digits=28, decimal_places=12)] = Decimal(1),
    on: Annotated[date | None, Query()] = None,
) -> Explosion:
    return service.explode_bill(record_id, quantity, on, api.tenant())


@api.get(f"{MASTERS}/calendar/<record_id>/shifts", middlewares=[permit("masters:read")])
def list_shifts(
    tenant_id: Tenant,
    record_id: Annotated[Slug, Path()],
    since: Annotated[Instant, Query(alias="from")],
    until: Annotated[Instant, Query(alias="to")],
) -> Sequence[Shift]:
    return service.list_shifts(record_id, since, until, api.tenant())


@api.get(KIND, middlewares=[permit("masters:read")])
def list_records(
    tenant_id: Tenant,
    kind: Kind,
    prefix: Annotated[str, Query(max_length=256)] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Revision]:
    return service.list_records(kind, prefix, limit, cursor, api.tenant())


@api.get(RECORD, middlewares=[permit("masters:read")])
def read_record(
    tenant_id: Tenant, kind: Kind, record_id: Id, revision: Annotated[int | None, Query(ge=1)] = None
) -> Revision:
    return service.read_record(kind, record_id.replace("~", "/"), revision, api.tenant())


@api.put(RECORD, middlewares=[permit("masters:write")])
def put_record(
    tenant_id: Tenant, kind: Kind, record_id: Id, body: Annotated[GivenRecord, Body()], if_match: Expected = None
) -> Revision:
    record = require_named(body.root, kind, record_id.replace("~", "/"))
    return service.put_record(record, if_match, api.tenant())


@api.delete(RECORD, middlewares=[permit("masters:write")])
def retire_record(tenant_id: Tenant, kind: Kind, record_id: Id, if_match: Expected = None) -> Revision:
    return service.retire_record(kind, record_id.replace("~", "/"), if_match, api.tenant())


@api.get(f"{RECORD}/revisions", middlewares=[permit("masters:read")])
def list_revisions(
    tenant_id: Tenant, kind: Kind, record_id: Id, limit: Limit = 50, cursor: Cursor = None
) -> Page[Revision]:
    return service.list_revisions(kind, record_id.replace("~", "/"), limit, cursor, api.tenant())
