"""Listings: the newest values, what was refused, and what devices reported beside readings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

from functions.telemetry import keys
from functions.telemetry.latest import Latest
from functions.telemetry.manifest import every
from functions.telemetry.model import AskLatest, AskQuarantine, AskRecords, UnknownDevice, check_span
from functions.telemetry.place import issue_cursor, read_cursor
from functions.telemetry.views import (
    AlarmItem,
    BirthItem,
    CounterItem,
    LatestItem,
    QuarantineItem,
    StateItem,
    time_text,
)
from makoto.analytics.counters import Step, counted
from makoto.codecs.json_text import from_text
from makoto.domain import DeviceId, Page, Value, ms_from_instant
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, Query

Item = TypeVar("Item", bound=Value)
Listed = TypeVar("Listed", AskLatest, AskQuarantine)
_AFTER = "\x01"  # no id holds it, so an id with it behind comes right after the id


def read_latest(command: AskLatest, tenant: TenantContext) -> Page[LatestItem]:
    """List the newest value of each metric, by place, device and metric."""
    prefix = command.checked_prefix()
    if command.device is not None:
        ledger = tenant.documents.find(keys.ledger_key(command.device))
        if ledger is None:
            return _never_heard(command.device, tenant)
        key = keys.latest_key(str(ledger.data["path"]), command.device)
        wanted = Query(key.partition, start=key.id, end=key.id + _AFTER)
        return _page(wanted, _latest_items, command, tenant)
    return _page(Query(keys.LATEST, prefix=prefix, limit=100), _items_in(command), command, tenant)


def _never_heard(device: DeviceId, tenant: TenantContext) -> Page[LatestItem]:
    """A registered device that has not spoken yet has no values; of another one nothing is known."""
    if tenant.documents.find(keys.registered_key(device)) is None:
        raise UnknownDevice(f"there is no device {device}")
    return Page(items=())


def read_quarantine(command: AskQuarantine, tenant: TenantContext) -> Page[QuarantineItem]:
    """List what was refused of a device's messages, the newest first."""
    place = keys.partition_of(command.device)
    wanted = Query(place, prefix=keys.prefix_of("quarantine"), descending=True, limit=100)
    return _page(wanted, _quarantine_items, command, tenant)


def read_states(command: AskRecords, tenant: TenantContext) -> Page[StateItem]:
    """List changes of the machine's state."""
    return _records("state", command, tenant, lambda document: StateItem(**_said(document)))


def read_alarms(command: AskRecords, tenant: TenantContext) -> Page[AlarmItem]:
    """List alarms as they came and went."""
    return _records("alarm", command, tenant, lambda document: AlarmItem(**_said(document)))


def read_births(command: AskRecords, tenant: TenantContext) -> Page[BirthItem]:
    """List the catalogues that the device announced."""
    return _records("birth", command, tenant, lambda document: BirthItem(**_said(document)))


def read_counters(command: AskRecords, tenant: TenantContext) -> Page[CounterItem]:
    """List counters, each with what was counted since the one before."""
    page = _found("counters", command, tenant)
    before = _before(page.items, command, tenant)
    items = [_counter_item(one, other) for one, other in zip([before, *page.items], page.items, strict=False)]
    return Page(items=tuple(items), next_cursor=page.next_cursor)


def _records(kind: str, command: AskRecords, tenant: TenantContext, item: Callable[[Document], Item]) -> Page[Item]:
    page = _found(kind, command, tenant)
    return Page(items=tuple(map(item, page.items)), next_cursor=page.next_cursor)


def _found(kind: str, command: AskRecords, tenant: TenantContext) -> Page[Document]:
    check_span(command.start, command.end)
    wanted = Query(
        keys.partition_of(command.device),
        start=keys.prefix_of(kind) + keys.instant_name(ms_from_instant(command.start)),
        end=keys.prefix_of(kind) + keys.instant_name(ms_from_instant(command.end)),
        limit=command.limit,
        cursor=command.cursor,
    )
    return tenant.documents.query(wanted)


def _said(document: Document) -> dict[str, Any]:
    """Read a record: the fields of its message, with its times as text."""
    said: dict[str, Any] = from_text(str(document.data["message"]))
    said.pop("t", None)
    said.pop("sent_at", None)
    received = document.data["received_at"]
    t = document.data["t"]
    assert isinstance(t, int)
    assert isinstance(received, int)
    return {**said, "time": time_text(t), "received_at": time_text(received)}


def _before(found: Sequence[Document], command: AskRecords, tenant: TenantContext) -> Document | None:
    if not found:
        return None
    place, first = keys.partition_of(command.device), found[0].key.id
    earlier = Query(place, prefix=keys.prefix_of("counters"), end=first, descending=True, limit=1)
    return next(iter(tenant.documents.query(earlier).items), None)


def _counter_item(before: Document | None, document: Document) -> CounterItem:
    said = _said(document)
    now, then = said.pop("counters"), _said(before)["counters"] if before else None
    good = counted(then["good"], now["good"]) if then else Step(0)
    scrap = counted(then["scrap"], now["scrap"]) if then else Step(0)
    return CounterItem(**said, **now, good_delta=good.delta, scrap_delta=scrap.delta, event=good.event or scrap.event)


def _items_in(command: AskLatest) -> Callable[[Document], list[LatestItem]]:
    return lambda document: _latest_items(document) if command.holds(str(document.data["path"])) else []


def _latest_items(document: Document) -> list[LatestItem]:
    site, area, line, cell = str(document.data["path"]).split("/")
    latest = Latest.from_text(str(document.data["latest"]))
    return [
        LatestItem(
            device=str(document.data["device"]),
            site=site,
            area=area,
            line=line,
            cell=cell,
            metric=metric,
            value=value.value,
            quality=value.quality,
            status=value.status,
            time=time_text(value.t),
        )
        for metric, value in sorted(latest.values.items())
    ]


def _quarantine_items(document: Document) -> list[QuarantineItem]:
    data = document.data
    received, count = data["received_at"], data["count"]
    assert isinstance(received, int)
    assert isinstance(count, int)
    return [
        QuarantineItem(
            received_at=time_text(received),
            reason="message refused" if data["is_whole"] else "part refused",
            topic=str(data["topic"]),
            count=count,
            **fault,
        )
        for fault in from_text(str(data["faults"]))
    ]


def _page(query: Query, expand: Callable[[Document], list[Item]], command: Listed, tenant: TenantContext) -> Page[Item]:
    """Cut a page out of documents that have several items each; the place is a document and the items given of it."""
    given = read_cursor(command, tenant)
    skip, first = given.split(" ", 1) if given else ("0", None)
    if first is not None:
        query = replace(query, end=first + _AFTER) if query.descending else replace(query, start=first)
    found = list[tuple[str, int, Item]]()
    for document_id, index, item in _numbered(every(query, tenant), expand):
        if document_id == first and index < int(skip):
            continue
        if len(found) == command.limit:
            cursor = issue_cursor(command, f"{index} {document_id}", tenant)
            return Page(items=tuple(each for _, _, each in found), next_cursor=cursor)
        found.append((document_id, index, item))
    return Page(items=tuple(each for _, _, each in found))


def _numbered(
    documents: Iterator[Document], expand: Callable[[Document], list[Item]]
) -> Iterator[tuple[str, int, Item]]:
    return chain.from_iterable(
        ((document.key.id, index, item) for index, item in enumerate(expand(document))) for document in documents
    )
