"""Use cases that read: lots, their history, activities by time, what to pick next."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.traceability import records
from functions.traceability.balance import in_unit
from functions.traceability.model import IN_PROGRESS, Lot, LotStatus
from functions.traceability.views import (
    ActivityView,
    FefoView,
    LotView,
    PickView,
    activity_view,
    lot_view,
)
from makoto.domain import Page, Value, ms_from_instant
from makoto.domain.factory import Material
from makoto.errors import FieldError, Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import And, Leaf, Or, Query

MAX_PICKS = 1000
_AT_ONCE = 100


class AskLots(Value):
    """Which lots to list."""

    material: str | None = None
    status: LotStatus | None = None
    location: str | None = None
    supplier_lot: str | None = None
    expires_before: date | None = None
    prefix: str = ""
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class AskActivities(Value):
    """Which activities to list: by time, kind, place (with all below it) or order."""

    start: datetime | None = None
    end: datetime | None = None
    kind: str | None = None
    equipment: str | None = None
    order_id: str | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class AskPicks(Value):
    """What is needed of a material, when, and how long it must last after that."""

    material: str
    quantity: Decimal | None = None
    unit: str | None = None
    need_on: date | None = None
    min_remaining_days: int = 0
    order_id: str | None = None


def list_lots(asked: AskLots, tenant: TenantContext) -> Page[LotView]:
    """In the order of the lots' ids."""
    leaves = [
        Leaf(name, "eq", str(value))
        for name in ("material", "status", "location", "supplier_lot")
        if (value := getattr(asked, name)) is not None
    ]
    if asked.material is None:
        leaves.append(Leaf("material", "ne", IN_PROGRESS))
    if asked.expires_before is not None:
        leaves.append(Leaf("expires_on", "lt", str(asked.expires_before)))
    query = Query(
        records.PARTITION,
        prefix=f"lot/{asked.prefix}",
        where=And(tuple(leaves)),
        limit=asked.limit,
        cursor=asked.cursor,
    )
    page = tenant.documents.query(query)
    return Page[LotView](
        items=tuple(lot_view(records.lot_of(each)) for each in page.items), next_cursor=page.next_cursor
    )


def read_lot(lot_id: str, tenant: TenantContext) -> LotView:
    """Show one lot."""
    return lot_view(records.get_lot(lot_id, tenant))


def lot_history(lot_id: str, tenant: TenantContext, limit: int = 200) -> Page[ActivityView]:
    """The newest activities of a lot, by their time, newest first."""
    lot = records.get_lot(lot_id, tenant)
    links = [*lot.sources[-limit:], *lot.uses[-limit:]]
    if len(lot.uses) < limit and lot.use_pages:
        links += records.load_links([lot], "out", tenant)[lot_id][-limit:]
    if len(lot.sources) < limit and lot.source_pages:
        links += records.load_links([lot], "in", tenant)[lot_id][-limit:]
    found = records.load_activities(dict.fromkeys(each.lstrip("-=") for each in links), tenant)
    newest = sorted(found, key=lambda each: (each.at, each.recorded_at, each.activity_id), reverse=True)
    return Page[ActivityView](items=tuple(activity_view(each) for each in newest[:limit]))


def read_activity(activity_id: str, tenant: TenantContext) -> ActivityView:
    """Show one activity."""
    activity = records.get_activity(activity_id, tenant)
    later = records.load_sensors([activity_id], tenant).get(activity_id, ())
    return activity_view(activity.model_copy(update={"sensors": (*activity.sensors, *later)}))


def list_activities(asked: AskActivities, tenant: TenantContext) -> Page[ActivityView]:
    """In the order of time, oldest first."""
    ids, cursor = activities_at(asked, tenant)
    found = records.load_activities(ids, tenant)
    return Page[ActivityView](items=tuple(activity_view(each) for each in found), next_cursor=cursor)


def activities_at(asked: AskActivities, tenant: TenantContext) -> tuple[list[str], str | None]:
    """The ids of activities in a stretch of time, and the cursor of what follows."""
    leaves: list[Leaf | Or] = []
    if asked.kind is not None:
        leaves.append(Leaf("kind", "eq", asked.kind))
    if asked.order_id is not None:
        leaves.append(Leaf("order", "eq", asked.order_id))
    if asked.equipment is not None:
        below = Leaf("equipment", "begins_with", f"{asked.equipment}/")
        leaves.append(Or((Leaf("equipment", "eq", asked.equipment), below)))
    query = Query(
        records.PARTITION,
        prefix="at/",
        start=f"at/{ms_from_instant(asked.start):015}" if asked.start else None,
        end=f"at/{ms_from_instant(asked.end):015}" if asked.end else None,
        where=And(tuple(leaves)) if leaves else None,
        limit=asked.limit,
        cursor=asked.cursor,
    )
    page = tenant.documents.query(query)
    return [each.key.id.split("/", 2)[2] for each in page.items], page.next_cursor


def pick(asked: AskPicks, tenant: TenantContext) -> FefoView:
    """First expired, first out: of lots that are free, unexpired on the day and for `min_remaining_days` after it.

    Order: expiry ascending with none last, then received, then id (factory-domain 9). Read as stored, so a long list of
    held lots costs reads and no sorting.
    """
    material = tenant.masters.get(Material, asked.material)
    unit = asked.unit or material.unit
    today = tenant.clock.now().astimezone(ZoneInfo(tenant.record.time_zone)).date()
    on = _last_day(asked, today)
    wanted = None if asked.quantity is None else in_unit(asked.quantity, unit, material.unit, "/query/unit")
    picks: list[PickView] = []
    covered = Decimal(0)
    for found in _in_order_of_picking(asked.material, on, tenant):
        if len(picks) == MAX_PICKS or (wanted is not None and covered >= wanted):
            break
        if found.holds or found.reserved_for not in (None, asked.order_id):
            continue
        here = in_unit(found.remaining, found.unit, material.unit, "/query/unit")
        take = here if wanted is None else min(here, wanted - covered)
        covered += take
        picks.append(_picked(lot_view(found), here, take, material.unit))
    missing = max(Decimal(0), wanted - covered) if wanted is not None else Decimal(0)
    return FefoView(material=asked.material, picks=tuple(picks), covered=covered, missing=missing, unit=material.unit)


def _in_order_of_picking(material: str, on: date, tenant: TenantContext) -> Iterator[Lot]:
    names = records.names(f"fefo/{material}/", tenant, start=f"fefo/{material}/{on}")
    while some := list(islice(names, _AT_ONCE)):
        lots = records.load_lots(some, tenant).lots
        yield from (lots[each] for each in some if each in lots)


def _picked(lot: LotView, here: Decimal, take: Decimal, unit: str) -> PickView:
    return PickView(
        lot_id=lot.lot_id,
        expires_on=lot.expires_on,
        received_at=lot.received_at,
        remaining=here,
        take=take,
        unit=unit,
        location=lot.location,
    )


def _last_day(asked: AskPicks, today: date) -> date:
    try:
        return (asked.need_on or today) + timedelta(days=asked.min_remaining_days)
    except OverflowError as beyond:
        rule = FieldError("/query/need_on", "year", "the last day lies beyond the calendar")
        raise Invalid("there is no such day", errors=[rule]) from beyond
