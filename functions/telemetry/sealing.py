"""Sealed hours: rolled up on pages, but for those that are marked as stale.

To seal is one atomic write of the device's ledger and of a mark for each hour that has readings. From then on, who
adds to such an hour marks it with the same atomic write, since the ledger's version decides between the two. A mark
goes with the pages that hold what it was set for; until then the hour is read from minutes or files. So no reading is
lost to a page, however late it comes and wherever anybody crashes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, islice

from functions.telemetry import keys
from functions.telemetry.manifest import HOUR_MS, entries_of, every, hour_of
from makoto.domain import DeviceId, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, Document, IfAbsent, IfVersion, Put, Query

SETTLED = timedelta(minutes=15)
"""So long after its end an hour still gets many late readings."""

AT_ONCE = 3
"""Hours sealed together: each time the day's pages are written anew, which costs more than reading some minutes."""

MAX_MARKS = 90
HOURS_A_DAY = 24
TRIES = 12
_STALE = keys.prefix_of("stale")
_NEW = {"path": "", "sessions": "{}"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """Hours before `to` (since 1970) are on pages, but for those that are `stale`."""

    to: int = 0
    stale: frozenset[int] = frozenset()

    def has(self, hour: int) -> bool:
        return hour < self.to and hour not in self.stale


def read_sealed(device: DeviceId, first_hour: int, last_hour: int, tenant: TenantContext) -> Sealed:
    """Tell what is on pages of some hours, both ends included."""
    ledger = tenant.documents.find(keys.ledger_key(device))
    to = _sealed_to(ledger)
    if to <= first_hour:
        return Sealed()
    marks = _marks(device, first_hour, min(to, last_hour + 1), tenant)
    return Sealed(to, frozenset(map(hour_of_mark, marks)))


def stale_marks(device: DeviceId, before_hour: int, tenant: TenantContext) -> list[Document]:
    """List the marks of sealed hours, in the order of hours."""
    return list(_marks(device, 0, before_hour, tenant))


def hour_of_mark(mark: Document) -> int:
    return hour_of(mark.key.id.removeprefix(_STALE))


def seal(device: DeviceId, tenant: TenantContext) -> int:
    """Seal what is settled and tell up to where; `ConditionFailed` if others are always faster."""
    closed = ms_from_instant(tenant.clock.now() - SETTLED) // HOUR_MS // AT_ONCE * AT_ONCE
    sealed, tries = 0, 0
    while sealed < closed:
        try:
            sealed = _seal_some(device, closed, tenant)
        except ConditionFailed:
            tries += 1
            if tries == TRIES:
                raise
    return sealed


def _seal_some(device: DeviceId, closed: int, tenant: TenantContext) -> int:
    """Seal at most as many hours with readings as one write has marks for; the ledger is read before the manifest."""
    ledger = tenant.documents.find(keys.ledger_key(device))
    sealed = _sealed_to(ledger)
    if sealed >= closed:
        return sealed
    begun = list(islice(_hours(device, sealed // HOURS_A_DAY * HOURS_A_DAY, closed, tenant), MAX_MARKS))
    to = closed if len(begun) < MAX_MARKS else begun[-1] + 1
    hours = [*_last_of_day(begun, sealed, to), *(hour for hour in begun if hour >= sealed)]
    data = {**(ledger.data if ledger else _NEW), "sealed": to}
    when = IfVersion(ledger.version) if ledger else IfAbsent()
    marks = [Put(keys.stale_key(device, hour), {}) for hour in hours]
    tenant.documents.atomic([Put(keys.ledger_key(device), data, when), *marks])
    return to


def _hours(device: DeviceId, first: int, before: int, tenant: TenantContext) -> Iterator[int]:
    """Yield the hours that have readings, from the beginning of a day on."""
    return (hour for hour, _ in groupby(entries_of(device, first, before - 1, tenant), lambda entry: entry.hour))


def _last_of_day(hours: Sequence[int], sealed: int, to: int) -> list[int]:
    """Choose an hour again where a day ends without readings: only a whole day is summed."""
    of_day = [hour for hour in hours if hour // HOURS_A_DAY == sealed // HOURS_A_DAY]
    is_ending = to // HOURS_A_DAY > sealed // HOURS_A_DAY
    return of_day[-1:] if is_ending and of_day and of_day[-1] < sealed else []


def _marks(device: DeviceId, first_hour: int, before_hour: int, tenant: TenantContext) -> Iterator[Document]:
    first, past = (_STALE + keys.hour_name(hour) for hour in (first_hour, before_hour))
    return every(Query(keys.partition_of(device), start=first, end=past, limit=1000), tenant)


def _sealed_to(ledger: Document | None) -> int:
    sealed = ledger.data.get("sealed", 0) if ledger else 0
    assert isinstance(sealed, int)
    return sealed
