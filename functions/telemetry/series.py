"""Series for people and charts: several metrics of several devices at the resolution that fits, gaps shown as gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.telemetry.buckets import Asked, Read, summed
from functions.telemetry.derived import definitions
from functions.telemetry.derived_model import PREFIX, Definitions
from functions.telemetry.figures import figures_of, filled
from functions.telemetry.model import check_span
from functions.telemetry.resolution import check_zone, chosen_step, edges_of, may_be_raw
from functions.telemetry.series_model import PLAIN, AskSeries, PreviewDerived, Series, SeriesAnswer
from functions.telemetry.series_raw import raw_answer
from functions.telemetry.views import time_text
from makoto.analytics.rollups import Rollup
from makoto.domain import DeviceId, ms_from_instant
from makoto.errors import FieldError, Invalid
from makoto.ports.context import TenantContext
from makoto.ports.history import History, TenantHistory

PREVIEW = "preview"


@dataclass(slots=True)
class _Asking:
    """A question on its way: what it is about, and what was read for it."""

    command: AskSeries
    definitions: Definitions
    tenant: TenantContext
    history: TenantHistory
    read: Read


def read_series(command: AskSeries, tenant: TenantContext, history: History) -> SeriesAnswer:
    """Answer with every series at one resolution, and say which and why."""
    return _answer(command, definitions(tenant) if command.derived else {}, tenant, history)


def preview_derived(command: PreviewDerived, tenant: TenantContext, history: History) -> SeriesAnswer:
    """Compute a definition as if it were kept, for one device."""
    command.definition.checked()
    asked = AskSeries(
        devices=(command.device,),
        metrics=(PREFIX + PREVIEW,),
        start=command.start,
        end=command.end,
        resolution=command.resolution,
        max_points=command.max_points,
    )
    definition = command.definition.model_copy(update={"device": command.device, "place": None})
    return _answer(asked, {**definitions(tenant), PREVIEW: definition}, tenant, history)


def _answer(command: AskSeries, known: Definitions, tenant: TenantContext, history: History) -> SeriesAnswer:
    check_span(command.start, command.end)
    zone = check_zone(command.zone or tenant.record.time_zone)
    asking = _Asking(command, known, tenant, history.of(tenant), Read())
    if command.resolution == "raw":
        if command.derived:
            rule = FieldError("/query/resolution", "derived", "derived metrics are computed at steps, not at readings")
            raise Invalid("a derived metric has no readings", errors=[rule])
        return raw_answer(command, zone, "asked for", tenant, asking.history)
    if command.resolution == "auto" and may_be_raw(command) and (count := _readings(asking, zone)) <= command.points:
        why = f"{count} readings a series are at most {command.points}"
        return raw_answer(command, zone, why, tenant, asking.history)
    step, why = chosen_step(command)
    return _summed(asking, step, zone, why)


def _readings(asking: _Asking, zone: str) -> int:
    """Count the readings of the longest series, by minutes."""
    command = asking.command.model_copy(update={"max_points": 10_000, "figures": asking.command.figures[:1]})
    edges, most = edges_of(command, "1m", zone), 0
    for device in command.devices:
        asked = Asked(device, command.metrics, edges, is_full=False)
        result = summed(asked, asking.tenant, asking.history)
        counts = dict.fromkeys(command.metrics, 0)
        for (_, metric), rollup in result.found.items():
            counts[metric] += rollup.count
        most = max(most, *counts.values())
    return most


def _summed(asking: _Asking, step: str, zone: str, why: str) -> SeriesAnswer:
    edges = edges_of(asking.command, step, zone)
    found = list[tuple[DeviceId, Mapping[tuple[int, str], Rollup], Mapping[str, Series]]]()
    for device in asking.command.devices:
        rollups, edges = _measured(asking, device, edges)
        computed, heads = _computed(asking, device, edges)
        found.append((device, {**rollups, **computed}, heads))
    series = [
        _series(asking.command, heads.get(metric) or _head(device, metric), rollups, edges)
        for device, rollups, heads in found
        for metric in asking.command.metrics
    ]
    is_whole = edges[-1] >= ms_from_instant(asking.command.end)
    next_from = None if is_whole else time_text(edges[-1])
    return SeriesAnswer(
        resolution=step, why=why, zone=zone, next_from=next_from, read=asking.read, series=tuple(series)
    )


def _measured(
    asking: _Asking, device: DeviceId, edges: Sequence[int]
) -> tuple[Mapping[tuple[int, str], Rollup], Sequence[int]]:
    """Sum up what was measured; where that is too much the edges come back shorter."""
    metrics = [metric for metric in asking.command.metrics if not metric.startswith(PREFIX)]
    if not metrics:
        return {}, edges
    asked = Asked(device, metrics, edges, is_full=not PLAIN.issuperset(asking.command.figures))
    result = summed(asked, asking.tenant, asking.history)
    asking.read = asking.read.plus(result.read)
    return result.found, result.asked.edges


def _computed(
    asking: _Asking, device: DeviceId, edges: Sequence[int]
) -> tuple[Mapping[tuple[int, str], Rollup], Mapping[str, Series]]:
    """Compute derived metrics, and what is said of each beside its figures."""
    if not asking.command.derived:
        return {}, {}
    from functions.telemetry.derived_values import deriving

    made = deriving(device, asking.command.derived, edges, asking.definitions, asking.tenant, asking.history)
    asking.read = asking.read.plus(made.read)
    rollups, heads = dict[tuple[int, str], Rollup](), dict[str, Series]()
    for metric in asking.command.derived:
        computed = made.computed(metric)
        rollups |= {(place, metric): rollup for place, rollup in computed.found.items()}
        unit = asking.definitions[metric.removeprefix(PREFIX)].unit
        extra = {"unit": unit, "basis": computed.basis, "failures": dict(computed.failures)}
        heads[metric] = _head(device, metric).model_copy(update=extra)
    return rollups, heads


def _head(device: DeviceId, metric: str) -> Series:
    return Series(device=device, metric=metric, times=(), values={})


def _series(
    command: AskSeries, head: Series, rollups: Mapping[tuple[int, str], Rollup], edges: Sequence[int]
) -> Series:
    rows = [rollups.get((place, head.metric)) for place in range(len(edges) - 1)]
    kept = [place for place, row in enumerate(rows) if row is not None or command.fill != "none"]
    columns = figures_of(command, [rows[place] for place in kept], [(edges[p], edges[p + 1]) for p in kept])
    if command.fill == "previous":
        columns = filled(columns)
    times = tuple(time_text(edges[place]) for place in kept)
    return head.model_copy(update={"times": times, "values": columns})
