"""The files that count: each hour of a device with its entries."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from functions.telemetry import keys
from makoto.domain import DeviceId
from makoto.ports.context import TenantContext
from makoto.ports.documents import Datum, Document, Key, Put, Query
from makoto.ports.history import StoredFile

HOUR_MS = 3_600_000
_ENTRIES = keys.prefix_of("history")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of one hour (since 1970-01-01 UTC), with the times of its first and last reading.

    Not all of it is in the minutes' summaries unless `is_summarised`: imported readings are in files only.
    """

    key: Key
    version: str
    hour: int
    file: StoredFile
    rows: int
    t_min: int
    t_max: int
    is_summarised: bool = True

    @property
    def ulid(self) -> str:
        return self.key.id.rpartition("#")[2]


class Figures(NamedTuple):
    """What an entry says of its file; times in ms."""

    rows: int
    bytes: int
    t_min: int
    t_max: int


def entries_of(device: DeviceId, first_hour: int, last_hour: int, tenant: TenantContext) -> Iterator[Entry]:
    """Yield the entries of some hours, both ends included, in the order of hours and then of being stored."""
    first, past = (_ENTRIES + keys.hour_name(hour) for hour in (first_hour, last_hour + 1))
    wanted = Query(keys.partition_of(device), start=first, end=past, limit=1000)
    return (_entry(document) for document in every(wanted, tenant))


def every(query: Query, tenant: TenantContext) -> Iterator[Document]:
    """Yield all documents that a query finds, page by page."""
    while True:
        page = tenant.documents.query(query)
        yield from page.items
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def _entry(document: Document) -> Entry:
    data = document.data
    return Entry(
        key=document.key,
        version=document.version,
        hour=hour_of(document.key.id.split("#")[1]),
        file=StoredFile(str(data["object"]), _number(data["bytes"])),
        rows=_number(data["rows"]),
        t_min=_number(data["t_min"]),
        t_max=_number(data["t_max"]),
        is_summarised=bool(data.get("summarised", True)),
    )


def entry_put(device: DeviceId, hour: int, ulid: str, figures: Figures, *, is_summarised: bool) -> Put:
    """Make a file count."""
    entry: dict[str, Datum] = {
        "object": keys.object_key(device, hour, ulid),
        "rows": figures.rows,
        "bytes": figures.bytes,
        "t_min": figures.t_min,
        "t_max": figures.t_max,
    }
    return Put(keys.file_key(device, hour, ulid), entry if is_summarised else {**entry, "summarised": False})


def hour_of(name: str) -> int:
    """Read an hour's name."""
    return int(datetime.strptime(name, "%Y-%m-%dT%H").replace(tzinfo=UTC).timestamp()) * 1000 // HOUR_MS


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a manifest's figure is a whole number, not {type(value).__name__}")
    return value
