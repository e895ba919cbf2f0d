"""HTTP routes of charts and gauges, added to those of inspections and cases."""

from base64 import b64encode
from http import HTTPStatus
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.quality import service
from functions.quality.capability import AskCapability, ChartCapability
from functions.quality.chart import FreezeLimits, LimitsVersion, MarkRestart, NewChart, PostPoints
from functions.quality.charts import ChartDetail, ChartLine, ListCharts
from functions.quality.gauge import EnterMeasurements, NewStudy, StudyView
from functions.quality.image import AskImage, Image
from functions.quality.model import Listing, ResultWindow
from functions.quality.pareto import AskPareto, Pareto
from functions.quality.points import PointAnswers, PointView
from functions.quality.routes import (
    INSPECT,
    PLANNING,
    QUALITY,
    READ,
    After,
    End,
    Id,
    Limit,
    Named,
    Place,
    Start,
    Tenant,
    api,
)
from makoto.analytics.drawing import MEDIA_TYPES, Format, Language
from makoto.analytics.spc import Estimator
from makoto.domain import Page, Slug

CHARTS, STUDIES = f"{QUALITY}/charts", f"{QUALITY}/gauge-studies"
CHART, STUDY = f"{CHARTS}/<chart_id>", f"{STUDIES}/<study_id>"
By = Annotated[Literal["reason", "characteristic"], Query()]
These = Annotated[list[Slug] | None, Query(max_length=50)]
Form = Annotated[Format, Query(alias="format")]
Lang = Annotated[Language, Query()]

handler = api.handler


@api.get(f"{QUALITY}/pareto", middlewares=[READ])
def read_pareto(
    tenant_id: Tenant,
    by: By = "reason",
    characteristic: These = None,
    product: Named = None,
    equipment: Place = None,
    start: Start = None,
    end: End = None,
) -> Pareto:
    of = {"by": by, "characteristics": tuple(characteristic or ()), "product": product, "equipment": equipment}
    return service.read_pareto(AskPareto.model_validate(of | {"start": start, "end": end}), api.tenant())


@api.post(CHARTS, middlewares=[PLANNING])
def create_chart(tenant_id: Tenant, body: Annotated[NewChart, Body()]) -> tuple[ChartDetail, int]:
    return service.create_chart(body, api.tenant()), HTTPStatus.CREATED


@api.get(CHARTS, middlewares=[READ])
def list_charts(
    tenant_id: Tenant, characteristic: Named = None, equipment: Place = None, limit: Limit = 50, cursor: After = None
) -> Page[ChartLine]:
    asked = ListCharts(characteristic=characteristic, equipment=equipment, limit=limit, cursor=cursor)
    return service.list_charts(asked, api.tenant())


@api.get(CHART, middlewares=[READ])
def read_chart(tenant_id: Tenant, chart_id: Id) -> ChartDetail:
    return service.read_chart(chart_id, api.tenant())


@api.post(f"{CHART}/points", middlewares=[INSPECT])
def add_points(tenant_id: Tenant, chart_id: Id, body: Annotated[PostPoints, Body()]) -> PointAnswers:
    return service.add_points(chart_id, body, api.tenant())


@api.get(f"{CHART}/points", middlewares=[READ])
def list_points(
    tenant_id: Tenant, chart_id: Id, start: Start = None, end: End = None, limit: Limit = 50, cursor: After = None
) -> Page[PointView]:
    return service.list_points(chart_id, ResultWindow(start=start, end=end, limit=limit, cursor=cursor), api.tenant())


@api.post(f"{CHART}/limits", middlewares=[PLANNING])
def freeze_limits(tenant_id: Tenant, chart_id: Id, body: Annotated[FreezeLimits, Body()]) -> tuple[LimitsVersion, int]:
    return service.freeze_limits(chart_id, body, api.tenant()), HTTPStatus.CREATED


@api.get(f"{CHART}/limits", middlewares=[READ])
def list_limits(tenant_id: Tenant, chart_id: Id, limit: Limit = 50, cursor: After = None) -> Page[LimitsVersion]:
    return service.list_limits(chart_id, Listing(limit=limit, cursor=cursor), api.tenant())


@api.post(f"{CHART}/restarts", middlewares=[PLANNING])
def mark_restart(tenant_id: Tenant, chart_id: Id, body: Annotated[MarkRestart, Body()]) -> ChartDetail:
    return service.mark_restart(chart_id, body, api.tenant())


@api.get(f"{CHART}/capability", middlewares=[READ])
def read_capability(
    tenant_id: Tenant,
    chart_id: Id,
    start: Start = None,
    end: End = None,
    confidence: Annotated[float, Query(gt=0.5, lt=1)] = 0.95,
    estimator: Annotated[Estimator | None, Query()] = None,
) -> ChartCapability:
    asked = AskCapability(start=start, end=end, confidence=confidence, estimator=estimator)
    return service.read_capability(chart_id, asked, api.tenant())


@api.post(STUDIES, middlewares=[PLANNING])
def register_study(tenant_id: Tenant, body: Annotated[NewStudy, Body()]) -> tuple[StudyView, int]:
    return service.register_study(body, api.tenant()), HTTPStatus.CREATED


@api.get(STUDIES, middlewares=[READ])
def list_studies(tenant_id: Tenant, limit: Limit = 50, cursor: After = None) -> Page[StudyView]:
    return service.list_studies(Listing(limit=limit, cursor=cursor), api.tenant())


@api.get(STUDY, middlewares=[READ])
def read_study(tenant_id: Tenant, study_id: Id) -> StudyView:
    return service.read_study(study_id, api.tenant())


@api.post(f"{STUDY}/measurements", middlewares=[INSPECT])
def enter_measurements(tenant_id: Tenant, study_id: Id, body: Annotated[EnterMeasurements, Body()]) -> StudyView:
    return service.enter_measurements(study_id, body, api.tenant())


@api.get(f"{CHART}/image", middlewares=[READ])
def draw_chart(
    tenant_id: Tenant,
    chart_id: Id,
    form: Form = Format.SVG,
    lang: Lang = Language.EN,
    start: Start = None,
    end: End = None,
) -> Response[str]:
    asked = AskImage(form=form, lang=lang, start=start, end=end)
    return _answered(service.draw_chart(chart_id, asked, api.tenant()))


@api.get(f"{QUALITY}/pareto/image", middlewares=[READ])
def draw_pareto(  # noqa: PLR0913  each is a part of the question
    tenant_id: Tenant,
    by: By = "reason",
    characteristic: These = None,
    product: Named = None,
    equipment: Place = None,
    start: Start = None,
    end: End = None,
    form: Form = Format.SVG,
    lang: Lang = Language.EN,
) -> Response[str]:
    of = {"by": by, "characteristics": tuple(characteristic or ()), "product": product, "equipment": equipment}
    wanted = AskPareto.model_validate(of | {"start": start, "end": end})
    return _answered(service.draw_pareto(wanted, AskImage(form=form, lang=lang), api.tenant()))


def _answered(image: Image) -> Response[str]:
    """SVG is text; of PNG API Gateway makes bytes again where the request accepts image/png first."""
    is_text = image.media_type == MEDIA_TYPES[Format.SVG]
    body = image.body.decode() if is_text else b64encode(image.body).decode()
    answer = Response(HTTPStatus.OK, content_type=image.media_type, body=body)
    answer.base64_encoded = not is_text
    return answer
