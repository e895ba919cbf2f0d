"""Charts as SVG and PNG: values in, bytes out; matplotlib is imported when the first is drawn."""

from makoto.analytics.drawing.control import ControlChart, Version, control_chart
from makoto.analytics.drawing.histogram import histogram
from makoto.analytics.drawing.paper import MEDIA_TYPES, Format, Language, Paper
from makoto.analytics.drawing.series import Forecast, TimeSeries, time_series
from makoto.analytics.drawing.shares import pareto, waterfall

__all__ = [
    "MEDIA_TYPES",
    "ControlChart",
    "Forecast",
    "Format",
    "Language",
    "Paper",
    "TimeSeries",
    "Version",
    "control_chart",
    "histogram",
    "pareto",
    "time_series",
    "waterfall",
]
