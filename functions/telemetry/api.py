"""HTTP routes of readings and records, added to those of alarms."""

import base64
from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.telemetry import service
from functions.telemetry.derived_model import DerivedItem, DerivedMetric
from functions.telemetry.import_record import ImportId, ImportProgress, PartAnswer
from functions.telemetry.ingress import Format, PieceReport, SendPiece, Stream
from functions.telemetry.model import (
    MAX_METRICS,
    MAX_PAGE,
    Aggregation,
    AskExport,
    AskHistory,
    AskLatest,
    AskQuarantine,
    AskRecords,
    ExportForm,
    MetricName,
    StartImport,
    Step,
)
from functions.telemetry.routes import TELEMETRY, After, Limit, Tenant, api
from functions.telemetry.series_model import (
    MAX_DEVICES,
    AskSeries,
    FigureNames,
    Fill,
    Points,
    PreviewDerived,
    Resolution,
    Sampling,
    SeriesAnswer,
    Thinning,
    Zone,
    figures_in,
)
from functions.telemetry.views import (
    AlarmItem,
    BirthItem,
    CounterItem,
    Export,
    Item,
    LatestItem,
    QuarantineItem,
    StateItem,
    Stored,
)
from makoto.domain import DeviceId, Instant, Page, Slug
from makoto.runtime.composition import platform
from makoto.runtime.http import permit

IMPORTS = f"{TELEMETRY}/imports"
DERIVED = f"{TELEMETRY}/derived"
DERIVE = permit("telemetry:derive")
READ = permit("telemetry:read")
IMPORT = permit("telemetry:import")
Device = Annotated[DeviceId, Query()]
Place = Annotated[Slug | None, Query()]
Start = Annotated[Instant, Query(alias="from")]
End = Annotated[Instant, Query(alias="to")]
Import = Annotated[ImportId, Path()]
Derived = Annotated[Slug, Path()]

handler = api.handler


def _sent() -> bytes:
    """The body as it was sent: what it is worth is said by its codec."""
    event = api.current_event.raw_event
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


@api.post(TELEMETRY, middlewares=[permit("telemetry:write")])
def post_message(tenant_id: Tenant, device: Annotated[DeviceId | None, Query()] = None) -> Stored:
    return service.post_message(_sent(), device, api.tenant(), platform().configuration)


@api.post(f"{TELEMETRY}/ingress", middlewares=[permit("telemetry:write")])
def send_piece(
    tenant_id: Tenant,
    device: Device,
    form: Annotated[Format, Query(alias="format")],
    stream: Annotated[Stream, Query()],
    piece: Annotated[int, Query(ge=0)],
    is_last: Annotated[bool, Query(alias="last")] = False,
    topic: Annotated[str, Query(max_length=512)] = "",
) -> PieceReport:
    sent = {"device": device, "form": form, "stream": stream, "piece": piece, "is_last": is_last, "topic": topic}
    return service.send_piece(SendPiece.model_validate(sent), _sent(), api.tenant(), platform().configuration)


@api.get(f"{TELEMETRY}/latest", middlewares=[READ])
def read_latest(
    tenant_id: Tenant,
    device: Annotated[DeviceId | None, Query()] = None,
    site: Place = None,
    area: Place = None,
    line: Place = None,
    limit: Limit = 200,
    cursor: After = None,
) -> Page[LatestItem]:
    asked = AskLatest(device=device, site=site, area=area, line=line, limit=limit, cursor=cursor)
    return service.read_latest(asked, api.tenant())


@api.get(f"{TELEMETRY}/history", middlewares=[READ])
def read_history(  # noqa: PLR0913  each is a part of the question
    tenant_id: Tenant,
    device: Device,
    metric: Annotated[list[MetricName], Query(min_length=1, max_length=MAX_METRICS)],
    start: Start,
    end: End,
    step: Annotated[Step, Query()] = "1m",
    aggregation: Annotated[list[Aggregation] | None, Query(max_length=len(Aggregation))] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1000,
    cursor: After = None,
) -> Page[Item]:
    span = {"start": start, "end": end, "step": step, "limit": limit, "cursor": cursor}
    chosen = tuple(aggregation or [Aggregation.MEAN])
    asked = AskHistory(device=device, metrics=tuple(metric), aggregations=chosen, **span)
    return service.read_history(asked, api.tenant(), platform().history)


