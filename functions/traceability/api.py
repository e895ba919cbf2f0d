"""HTTP routes of traceability."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.traceability import capturing, exporting, holds, reactions, reading, recalls, recording, sweeping, traces
from functions.traceability.activities import ActivityKind
from functions.traceability.holds import HeldLot, HoldAnswer, HoldLots, ReleaseLots
from functions.traceability.model import ActivityId, LotId, LotStatus
from functions.traceability.recalls import OpenRecall, RecallDetail, RecallId, RecallView
from functions.traceability.recording import Activities, ReceiveLot, Sensors
from functions.traceability.sweeps import Sweep, SweepId
from functions.traceability.views import ActivityView, FefoView, LotView, RecordedMany, TraceAnswer
from makoto.domain import Instant, Page, TenantId
from makoto.domain.factory import EquipmentId, MaterialId, Unit
from makoto.runtime.http import HttpApi, permit
from makoto.runtime.problem import to_json

ROOT = "/api/v1/tenants/<tenant_id>/traceability"
READ = permit("traceability:read")
RECORD = permit("traceability:record")
HOLD = permit("traceability:hold")
EXPORT = permit("traceability:export")
Tenant = Annotated[TenantId, Path()]
Lot = Annotated[LotId, Path()]
Limit = Annotated[int, Query(ge=1, le=200)]
After = Annotated[str | None, Query(max_length=2048)]
Text = Annotated[str | None, Query(max_length=200)]
Start = Annotated[Instant | None, Query(alias="from")]
End = Annotated[Instant | None, Query(alias="to")]

api = HttpApi("traceability")
handler = api.handler


@api.post(f"{ROOT}/lots", middlewares=[RECORD])
def post_lot(tenant_id: Tenant, body: Annotated[ReceiveLot, Body()]) -> tuple[LotView, int]:
    return recording.receive_lot(body, api.tenant()), HTTPStatus.CREATED


@api.get(f"{ROOT}/lots", middlewares=[READ])
def list_lots(
    tenant_id: Tenant,
    material: Annotated[MaterialId | None, Query()] = None,
    status: Annotated[LotStatus | None, Query()] = None,
    location: Text = None,
    supplier_lot: Text = None,
    expires_before: Annotated[date | None, Query()] = None,
    limit: Limit = 50,
    cursor: After = None,
) -> Page[LotView]:
    where = {"material": material, "status": status, "location": location, "supplier_lot": supplier_lot}
    asked = reading.AskLots.model_validate(
        {**where, "expires_before": expires_before, "limit": limit, "cursor": cursor}
    )
    return reading.list_lots(asked, api.tenant())


@api.get(f"{ROOT}/lots/<lot_id>", middlewares=[READ])
def read_lot(tenant_id: Tenant, lot_id: Lot) -> LotView:
    return reading.read_lot(lot_id, api.tenant())


@api.get(f"{ROOT}/lots/<lot_id>/history", middlewares=[READ])
def read_history(tenant_id: Tenant, lot_id: Lot, limit: Limit = 100) -> Page[ActivityView]:
    return reading.lot_history(lot_id, api.tenant(), limit)


@api.post(f"{ROOT}/activities", middlewares=[RECORD])
def post_activities(tenant_id: Tenant, body: Annotated[Activities, Body()]) -> tuple[RecordedMany, int]:
    return recording.record_activities(body, api.tenant()), HTTPStatus.CREATED


@api.get(f"{ROOT}/activities", middlewares=[READ])
def list_activities(
    tenant_id: Tenant,
    start: Start = None,
    end: End = None,
    kind: Annotated[ActivityKind | None, Query()] = None,
    equipment: Annotated[EquipmentId | None, Query()] = None,
    order_id: Text = None,
    limit: Limit = 50,
    cursor: After = None,
) -> Page[ActivityView]:
    where = {"kind": kind, "equipment": equipment, "order_id": order_id, "start": start, "end": end}
    asked = reading.AskActivities.model_validate({**where, "limit": limit, "cursor": cursor})
    return reading.list_activities(asked, api.tenant())


@api.get(f"{ROOT}/activities/<activity_id>", middlewares=[READ])
def read_activity(tenant_id: Tenant, activity_id: Annotated[ActivityId, Path()]) -> ActivityView:
    return reading.read_activity(activity_id, api.tenant())


@api.post(f"{ROOT}/activities/<activity_id>/sensors", middlewares=[RECORD])
def add_sensors(
    tenant_id: Tenant, activity_id: Annotated[ActivityId, Path()], body: Annotated[Sensors, Body()]
) -> ActivityView:
    return recording.add_sensors(activity_id, body, api.tenant())


@api.get(f"{ROOT}/refused-reports", middlewares=[READ])
def list_refused(tenant_id: Tenant, limit: Limit = 50, cursor: After = None) -> Page[reactions.RefusedReport]:
    return reactions.list_refused(api.tenant(), limit, cursor)


@api.get(f"{ROOT}/trace", middlewares=[READ])
def trace(
    tenant_id: Tenant,
    lot: Annotated[LotId, Query()],
    direction: Annotated[Literal["forward", "backward", "both"], Query()] = "both",
    depth: Annotated[int | None, Query(ge=1, le=1000)] = None,
    paths: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
    cursor: After = None,
) -> TraceAnswer:
    asked = traces.AskTrace(lot=lot, direction=direction, depth=depth, paths=paths, limit=limit, cursor=cursor)
    return traces.trace(asked, api.tenant())


@api.get(f"{ROOT}/fefo", middlewares=[READ])
def pick(
    tenant_id: Tenant,
    material: Annotated[MaterialId, Query()],
    quantity: Annotated[Decimal | None, Query(gt=0)] = None,
    unit: Annotated[Unit | None, Query()] = None,
    need_on: Annotated[date | None, Query()] = None,
    min_remaining_days: Annotated[int, Query(ge=0, le=36_500)] = 0,
    order_id: Text = None,
) -> FefoView:
    wanted = {"material": material, "quantity": quantity, "unit": unit, "need_on": need_on, "order_id": order_id}
    asked = reading.AskPicks.model_validate({**wanted, "min_remaining_days": min_remaining_days})
    return reading.pick(asked, api.tenant())


@api.post(f"{ROOT}/holds", middlewares=[HOLD])
def hold_lots(tenant_id: Tenant, body: Annotated[HoldLots, Body()]) -> HoldAnswer:
    return holds.hold_lots(body, api.tenant())


@api.post(f"{ROOT}/holds/release", middlewares=[HOLD])
def release_lots(tenant_id: Tenant, body: Annotated[ReleaseLots, Body()]) -> HoldAnswer:
    return holds.release_lots(body, api.tenant())


@api.get(f"{ROOT}/holds", middlewares=[READ])
def list_held(
    tenant_id: Tenant,
    cause: Annotated[str, Query(min_length=1, max_length=200)],
    limit: Limit = 100,
    cursor: After = None,
) -> Page[HeldLot]:
    return holds.list_held(cause, api.tenant(), limit, cursor)


@api.get(f"{ROOT}/sweeps", middlewares=[READ])
def list_sweeps(tenant_id: Tenant, limit: Limit = 50, cursor: After = None) -> Page[Sweep]:
    return sweeping.list_sweeps(api.tenant(), limit, cursor)


@api.get(f"{ROOT}/sweeps/<sweep_id>", middlewares=[READ])
def read_sweep(tenant_id: Tenant, sweep_id: Annotated[SweepId, Path()]) -> Sweep:
    return sweeping.read_sweep(sweep_id, api.tenant())


@api.post(f"{ROOT}/recalls", middlewares=[permit("traceability:recall")])
def open_recall(tenant_id: Tenant, body: Annotated[OpenRecall, Body()]) -> tuple[RecallView, int]:
    return recalls.open_recall(body, api.tenant()), HTTPStatus.CREATED


@api.get(f"{ROOT}/recalls", middlewares=[READ])
def list_recalls(tenant_id: Tenant, limit: Limit = 50, cursor: After = None) -> Page[RecallView]:
    return recalls.list_recalls(api.tenant(), limit, cursor)


@api.get(f"{ROOT}/recalls/<recall_id>", middlewares=[READ])
def read_recall(tenant_id: Tenant, recall_id: Annotated[RecallId, Path()], cursor: After = None) -> RecallDetail:
    return recalls.read_recall(recall_id, api.tenant(), cursor)


@api.get(f"{ROOT}/recalls/<recall_id>/csv", middlewares=[EXPORT])
def export_recall(
    tenant_id: Tenant,
    recall_id: Annotated[RecallId, Path()],
    language: Annotated[Literal["en", "ja"], Query()] = "en",
    cursor: After = None,
) -> Response[str]:
    text, following = recalls.recall_csv(recall_id, api.tenant(), language, cursor)
    return _file("text/csv; charset=utf-8", text, following)


@api.post(f"{ROOT}/epcis/capture", middlewares=[RECORD])
def capture(tenant_id: Tenant, body: Annotated[dict[str, Any], Body()]) -> capturing.CaptureReport:
    return capturing.capture(body, api.tenant())


@api.get(f"{ROOT}/epcis/events", middlewares=[EXPORT])
def export_events(
    tenant_id: Tenant,
    lot: Annotated[LotId | None, Query()] = None,
    start: Start = None,
    end: End = None,
    company_prefix: Annotated[str | None, Query(pattern=r"^\d{6,12}$")] = None,
    limit: Limit = 100,
    cursor: After = None,
) -> Response[str]:
    page = {"limit": limit, "cursor": cursor, "company_prefix": company_prefix}
    asked = exporting.AskEvents.model_validate({"lot": lot, "start": start, "end": end, **page})
    document, following = exporting.export_events(asked, api.tenant())
    return _file("application/ld+json", to_json(document), following)


def _file(content_type: str, text: str, following: str | None) -> Response[str]:
    """A document that is not ours to shape; what follows is said in a header."""
    headers: dict[str, str | list[str]] = {"X-Next-Cursor": following} if following else {}
    return Response(status_code=HTTPStatus.OK, content_type=content_type, body=text, headers=headers)
