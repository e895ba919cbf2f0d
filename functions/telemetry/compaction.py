"""Keeping history tidy: the small files of an hour that is over become one, sorted by metric and time.

The merged file is uploaded, then one atomic write makes it count in place of those it was made of; these are deleted
after a grace period by a later run. So a reader always sees each reading once, and a crash leaves at most a file that
nobody names, which is swept after a day. Hours of the last two days are looked at in every run, all others once a day.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from functions.telemetry import keys
from functions.telemetry.manifest import HOUR_MS, Entry, Figures, entries_of, entry_put, every
from functions.telemetry.model import CompactHistory
from functions.telemetry.retired import delete_retired, retire, sweep_device, sweep_pieces
from functions.telemetry.rolling import roll_device
from functions.telemetry.sealing import SETTLED
from makoto.domain import DeviceId, TenantRecord, TenantStatus, Value, ms_from_instant
from makoto.errors import Invalid, MakotoError, Unavailable
from makoto.ports.clock import Clock
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, Delete, IfVersion, Key, Query
from makoto.ports.history import History, UnreadableHistory
from makoto.ports.objects import ObjectNotFound

RECENT_HOURS = 48
ROUND = timedelta(days=1)
MAX_FILES = 90
"""Entries replaced by one atomic write, which has at most a hundred operations."""

MAX_BYTES = 256 << 20
PARQUET = "application/vnd.apache.parquet"
_ROUND_KEY = Key("upkeep", "history")


class ReadingsMissing(Unavailable):
    """A merged file has not as many readings as the files it was made of; it is not used."""


class TenantFailure(Value):
    """What stopped the work for one tenant; the next run tries again."""

    tenant_id: str
    problem: str
    detail: str


class Compacted(Value):
    """What a run did; unless `is_all`, the time was over before the work."""

    tenants: int = 0
    merged: int = 0
    written: int = 0
    rolled: int = 0
    deleted: int = 0
    swept: int = 0
    is_all: bool = True
    failures: tuple[TenantFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class CompactionPorts:
    """What compaction asks of the platform."""

    configuration: Configuration
    history: History
    clock: Clock
    open_tenant: Callable[[str], TenantContext]


@dataclass(slots=True)
class _Run:
    """A run's time and counts."""

    clock: Clock
    history: History
    ends_at: datetime
    merged: int = 0
    written: int = 0
    rolled: int = 0
    deleted: int = 0
    swept: int = 0
    failures: list[TenantFailure] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.clock.now() >= self.ends_at

    def note(self, tenant: TenantContext | TenantRecord, error: MakotoError) -> None:
        """Remember a failure, once."""
        failure = TenantFailure(tenant_id=tenant.tenant_id, problem=error.problem, detail=error.detail)
        self.failures += [] if failure in self.failures else [failure]


def compact_history(command: CompactHistory, ports: CompactionPorts) -> Compacted:
    """Tidy up tenant by tenant until the time is over; each run begins with another tenant, so none starves."""
    run = _Run(ports.clock, ports.history, ports.clock.now() + timedelta(seconds=command.budget_s))
    tenants = _in_turn(_wanted(command, ports.configuration), ports.clock.now())
    for record in tenants:
        if run.is_over:
            break
        try:
            _compact_tenant(ports.open_tenant(record.tenant_id), run)
        except MakotoError as error:
            run.note(record, error)
    return Compacted(
        tenants=len(tenants),
        merged=run.merged,
        written=run.written,
        rolled=run.rolled,
        deleted=run.deleted,
        swept=run.swept,
        is_all=not run.is_over,
        failures=tuple(run.failures),
    )


def _wanted(command: CompactHistory, configuration: Configuration) -> list[TenantRecord]:
    named = set(command.tenant_ids)
    active = [record for record in configuration.tenants() if record.status is TenantStatus.ACTIVE]
    return [record for record in active if not named or record.tenant_id in named]


def _in_turn(tenants: list[TenantRecord], now: datetime) -> list[TenantRecord]:
    first = ms_from_instant(now) // HOUR_MS % len(tenants) if tenants else 0
    return tenants[first:] + tenants[:first]