@api.get(f"{TELEMETRY}/series", middlewares=[READ])
def read_series(  # noqa: PLR0913  each is a part of the question
    tenant_id: Tenant,
    device: Annotated[list[DeviceId], Query(min_length=1, max_length=MAX_DEVICES)],
    metric: Annotated[list[MetricName], Query(min_length=1, max_length=MAX_METRICS)],
    start: Start,
    end: End,
    resolution: Annotated[Resolution, Query()] = "auto",
    tz: Annotated[Zone | None, Query()] = None,
    max_points: Annotated[Points, Query()] = 1000,
    aggregate: Annotated[list[FigureNames] | None, Query()] = None,
    fill: Annotated[Fill, Query()] = "null",
    sampling: Annotated[Sampling | None, Query()] = None,
    downsample: Annotated[Thinning, Query()] = "lttb",
) -> SeriesAnswer:
    how = {"resolution": resolution, "zone": tz, "max_points": max_points, "fill": fill, "thinning": downsample}
    what = {"devices": tuple(device), "metrics": tuple(metric), "figures": figures_in(aggregate)}
    asked = AskSeries(start=start, end=end, sampling=sampling, **what, **how)
    return service.read_series(asked, api.tenant(), platform().history)


@api.get(DERIVED, middlewares=[READ])
def list_derived(tenant_id: Tenant, limit: Limit = 100, cursor: After = None) -> Page[DerivedItem]:
    return service.list_derived(limit, cursor, api.tenant())


@api.put(f"{DERIVED}/<derived_name>", middlewares=[DERIVE])
def put_derived(tenant_id: Tenant, derived_name: Derived, body: Annotated[DerivedMetric, Body()]) -> DerivedItem:
    return service.put_derived(derived_name, body, api.tenant())


@api.delete(f"{DERIVED}/<derived_name>", middlewares=[DERIVE])
def delete_derived(tenant_id: Tenant, derived_name: Derived) -> DerivedItem:
    return service.delete_derived(derived_name, api.tenant())


@api.post(f"{DERIVED}/preview", middlewares=[READ])
def preview_derived(tenant_id: Tenant, body: Annotated[PreviewDerived, Body()]) -> SeriesAnswer:
    return service.preview_derived(body, api.tenant(), platform().history)


@api.get(f"{TELEMETRY}/export", middlewares=[permit("telemetry:export")])
def export_history(
    tenant_id: Tenant,
    device: Device,
    start: Start,
    end: End,
    metric: Annotated[list[MetricName] | None, Query(max_length=MAX_METRICS)] = None,
    form: Annotated[ExportForm, Query(alias="format")] = "csv",
) -> Export:
    asked = AskExport(device=device, metrics=tuple(metric or ()), start=start, end=end, form=form)
    return service.export_history(asked, api.tenant(), platform().history)


@api.get(f"{TELEMETRY}/quarantine", middlewares=[READ])
def read_quarantine(
    tenant_id: Tenant, device: Device, limit: Limit = 100, cursor: After = None
) -> Page[QuarantineItem]:
    return service.read_quarantine(AskQuarantine(device=device, limit=limit, cursor=cursor), api.tenant())


@api.get(f"{TELEMETRY}/states", middlewares=[READ])
def read_states(
    tenant_id: Tenant, device: Device, start: Start, end: End, limit: Limit = 200, cursor: After = None
) -> Page[StateItem]:
    asked = AskRecords(device=device, start=start, end=end, limit=limit, cursor=cursor)
    return service.read_states(asked, api.tenant())


@api.get(f"{TELEMETRY}/counters", middlewares=[READ])
def read_counters(
    tenant_id: Tenant, device: Device, start: Start, end: End, limit: Limit = 200, cursor: After = None
) -> Page[CounterItem]:
    asked = AskRecords(device=device, start=start, end=end, limit=limit, cursor=cursor)
    return service.read_counters(asked, api.tenant())


@api.get(f"{TELEMETRY}/alarm-records", middlewares=[READ])
def read_alarms(
    tenant_id: Tenant, device: Device, start: Start, end: End, limit: Limit = 200, cursor: After = None
) -> Page[AlarmItem]:
    asked = AskRecords(device=device, start=start, end=end, limit=limit, cursor=cursor)
    return service.read_alarms(asked, api.tenant())


@api.get(f"{TELEMETRY}/births", middlewares=[READ])
def read_births(
    tenant_id: Tenant, device: Device, start: Start, end: End, limit: Limit = 200, cursor: After = None
) -> Page[BirthItem]:
    asked = AskRecords(device=device, start=start, end=end, limit=limit, cursor=cursor)
    return service.read_births(asked, api.tenant())


@api.post(IMPORTS, middlewares=[IMPORT])
def start_import(tenant_id: Tenant, body: Annotated[StartImport, Body()]) -> tuple[ImportProgress, int]:
    return service.start_import(body, api.tenant()), HTTPStatus.CREATED


@api.put(f"{IMPORTS}/<import_id>/parts", middlewares=[IMPORT])
def receive_part(tenant_id: Tenant, import_id: Import, offset: Annotated[int, Query(ge=0)]) -> PartAnswer:
    return service.receive_part(import_id, offset, _sent(), api.tenant())


@api.get(f"{IMPORTS}/<import_id>", middlewares=[IMPORT])
def read_import(tenant_id: Tenant, import_id: Import) -> ImportProgress:
    return service.read_import(import_id, api.tenant())
