"""HTTP routes of the outbox: a tenant's administrator sees its own, the platform's any tenant's."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.outbox import model, service
from functions.outbox.model import OutboxEvent, OutboxState, Parked, Redrive, Replay, Replayed
from functions.outbox.service import ListEvents, State
from makoto.domain import Page, TenantId
from makoto.runtime.http import HttpApi, permit

OWN = "/api/v1/tenants/<tenant_id>/outbox"
ANY = "/api/v1/admin/outbox/<tenant_id>"
Tenant = Annotated[TenantId, Path()]
Cursor = Annotated[str | None, Query(max_length=4096)]
Limit = Annotated[int, Query(ge=1, le=200)]
Partition = Annotated[model.Partition, Query()]
Aggregate = Annotated[model.Aggregate | None, Query()]

api = HttpApi("outbox")
handler = api.handler


@api.get(OWN, middlewares=[permit("outbox:read")])
def show_own_outbox(tenant_id: Tenant, limit: Limit = 100, cursor: Cursor = None) -> OutboxState:
    return service.show_outbox(api.tenant(), limit=limit, cursor=cursor)


@api.get(ANY, middlewares=[permit("tenants:read-outbox")])
def show_outbox(tenant_id: Tenant, limit: Limit = 100, cursor: Cursor = None) -> OutboxState:
    return service.show_outbox(api.any_tenant(tenant_id), limit=limit, cursor=cursor)


@api.get(f"{OWN}/events", middlewares=[permit("outbox:read")])
def list_own_events(
    tenant_id: Tenant,
    partition: Partition,
    aggregate: Aggregate = None,
    state: Annotated[State, Query()] = "pending",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OutboxEvent]:
    wanted = ListEvents(partition=partition, aggregate=aggregate, state=state, limit=limit, cursor=cursor)
    return service.list_events(wanted, api.tenant())


@api.get(f"{ANY}/events", middlewares=[permit("tenants:read-outbox")])
def list_events(
    tenant_id: Tenant,
    partition: Partition,
    aggregate: Aggregate = None,
    state: Annotated[State, Query()] = "pending",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[OutboxEvent]:
    wanted = ListEvents(partition=partition, aggregate=aggregate, state=state, limit=limit, cursor=cursor)
    return service.list_events(wanted, api.any_tenant(tenant_id))


@api.post(f"{OWN}/redrive", middlewares=[permit("outbox:redrive")])
def redrive_own(tenant_id: Tenant, body: Annotated[Redrive, Body()]) -> Parked:
    return service.redrive(body, api.tenant())


@api.post(f"{ANY}/redrive", middlewares=[permit("tenants:redrive-outbox")])
def redrive(tenant_id: Tenant, body: Annotated[Redrive, Body()]) -> Parked:
    return service.redrive(body, api.any_tenant(tenant_id))


@api.post(f"{OWN}/replay", middlewares=[permit("outbox:redrive")])
def replay_own(tenant_id: Tenant, body: Annotated[Replay, Body()]) -> Replayed:
    return service.replay(body, api.tenant())


@api.post(f"{ANY}/replay", middlewares=[permit("tenants:redrive-outbox")])
def replay(tenant_id: Tenant, body: Annotated[Replay, Body()]) -> Replayed:
    return service.replay(body, api.any_tenant(tenant_id))
