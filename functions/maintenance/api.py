"""HTTP routes of predictive maintenance."""

import base64
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.maintenance import service
from functions.maintenance.model import FrameId, FrameSummary, Predict, Predictions, TrainedModel, TrainModel
from makoto.domain import Page, Slug, TenantId
from makoto.runtime.http import HttpApi, permit

MAINTENANCE = "/api/v1/tenants/<tenant_id>/maintenance"
FRAMES = f"{MAINTENANCE}/frames"
MODELS = f"{MAINTENANCE}/models"
MODEL = f"{MODELS}/<model_id>"
READ = permit("maintenance:read")
TRAIN = permit("maintenance:train")
Tenant = Annotated[TenantId, Path()]
Model = Annotated[Slug, Path()]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=2048)]

api = HttpApi("maintenance")
handler = api.handler


@api.post(FRAMES, middlewares=[TRAIN])
def store_frame(
    tenant_id: Tenant, name: Annotated[str, Query(min_length=1, max_length=200)]
) -> tuple[FrameSummary, int]:
    event = api.current_event.raw_event
    body = event.get("body") or ""
    sent = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    return service.store_frame(sent, name, api.tenant()), HTTPStatus.CREATED


@api.get(FRAMES, middlewares=[READ])
def list_frames(tenant_id: Tenant, limit: Limit = 50, cursor: Cursor = None) -> Page[FrameSummary]:
    return service.list_frames(limit, cursor, api.tenant())


@api.get(f"{FRAMES}/<frame_id>", middlewares=[READ])
def read_frame(tenant_id: Tenant, frame_id: Annotated[FrameId, Path()]) -> FrameSummary:
    return service.read_frame_summary(frame_id, api.tenant())


@api.post(MODELS, middlewares=[TRAIN])
def train_model(tenant_id: Tenant, body: Annotated[TrainModel, Body()]) -> tuple[TrainedModel, int]:
    return service.ask_for_model(body, api.tenant()), HTTPStatus.ACCEPTED


@api.get(MODELS, middlewares=[READ])
def list_models(tenant_id: Tenant, limit: Limit = 50, cursor: Cursor = None) -> Page[TrainedModel]:
    return service.list_models(limit, cursor, api.tenant())


@api.get(MODEL, middlewares=[READ])
def read_model(tenant_id: Tenant, model_id: Model, version: Annotated[int | None, Query(ge=1)] = None) -> TrainedModel:
    return service.read_model(model_id, version, api.tenant())


@api.get(f"{MODEL}/versions", middlewares=[READ])
def list_versions(tenant_id: Tenant, model_id: Model, limit: Limit = 50, cursor: Cursor = None) -> Page[TrainedModel]:
    return service.list_versions(model_id, limit, cursor, api.tenant())


@api.post(f"{MODEL}/predictions", middlewares=[READ])
def predict(tenant_id: Tenant, model_id: Model, body: Annotated[Predict, Body()]) -> Predictions:
    return service.predict(model_id, body, api.tenant())
