"""The files that count: each hour of a device with its entries."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from functions.telemetry import keys
from makoto.domain import DeviceId
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Key, Query
from makoto.ports.history import StoredFile

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of one hour (since 1970-01-01 UTC), with the times of its first and last reading."""

    key: Key
    version: str
    hour: int
    file: StoredFile
    rows: int
    t_min: int
    t_max: int

    @property
    def ulid(self) -> str:
        return self.key.id.rpartition("#")[2]


def entries_of(device: DeviceId, first_hour: int, last_hour: int, tenant: TenantContext) -> Iterator[Entry]:
    """Yield the entries of some hours, both ends included, in the order of hours and then of being stored."""
    wanted = Query(f"history#{device}", start=keys.hour_name(first_hour), end=keys.hour_name(last_hour + 1), limit=1000)
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
        hour=hour_of(document.key.id.partition("#")[0]),
        file=StoredFile(str(data["object"]), _number(data["bytes"])),
        rows=_number(data["rows"]),
        t_min=_number(data["t_min"]),
        t_max=_number(data["t_max"]),
    )


def hour_of(name: str) -> int:
    """Read an hour's name."""
    return int(datetime.strptime(name, "%Y-%m-%dT%H").replace(tzinfo=UTC).timestamp()) * 1000 // HOUR_MS


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a manifest's figure is a whole number, not {type(value).__name__}")
    return value
