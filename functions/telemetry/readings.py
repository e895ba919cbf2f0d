"""History as it is: readings in the order of time, page by page."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from functions.telemetry.manifest import HOUR_MS, entries_of
from functions.telemetry.model import AskHistory
from functions.telemetry.place import issue_cursor, read_cursor
from functions.telemetry.views import Item, time_text
from makoto.domain import Page, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.history import Reading, Span, StoredFile, TenantHistory

MOST_HOURS = 64
MAX_GROUP_BYTES = 128 << 20


class Place(NamedTuple):
    """From which time on, and how many readings of that very instant were given already."""

    t: int
    skip: int

    def after(self, given: Sequence[Reading], following: Reading) -> "Place":
        """Find the place of a reading that did not fit the page."""
        same = sum(reading.t == following.t for reading in given)
        return Place(following.t, same + (self.skip if following.t == self.t else 0))


def read_readings(command: AskHistory, tenant: TenantContext, history: TenantHistory) -> Page[Item]:
    """Answer a page of readings, reading as many hours as it takes."""
    place, end_ms = _place(command, tenant), ms_from_instant(command.end)
    found, skip = list[Reading](), place.skip
    for files in _groups(command, place.t, end_ms, tenant):
        span = Span(command.metrics, place.t, end_ms)
        found += history.readings(files, span, skip=skip, limit=command.limit + 1 - len(found))
        skip = 0
        if len(found) > command.limit:
            break
    given, more = found[: command.limit], found[command.limit :]
    following = place.after(given, more[0]) if more else None
    cursor = following and issue_cursor(command, f"{following.t} {following.skip}", tenant)
    return Page(items=tuple(map(_item, given)), next_cursor=cursor)


def stored_readings(
    command: AskHistory, most: int, tenant: TenantContext, history: TenantHistory
) -> tuple[list[Reading], int]:
    """Read all readings, or one more than `most`; tell from how many files."""
    start_ms, end_ms = ms_from_instant(command.start), ms_from_instant(command.end)
    found, count = list[Reading](), 0
    for files in _groups(command, start_ms, end_ms, tenant):
        span = Span(command.metrics, start_ms, end_ms)
        found += history.readings(files, span, skip=0, limit=most + 1 - len(found))
        count += len(files)
        if len(found) > most:
            break
    return found, count


def _groups(command: AskHistory, start_ms: int, end_ms: int, tenant: TenantContext) -> Iterator[list[StoredFile]]:
    """Yield the files of one hour, then of two, of four …: neither dense nor sparse metrics read far too much."""
    entries = entries_of(command.device, start_ms // HOUR_MS, (end_ms - 1) // HOUR_MS, tenant)
    wanted = (entry for entry in entries if entry.t_min < end_ms and entry.t_max >= start_ms)
    group, hours, most = list[StoredFile](), 0, 1
    for _, some in groupby(wanted, key=lambda entry: entry.hour):
        files = [entry.file for entry in some]
        if group and (hours >= most or _bytes(group) + _bytes(files) > MAX_GROUP_BYTES):
            yield group
            group, hours, most = [], 0, min(2 * most, MOST_HOURS)
        group, hours = group + files, hours + 1
    if group:
        yield group


def _bytes(files: Sequence[StoredFile]) -> int:
    return sum(file.bytes for file in files)


def _item(reading: Reading) -> Item:
    return {
        "time": time_text(reading.t),
        "metric": reading.metric,
        "value": reading.value,
        "quality": reading.quality,
        "status": reading.status,
    }


def _place(command: AskHistory, tenant: TenantContext) -> Place:
    given = read_cursor(command, tenant)
    if given is None:
        return Place(ms_from_instant(command.start), 0)
    t, skip = given.split()
    return Place(int(t), int(skip))
