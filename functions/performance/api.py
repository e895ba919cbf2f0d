"""HTTP routes of performance."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.performance import service
from functions.performance.loss_views import LossesView, ReliabilityView
from functions.performance.model import (
    ClassifyDowntime,
    CorrectCount,
    CounterMapping,
    FigureId,
    Part,
    PlaceSegment,
    Recompute,
    ReportState,
    place_of,
)
from functions.performance.views import (
    CountView,
    FigureView,
    IntervalView,
    RecomputedView,
    RevisionView,
    ShiftReport,
    StateView,
)
from makoto.domain import Instant, Page, TenantId
from makoto.domain.factory import ENTERPRISE, EquipmentId
from makoto.runtime.http import HttpApi, permit

PERFORMANCE = "/api/v1/tenants/<tenant_id>/performance"
Tenant = Annotated[TenantId, Path()]
Place = Annotated[PlaceSegment, Path()]
Wanted = Annotated[EquipmentId | None, Query()]
Since = Annotated[Instant, Query(alias="from")]
Until = Annotated[Instant, Query(alias="to")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=2048)]

api = HttpApi("performance")
handler = api.handler


@api.get(f"{PERFORMANCE}/oee", middlewares=[permit("performance:read")])
def read_oee(tenant_id: Tenant, since: Since, until: Until, equipment: Wanted = None) -> FigureView:
    return service.read_oee(equipment or ENTERPRISE, since, until, api.tenant())


@api.get(f"{PERFORMANCE}/kpis", middlewares=[permit("performance:read")])
def read_figure(tenant_id: Tenant, since: Since, until: Until, equipment: Wanted = None) -> FigureView:
    return service.read_figure(equipment or ENTERPRISE, since, until, api.tenant())


@api.get(f"{PERFORMANCE}/losses", middlewares=[permit("performance:read")])
def read_losses(tenant_id: Tenant, since: Since, until: Until, equipment: Wanted = None) -> LossesView:
    return service.read_losses(equipment or ENTERPRISE, since, until, api.tenant())


@api.get(f"{PERFORMANCE}/reliability", middlewares=[permit("performance:read")])
def read_reliability(tenant_id: Tenant, since: Since, until: Until, equipment: Wanted = None) -> ReliabilityView:
    return service.read_reliability(equipment or ENTERPRISE, since, until, api.tenant())


@api.get(f"{PERFORMANCE}/intervals", middlewares=[permit("performance:read")])
def list_intervals(
    tenant_id: Tenant, since: Since, until: Until, equipment: Wanted = None, limit: Limit = 200, cursor: Cursor = None
) -> Page[IntervalView]:
    place = equipment or ENTERPRISE
    return service.list_intervals(place, since, until, api.tenant(), limit=limit, cursor=cursor)


@api.get(f"{PERFORMANCE}/counts", middlewares=[permit("performance:read")])
def list_counts(
    tenant_id: Tenant, since: Since, until: Until, equipment: Wanted = None, limit: Limit = 200, cursor: Cursor = None
) -> Page[CountView]:
    place = equipment or ENTERPRISE
    return service.list_counts(place, since, until, api.tenant(), limit=limit, cursor=cursor)


@api.get(f"{PERFORMANCE}/shifts", middlewares=[permit("performance:read")])
def report_shifts(tenant_id: Tenant, on: Annotated[date, Query()], equipment: Wanted = None) -> Sequence[ShiftReport]:
    return service.report_shifts(equipment or ENTERPRISE, on, api.tenant())


@api.get(f"{PERFORMANCE}/states/<place>", middlewares=[permit("performance:read")])
def read_state(tenant_id: Tenant, place: Place) -> StateView:
    return service.read_state(place_of(place), api.tenant())


@api.post(f"{PERFORMANCE}/states/<place>", middlewares=[permit("performance:report")])
def report_state(tenant_id: Tenant, place: Place, body: Annotated[ReportState, Body()]) -> StateView:
    return service.report_state(place_of(place), body, api.tenant())


@api.post(f"{PERFORMANCE}/downtime/<place>/classify", middlewares=[permit("performance:classify")])
def classify_downtime(tenant_id: Tenant, place: Place, body: Annotated[ClassifyDowntime, Body()]) -> Sequence[Part]:
    return service.classify_downtime(place_of(place), body, api.tenant())


@api.get(f"{PERFORMANCE}/counters/<place>", middlewares=[permit("performance:read")])
def read_mapping(tenant_id: Tenant, place: Place) -> CounterMapping:
    return service.read_mapping(place_of(place), api.tenant())


@api.put(f"{PERFORMANCE}/counters/<place>", middlewares=[permit("performance:configure")])
def map_counters(tenant_id: Tenant, place: Place, body: Annotated[CounterMapping, Body()]) -> CounterMapping:
    return service.map_counters(place_of(place), body, api.tenant())


@api.post(f"{PERFORMANCE}/counters/<place>/correct", middlewares=[permit("performance:report")])
def correct_count(tenant_id: Tenant, place: Place, body: Annotated[CorrectCount, Body()]) -> CorrectCount:
    return service.correct_count(place_of(place), body, api.tenant())


@api.get(f"{PERFORMANCE}/figures/<figure_id>/revisions", middlewares=[permit("performance:read")])
def list_revisions(
    tenant_id: Tenant, figure_id: Annotated[FigureId, Path()], limit: Limit = 50, cursor: Cursor = None
) -> Page[RevisionView]:
    return service.list_revisions(figure_id, limit, cursor, api.tenant())


@api.post(f"{PERFORMANCE}/recompute", middlewares=[permit("performance:recompute")])
def recompute(tenant_id: Tenant, body: Annotated[Recompute, Body()]) -> RecomputedView:
    return service.recompute(body, api.tenant())
