"""Readings as they are, or those of them that a chart needs."""

from collections.abc import Sequence

from functions.telemetry.buckets import Read
from functions.telemetry.model import AskHistory
from functions.telemetry.readings import stored_readings
from functions.telemetry.series_model import AskSeries, Series, SeriesAnswer, Thinning
from functions.telemetry.views import time_text
from makoto.ports.context import TenantContext
from makoto.ports.history import Reading, TenantHistory

MAX_READINGS = 100_000
"""Readings of one answer before they are thinned."""


def raw_answer(command: AskSeries, zone: str, why: str, tenant: TenantContext, history: TenantHistory) -> SeriesAnswer:
    """Answer with readings and their quality; where there are too many only those before `next_from`."""
    series, ends, files = list[Series](), list[int](), 0
    most = command.points * len(command.metrics)
    share = most if command.thinning == "none" else MAX_READINGS // len(command.devices)
    found = list[tuple[str, Sequence[Reading]]]()
    for device in command.devices:
        asked = AskHistory(
            device=device, metrics=command.metrics, start=command.start, end=command.end, step="raw", limit=1
        )
        readings, read = stored_readings(asked, share, tenant, history)
        files += read
        if len(readings) > share:
            ends.append(readings[-1].t)
        found.append((device, readings))
    end = min(ends, default=None)
    for device, of_device in found:
        kept = [reading for reading in of_device if end is None or reading.t < end]
        series += [
            _series(device, metric, [each for each in kept if each.metric == metric], command)
            for metric in command.metrics
        ]
    next_from = None if end is None else time_text(end)
    return SeriesAnswer(
        resolution="raw", why=why, zone=zone, next_from=next_from, read=Read(files=files), series=tuple(series)
    )


def _series(device: str, metric: str, readings: Sequence[Reading], command: AskSeries) -> Series:
    chosen = _thinned(readings, command.thinning, command.points)
    values = {"value": tuple(each.value for each in chosen), "quality": tuple(each.quality for each in chosen)}
    is_thinned = len(chosen) < len(readings)
    return Series(
        device=device,
        metric=metric,
        times=tuple(time_text(each.t) for each in chosen),
        values=values,
        thinned_from=len(readings) if is_thinned else None,
    )


def _thinned(readings: Sequence[Reading], thinning: Thinning, points: int) -> Sequence[Reading]:
    """Choose among numbers; what is no number cannot be thinned by its looks, so of such every n-th is taken."""
    if thinning == "none" or len(readings) <= points:
        return readings
    import numpy as np

    from makoto.analytics.rollups_thinning import extremes, largest_triangles

    numbers = [each.value for each in readings if isinstance(each.value, int | float)]
    if len(numbers) < len(readings):
        return readings[:: -(-len(readings) // points)]
    v = np.array(numbers, np.float64)
    if thinning == "minmax":
        chosen = extremes(v, points)
    else:
        chosen = largest_triangles(np.array([each.t for each in readings], np.int64), v, max(3, points))
    return [readings[place] for place in chosen.tolist()]
