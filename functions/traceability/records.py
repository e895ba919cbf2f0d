"""Lots and activities as documents: all of one tenant's in one partition, so that an activity is one atomic write.

Beside `lot/<id>` and `activity/<id>` lie `in/<lot>/<page>` and `out/<lot>/<page>` (older links of a lot),
`at/<ms>/<id>` (activities by time), `fefo/<material>/<expiry>/<received>/<lot>` (what can be picked, in the order of
picking), `hold/<cause>/<lot>` (what is held for a cause), `watch/<cause>/<sweep>` (open cases and recalls, for what is
told late) and `supplied/<supplier lot>/<lot>`. docs/adr/0023 says why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.traceability.activities import Activity, SensorReport
from functions.traceability.model import INLINE_LINKS, ActivityNotFound, Lot, LotNotFound
from makoto.codecs.json_text import from_text, to_text
from makoto.domain import ms_from_instant
from makoto.errors import Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import (
    Condition,
    Delete,
    Document,
    IfAbsent,
    IfVersion,
    Key,
    Put,
    Query,
    Write,
)

PARTITION = "genealogy"
NO_EXPIRY = "9999-99-99"
_PAGE = 500


@dataclass(frozen=True)
class Loaded:
    """Lots as they are stored, with the versions that a write must not overwrite."""

    lots: dict[str, Lot] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def when(self, lot_id: str) -> Condition:
        return IfVersion(self.versions[lot_id]) if lot_id in self.versions else IfAbsent()


def load_lots(lot_ids: Iterable[str], tenant: TenantContext) -> Loaded:
    """Read lots; those that do not exist are left out."""
    found = get_all([key("lot", each) for each in lot_ids], tenant)
    loaded = Loaded()
    for document in found:
        lot = lot_of(document)
        loaded.lots[lot.lot_id] = lot
        loaded.versions[lot.lot_id] = document.version
    return loaded


def get_lot(lot_id: str, tenant: TenantContext) -> Lot:
    """Read a lot."""
    found = load_lots([lot_id], tenant).lots
    if lot_id not in found:
        raise LotNotFound(f"there is no lot {lot_id}")
    return found[lot_id]


def find_activity(activity_id: str, tenant: TenantContext) -> tuple[Activity, str] | None:
    """Read an activity that may be absent, and its version."""
    document = tenant.documents.find(key("activity", activity_id))
    return None if document is None else (activity_of(document), document.version)


def get_activity(activity_id: str, tenant: TenantContext) -> Activity:
    """Read an activity."""
    found = find_activity(activity_id, tenant)
    if found is None:
        raise ActivityNotFound(f"there is no activity {activity_id}")
    return found[0]


def load_activities(activity_ids: Iterable[str], tenant: TenantContext) -> list[Activity]:
    """Read activities, in the order of the ids."""
    return [activity_of(each) for each in get_all([key("activity", each) for each in activity_ids], tenant)]


def load_links(lots: Iterable[Lot], side: str, tenant: TenantContext) -> dict[str, tuple[str, ...]]:
    """By lot all its links of one side, oldest first: `in` from its sources, `out` from its uses."""
    lots = list(lots)
    pages = {lot.lot_id: lot.source_pages if side == "in" else lot.use_pages for lot in lots}
    keys = [key(side, f"{lot}/{page:06}") for lot, count in pages.items() for page in range(count)]
    older: dict[str, list[str]] = {}
    for document in get_all(keys, tenant):
        older.setdefault(document.key.id.split("/")[1], []).extend(from_text(str(document.data["links"])))
    return {lot.lot_id: (*older.get(lot.lot_id, ()), *(lot.sources if side == "in" else lot.uses)) for lot in lots}


def load_sensors(activity_ids: Iterable[str], tenant: TenantContext) -> dict[str, tuple[SensorReport, ...]]:
    """What was told of the activities' time after they were recorded."""
    found = get_all([key("sensed", each) for each in activity_ids], tenant)
    return {
        each.key.id.partition("/")[2]: tuple(
            SensorReport.model_validate(report) for report in from_text(str(each.data["reports"]))
        )
        for each in found
    }


def key(kind: str, name: str) -> Key:
    """Where a document of a kind lies."""
    return Key(PARTITION, f"{kind}/{name}")


def names(prefix: str, tenant: TenantContext, start: str | None = None) -> Iterator[str]:
    """The last part of every id below a prefix, in order."""
    cursor = None
    while True:
        page = tenant.documents.query(Query(PARTITION, prefix=prefix, start=start, limit=_PAGE, cursor=cursor))
        yield from (document.key.id.rpartition("/")[2] for document in page.items)
        if (cursor := page.next_cursor) is None:
            return


