"""HTTP routes of moves: the operator's administration."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path

from functions.moves import service
from functions.moves.commands import IdempotencyKey, MoveId, StartMove
from functions.moves.ports import Act
from functions.moves.views import MoveDetail, MoveSummary
from functions.moves.wiring import ports
from makoto.domain import Page, TenantId
from makoto.runtime.http import HttpApi, permit

TENANTS = "/api/v1/admin/tenants"
MOVES = f"{TENANTS}/<tenant_id>/moves"

api = HttpApi("moves")
handler = api.handler


def _act(action: str) -> Act:
    return Act(action, api.principal().username, api.correlation_id)


@api.post(MOVES, middlewares=[permit("tenants:move")], status_code=HTTPStatus.ACCEPTED)
def start_move(
    tenant_id: Annotated[TenantId, Path()],
    idempotency_key: Annotated[IdempotencyKey, Header(alias="Idempotency-Key")],
    body: Annotated[StartMove, Body()],
) -> Response[MoveDetail]:
    move = service.start_move(tenant_id, body, idempotency_key, _act("tenant.move"), ports())
    location = {"Location": f"{TENANTS}/{tenant_id}/moves/{move.move_id}"}
    return Response(HTTPStatus.ACCEPTED, content_type="application/json", body=move, headers=location)


@api.get(MOVES, middlewares=[permit("tenants:read-moves")])
def list_moves(tenant_id: Annotated[TenantId, Path()]) -> Page[MoveSummary]:
    return service.list_moves(tenant_id, ports())


@api.get(f"{MOVES}/<move_id>", middlewares=[permit("tenants:read-moves")])
def read_move(tenant_id: Annotated[TenantId, Path()], move_id: Annotated[MoveId, Path()]) -> MoveDetail:
    return service.read_move(tenant_id, move_id, ports())


@api.post(f"{MOVES}/<move_id>/roll_back", middlewares=[permit("tenants:roll-back-move")])
def roll_back_move(tenant_id: Annotated[TenantId, Path()], move_id: Annotated[MoveId, Path()]) -> MoveDetail:
    return service.roll_back_move(tenant_id, move_id, _act("tenant.move-roll-back"), ports())


@api.post(f"{MOVES}/<move_id>/finish", middlewares=[permit("tenants:finish-move")])
def finish_move(tenant_id: Annotated[TenantId, Path()], move_id: Annotated[MoveId, Path()]) -> MoveDetail:
    return service.finish_move(tenant_id, move_id, _act("tenant.move-finish"), ports())
