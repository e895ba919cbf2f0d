"""Files that no longer count: deleted when no query can still be reading them; what nobody names is swept."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from functions.telemetry import import_record, keys
from functions.telemetry.import_pieces import FOLDER
from functions.telemetry.manifest import entries_of, every
from makoto.domain import DeviceId, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import Datum, Key, Query
from makoto.ports.objects import ObjectInfo

PARTITION = "retired"
GRACE = timedelta(hours=1)
"""Longer than any request lasts that may have read the manifest before a file was replaced."""

ORPHAN_AFTER = timedelta(days=1)
"""A file is named within minutes of its upload, or its writer has crashed."""

PIECES_KEPT = import_record.KEPT + timedelta(days=2)
PARALLEL = 8
_END_OF_TIME = 2**22


def retire(device: DeviceId, hour: int, objects: Iterable[str], tenant: TenantContext) -> None:
    """Remember files of an hour to delete once the grace period is over; written before they cease to count."""
    due_ms, ulid = ms_from_instant(tenant.clock.now() + GRACE), tenant.ids.ulid()
    note: dict[str, Datum] = {"device": device, "hour": hour, "objects": list(objects)}
    tenant.documents.put(Key(PARTITION, f"{keys.instant_name(due_ms)}#{ulid}"), note)


def delete_retired(tenant: TenantContext) -> int:
    """Delete the files whose grace period is over; the note goes last, so that a crash forgets none.

    A file that still counts stays: its replacement was given up after the note was written.
    """
    count = 0
    due = Query(PARTITION, end=keys.instant_name(ms_from_instant(tenant.clock.now())), limit=100)
    for note in every(due, tenant):
        device, hour = DeviceId(str(note.data["device"])), int(str(note.data["hour"]))
        counting = {entry.file.key for entry in entries_of(device, hour, hour, tenant)}
        count += _delete([key for key in _objects_of(note.data["objects"]) if key not in counting], tenant)
        tenant.documents.delete(note.key)
    return count


def sweep_device(device: DeviceId, tenant: TenantContext) -> int:
    """Delete a device's old files that neither the manifest nor a note names.

    Files are listed before the manifest is read: what is named in between is named by then.
    """
    old = list(_older(keys.device_folder(device), ORPHAN_AFTER, tenant))
    if not old:
        return 0
    named = {entry.file.key for entry in entries_of(device, 0, _END_OF_TIME, tenant)}
    for note in every(Query(PARTITION, limit=1000), tenant):
        named.update(_objects_of(note.data["objects"]))
    return _delete([key for key in old if key not in named], tenant)


def sweep_pieces(tenant: TenantContext) -> int:
    """Delete the pieces of imported files that were kept long enough."""
    return _delete(list(_older(FOLDER, PIECES_KEPT, tenant)), tenant)


def _older(folder: str, age: timedelta, tenant: TenantContext) -> Iterator[str]:
    before = tenant.clock.now() - age
    return (each.key for each in _objects(folder, tenant) if each.modified_at < before)


def _objects(folder: str, tenant: TenantContext) -> Iterator[ObjectInfo]:
    cursor: str | None = None
    while True:
        page = tenant.objects.list(folder, limit=1000, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _objects_of(noted: object) -> list[str]:
    return [str(key) for key in noted] if isinstance(noted, list) else []


def _delete(objects: list[str], tenant: TenantContext) -> int:
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(tenant.objects.delete, objects))
    return len(objects)