def lot_of(document: Document) -> Lot:
    return Lot.model_validate_json(str(document.data["content"]))


def activity_of(document: Document) -> Activity:
    return Activity.model_validate_json(str(document.data["content"]))


def lot_writes(before: Lot | None, lot: Lot, when: Condition) -> tuple[Lot, list[Write]]:
    """The next revision of a lot, and all that has to be written for it."""
    writes: list[Write] = []
    lot = _paged(lot, writes).model_copy(update={"revision": lot.revision + 1})
    writes.append(Put(key("lot", lot.lot_id), _lot_data(lot), when))
    was, is_ = (_picked(before) if before else None), _picked(lot)
    if was != is_:
        writes += [Delete(key("fefo", was))] if was else []
        writes += [Put(key("fefo", is_), {"lot": lot.lot_id})] if is_ else []
    causes = {each.cause for each in before.holds} if before else set[str]()
    writes += [
        Put(hold_key(each.cause, lot.lot_id), {"reason": each.reason}) for each in lot.holds if each.cause not in causes
    ]
    writes += [Delete(hold_key(cause, lot.lot_id)) for cause in sorted(causes) if not lot.held_for(cause)]
    if before is None and lot.supplier_lot:
        writes.append(
            Put(key("supplied", f"{escaped(lot.supplier_lot)}/{lot.lot_id}"), {"supplier": lot.supplier or ""})
        )
    return lot, writes


def activity_writes(activity: Activity) -> list[Write]:
    """A new activity and its place in time."""
    lots = [each.lot_id for each in (*activity.inputs, *activity.outputs)]
    place = {"kind": activity.kind.value, "equipment": activity.equipment or "", "order": activity.order_id or ""}
    return [
        Put(key("activity", activity.activity_id), activity_data(activity), IfAbsent()),
        Put(time_key(activity.at, activity.activity_id), {**place, "lots": lots[:100]}),
    ]


def activity_data(activity: Activity) -> dict[str, str]:
    return {"content": activity.model_dump_json(exclude_defaults=True)}


def time_key(at: datetime, activity_id: str) -> Key:
    return key("at", f"{ms_from_instant(at):015}/{activity_id}")


def hold_key(cause: str, lot_id: str) -> Key:
    return key("hold", f"{escaped(cause)}/{lot_id}")


def escaped(name: str) -> str:
    """A free text as one segment of an id."""
    return name.replace("%", "%25").replace("/", "%2F")


def get_all(keys: Sequence[Key], tenant: TenantContext) -> list[Document]:
    """Read many in the order of their keys; those that do not exist are left out."""
    if not keys:
        return []
    got = tenant.documents.batch_get(keys)
    if got.failed:
        raise Unavailable("the store did not answer for every document", retry_after_s=1)
    return [got.found[each] for each in dict.fromkeys(keys) if each in got.found]


def _lot_data(lot: Lot) -> dict[str, str]:
    return {
        "content": lot.model_dump_json(exclude_defaults=True),
        "material": lot.material,
        "status": lot.status,
        "expires_on": str(lot.expires_on or NO_EXPIRY),
        "location": lot.location or "",
        "supplier_lot": lot.supplier_lot or "",
    }


def _picked(lot: Lot) -> str | None:
    """The lot's place in the order of FEFO: expiry, then received, then id (factory-domain 9)."""
    if not lot.is_pickable:
        return None
    received = f"{ms_from_instant(lot.received_at):015}"
    return f"{lot.material}/{lot.expires_on or NO_EXPIRY}/{received}/{lot.lot_id}"


def _paged(lot: Lot, writes: list[Write]) -> Lot:
    """Move the older links into a page once there are too many of them."""
    if len(lot.sources) > 2 * INLINE_LINKS:
        writes.append(_page(lot, "in", lot.source_pages, lot.sources))
        lot = lot.model_copy(update={"sources": lot.sources[INLINE_LINKS:], "source_pages": lot.source_pages + 1})
    if len(lot.uses) > 2 * INLINE_LINKS:
        writes.append(_page(lot, "out", lot.use_pages, lot.uses))
        lot = lot.model_copy(update={"uses": lot.uses[INLINE_LINKS:], "use_pages": lot.use_pages + 1})
    return lot


def _page(lot: Lot, side: str, page: int, links: Sequence[str]) -> Put:
    return Put(key(side, f"{lot.lot_id}/{page:06}"), {"links": to_text(list(links[:INLINE_LINKS]))})
