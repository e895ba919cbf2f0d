"""Use cases of watches and of the anomalies they find."""

from collections.abc import Iterable, Iterator
from typing import Any

from functions.telemetry import alerting
from functions.telemetry.alarm_commands import AlertingChanged, AskAnomalies, BadWatch, UnknownWatch
from functions.telemetry.alarm_views import AnomalyItem, StreamItem, WatchItem
from functions.telemetry.alerting import read_alerting
from functions.telemetry.detectors import TOGETHER, Index, index_key
from functions.telemetry.keys import instant_name, partition_of, prefix_of, registered_key
from functions.telemetry.manifest import every
from functions.telemetry.model import UnknownDevice, check_span
from functions.telemetry.place import issue_cursor, read_cursor
from functions.telemetry.watches import Watch
from makoto.analytics.anomaly import THRESHOLD
from makoto.codecs.json_text import from_text
from makoto.domain import Page, instant_from_ms, ms_from_instant
from makoto.errors import FieldError
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, ConditionFailed, Document, IfAbsent, IfVersion, Key, Put, Query

MOST_TOGETHER = 32
_BEGIN, _END = "0", "~"


def set_watch(device: str, watch: Watch, tenant: TenantContext) -> WatchItem:
    """Set what of a device is watched; the same again changes nothing."""
    _check(device, watch)
    stored = tenant.documents.find(_key(device))
    if stored is None and tenant.documents.find(registered_key(device)) is None:
        raise UnknownDevice(f"there is no device {device}")
    if stored is None or _watch(stored) != watch:
        _save(watch, stored, tenant)
    return read_watch(device, tenant)


def read_watch(device: str, tenant: TenantContext) -> WatchItem:
    """Show what of a device is watched, and how far each metric is."""
    stored = tenant.documents.find(_key(device))
    if stored is None:
        raise UnknownWatch(f"the device {device} is not watched")
    watch = _watch(stored)
    index = Index.from_document(tenant.documents.find(index_key(device)))
    return WatchItem(
        watch=watch,
        threshold=watch.threshold or THRESHOLD,
        streams=tuple(
            StreamItem(
                metric=name,
                scored_to=instant_from_ms(stream.t) if stream.t >= 0 else None,
                is_anomalous=stream.is_over,
                late=stream.late,
            )
            for name, stream in sorted(index.streams.items())
            if name != TOGETHER
        ),
        told=index.told,
        untold=index.untold,
        refused=index.refused,
    )


def list_anomalies(command: AskAnomalies, tenant: TenantContext) -> Page[AnomalyItem]:
    """List anomalies, the newest first."""
    if command.start is not None and command.end is not None:
        check_span(command.start, command.end)
    devices = [command.device] if command.device is not None else sorted(read_alerting(tenant).watches)
    before = read_cursor(command, tenant)
    found = sorted(_found(devices, command, before, tenant), key=lambda each: each[0], reverse=True)
    given, more = found[: command.limit], found[command.limit :]
    cursor = issue_cursor(command, given[-1][0], tenant) if more else None
    return Page(items=tuple(item for _, item in given), next_cursor=cursor)


def _found(
    devices: Iterable[str], command: AskAnomalies, before: str | None, tenant: TenantContext
) -> Iterator[tuple[str, AnomalyItem]]:
    """Read of each device as much as a page may need; places sort as their instants do."""
    start = instant_name(ms_from_instant(command.start)) if command.start else _BEGIN
    end = instant_name(ms_from_instant(command.end)) if command.end else _END
    prefix = prefix_of("anomaly")
    for device in devices:
        last = end if before is None else min(end, before.split(" ")[0] + _END)
        query = Query(partition_of(device), start=prefix + start, end=prefix + last, descending=True, limit=500)
        count = 0
        for document in every(query, tenant):
            instant, _, digest = document.key.id.removeprefix(prefix).partition("#")
            place = f"{instant} {device} {digest}"
            if before is not None and place >= before:
                continue
            yield place, _item(device, document)
            count += 1
            if count > command.limit:
                break


def _item(device: str, document: Document) -> AnomalyItem:
    line: dict[str, Any] = from_text(str(document.data["anomaly"]))
    return AnomalyItem(
        device=device,
        equipment=line["equipment"],
        metric=line["metric"],
        at=instant_from_ms(line["t"]),
        value=line["value"],
        expected=line["expected"],
        score=line["score"],
        cause=line["cause"],
        of_the_machine=line["together"],
    )


def _check(device: str, watch: Watch) -> None:
    problems = list[FieldError]()
    if watch.device != device:
        problems.append(FieldError("/body/device", "path", "the device in the body is the one in the path"))
    if len(set(watch.metrics)) != len(watch.metrics):
        problems.append(FieldError("/body/metrics", "distinct", "each metric once"))
    if watch.is_together and (any("*" in each for each in watch.metrics) or len(watch.metrics) > MOST_TOGETHER):
        detail = f"metrics that are watched together are named, without `*`, at most {MOST_TOGETHER}"
        problems.append(FieldError("/body/metrics", "together", detail))
    if problems:
        raise BadWatch("the watch cannot be", errors=problems)


def _save(watch: Watch, stored: Document | None, tenant: TenantContext) -> None:
    when: Condition = IfVersion(stored.version) if stored else IfAbsent()
    put = Put(_key(watch.device), {"content": watch.model_dump_json()}, when)
    try:
        tenant.documents.atomic(alerting.with_mark(put, tenant))
    except ConditionFailed as failed:
        raise AlertingChanged("another one changed rules or watches at the same time") from failed


def _key(device: str) -> Key:
    return Key(alerting.PARTITION, alerting.WATCH + device)


def _watch(stored: Document) -> Watch:
    return Watch.model_validate_json(str(stored.data["content"]))