def _compact_tenant(tenant: TenantContext, run: _Run) -> None:
    run.deleted += delete_retired(tenant)
    closed = ms_from_instant(tenant.clock.now() - SETTLED) // HOUR_MS - 1
    devices = [DeviceId(document.key.id) for document in every(Query("device", limit=1000), tenant)]
    for device in devices:
        _compact_device(device, range(closed - RECENT_HOURS + 1, closed + 1), tenant, run)
        _roll_device(device, tenant, run)
    _go_round(devices, range(closed + 1), tenant, run)


def _compact_device(device: DeviceId, hours: range, tenant: TenantContext, run: _Run) -> None:
    if run.is_over:
        return
    entries = list(entries_of(device, hours[0], hours[-1], tenant))
    for hour, of_hour in groupby(entries, key=lambda entry: entry.hour):
        if (count := len(list(of_hour))) > 1:
            _compact_hour(device, hour, count, tenant, run)


def _roll_device(device: DeviceId, tenant: TenantContext, run: _Run) -> None:
    """Roll up what is settled; what fails stays marked for the next run, and the other devices go on."""
    if run.is_over:
        return
    try:
        run.rolled += roll_device(device, tenant, run.history.of(tenant), lambda: run.is_over)
    except (Unavailable, Invalid, ObjectNotFound) as error:
        run.note(tenant, error)


def _go_round(devices: Sequence[DeviceId], hours: range, tenant: TenantContext, run: _Run) -> None:
    """Look at all hours of all devices once a day, going on where the run before had to stop."""
    now_ms = ms_from_instant(tenant.clock.now())
    found = tenant.documents.find(_ROUND_KEY)
    begun_ms, done = (int(str(found.data["begun_ms"])), str(found.data["done"])) if found else (0, "")
    if not done and now_ms - begun_ms < ROUND // timedelta(milliseconds=1):
        return
    begun_ms = begun_ms if done else now_ms
    for device in devices:
        if device <= done:
            continue
        _compact_device(device, hours, tenant, run)
        if run.is_over:
            return
        run.swept += sweep_device(device, tenant)
        tenant.documents.put(_ROUND_KEY, {"begun_ms": begun_ms, "done": device})
    run.swept += sweep_pieces(tenant)
    tenant.documents.put(_ROUND_KEY, {"begun_ms": begun_ms, "done": ""})


def _compact_hour(device: DeviceId, hour: int, count: int, tenant: TenantContext, run: _Run) -> None:
    """Merge the smallest files until one is left, at most as often as the files found at first need."""
    for _ in range(-(-(count - 1) // (MAX_FILES - 1))):
        entries = _smallest(list(entries_of(device, hour, hour, tenant)))
        if run.is_over or len(entries) < 2:
            return
        try:
            _merge(device, hour, entries, tenant, run)
        except ConditionFailed:  # another run replaced one of them
            return
        except (ReadingsMissing, UnreadableHistory, ObjectNotFound) as error:  # of this hour; the others go on
            run.note(tenant, error)
            return


def _smallest(entries: Sequence[Entry]) -> list[Entry]:
    def chosen() -> Iterator[Entry]:
        size = 0
        for entry in sorted(entries, key=lambda each: (each.file.bytes, each.key))[:MAX_FILES]:
            size += entry.file.bytes
            if size > MAX_BYTES:
                return
            yield entry

    return sorted(chosen(), key=lambda entry: entry.key)


def _merge(device: DeviceId, hour: int, entries: Sequence[Entry], tenant: TenantContext, run: _Run) -> None:
    history, ulid = run.history.of(tenant), tenant.ids.ulid()
    target = history.scratch(f"{ulid}.parquet")
    try:
        merged = history.merge([entry.file for entry in entries], target)
        if merged.rows != sum(entry.rows for entry in entries):
            raise ReadingsMissing(f"{merged.rows} of the readings of {len(entries)} files of {keys.hour_name(hour)}")
        with target.open("rb") as body:
            stored = tenant.objects.upload(keys.object_key(device, hour, ulid), body, content_type=PARQUET)
    finally:
        target.unlink(missing_ok=True)
    figures = Figures(merged.rows, stored.bytes, merged.t_min, merged.t_max)
    is_summarised = all(entry.is_summarised for entry in entries)
    retire(device, hour, (entry.file.key for entry in entries), tenant)
    tenant.documents.atomic(
        [
            *(Delete(entry.key, IfVersion(entry.version)) for entry in entries),
            entry_put(device, hour, ulid, figures, is_summarised=is_summarised),
        ]
    )
    run.merged += len(entries)
    run.written += 1
