"""Which resolution answers a question: the finest that has no more points than were asked for."""

from collections.abc import Iterator, Sequence
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from functions.telemetry.series_model import STEPS, AskSeries
from functions.telemetry.steps import edges_from, step_ms
from makoto.domain import ms_from_instant
from makoto.errors import FieldError, Invalid

RAW_MS = 2 * 3_600_000
"""So long a time at most is looked at for whether its readings are few enough to be given as they are."""


class UnknownZone(Invalid):
    """The time zone is none of the IANA database."""


def check_zone(zone: str) -> str:
    """Refuse a zone that nobody knows."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone("the time zone is unknown", errors=[FieldError("/query/tz", "zone", zone)]) from error
    return zone


def may_be_raw(command: AskSeries) -> bool:
    """Tell whether it is worth counting the readings."""
    return ms_from_instant(command.end) - ms_from_instant(command.start) <= RAW_MS and not command.derived


def chosen_step(command: AskSeries) -> tuple[str, str]:
    """Choose a step, and say why."""
    span_ms = ms_from_instant(command.end) - ms_from_instant(command.start)
    points = {step: -(-span_ms // step_ms(step)) for step in STEPS}
    if command.resolution in points:
        return command.resolution, "asked for"
    fitting = [step for step in STEPS if points[step] <= command.points]
    if not fitting:
        return STEPS[-1], f"the coarsest; {points[STEPS[-1]]} points are more than {command.points} and come in parts"
    step = fitting[0]
    finer = STEPS[STEPS.index(step) - 1] if step != STEPS[0] else None
    why = f"about {points[step]} points are at most {command.points}"
    return step, f"{why}; {finer} would be {points[finer]}" if finer else why


def edges_of(command: AskSeries, step: str, zone: str) -> Sequence[int]:
    """Cut the time into whole steps, at most as many as points; the first begins at or before the start."""
    start_ms, end_ms = ms_from_instant(command.start), ms_from_instant(command.end)
    return list(islice(_until(edges_from(start_ms, step, zone), end_ms), command.points + 1))


def _until(edges: Iterator[int], end_ms: int) -> Iterator[int]:
    for edge in edges:
        yield edge
        if edge >= end_ms:
            return
