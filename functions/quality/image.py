"""Charts as pictures: a control chart's window with the limits that judged it, and what fails most."""

from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from functions.quality.chart import Chart, NoLimits, Point
from functions.quality.charts import load
from functions.quality.model import ResultWindow
from functions.quality.pareto import AskPareto, read_pareto
from functions.quality.points import points_within
from makoto.analytics import drawing
from makoto.analytics.drawing import ControlChart, Format, Language, Paper, Version
from makoto.domain import Instant, Value
from makoto.ports.context import TenantContext

MOST_DRAWN = 2000
_TITLES = {
    ("reason", Language.EN): "Nonconforming by reason",
    ("reason", Language.JA): "不適合 原因別",
    ("characteristic", Language.EN): "Nonconforming by characteristic",
    ("characteristic", Language.JA): "不適合 特性別",
}
_RESTART = {Language.EN: "restart", Language.JA: "再開"}


class AskImage(Value):
    """Which picture, of which window."""

    form: Format = Format.SVG
    lang: Language = Language.EN
    start: Instant | None = None
    end: Instant | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture's bytes."""

    body: bytes
    media_type: str


def draw_chart(chart_id: str, asked: AskImage, tenant: TenantContext) -> Image:
    """Draw the judged points of a window; those that wait for limits are left out."""
    chart = load(chart_id, tenant)
    window = ResultWindow(start=asked.start, end=asked.end)
    points = [each for each in points_within(chart_id, window, MOST_DRAWN, tenant) if each.judged]
    if not points:
        raise NoLimits(f"no point of {chart_id} in this window is judged yet; freeze its limits")
    shown = _shown(chart, points, _zone(chart, tenant), asked.lang)
    return _image(asked, drawing.control_chart(shown, _paper(asked)))


def draw_pareto(of: AskPareto, asked: AskImage, tenant: TenantContext) -> Image:
    """Draw what fails most."""
    bars = [(each.name, float(each.count)) for each in read_pareto(of, tenant).lines]
    return _image(asked, drawing.pareto(_TITLES[of.by, asked.lang], bars, paper=_paper(asked)))


def _shown(chart: Chart, points: list[Point], zone: ZoneInfo, language: Language) -> ControlChart:
    """The points in their order, with a line where other limits or another run begin."""
    judged = [each.model_copy(update={"index": place}) for place, point in enumerate(points) for each in point.judged]
    begun = [Version(0, f"v{points[0].limits_version}")]
    for place, (one, other) in enumerate(pairwise(points), start=1):
        if one.limits_version != other.limits_version:
            begun.append(Version(place, f"v{other.limits_version}"))
        elif one.run != other.run:
            begun.append(Version(place, _RESTART[language]))
    labels = [f"{point.at.astimezone(zone):%m-%d %H:%M}" for point in points]
    unit = "" if chart.is_of_counts or chart.unit == "1" else chart.unit
    return ControlChart(title=chart.title, points=judged, unit=unit, labels=labels, versions=begun)


def _zone(chart: Chart, tenant: TenantContext) -> ZoneInfo:
    """The time zone of the place's calendar, else UTC."""
    calendar = tenant.masters.calendar_of(chart.equipment) if chart.equipment else None
    return ZoneInfo(calendar.time_zone if calendar else "UTC")


def _paper(asked: AskImage) -> Paper:
    return Paper(format=asked.form, language=asked.lang)


def _image(asked: AskImage, body: bytes) -> Image:
    return Image(body, drawing.MEDIA_TYPES[asked.form])
