"""The lists of orders and operations: written right after a change, mended by the reaction to its fact, read by page.

An entry remembers the revision of the order that it shows, and an older one never takes the place of a newer; so it
does not matter in which order, how often or how late they are written. An entry that ended stays as a mark for longer
than any writer lives that read the order before. What a list shows of an order is read from the order itself.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from functions.production import listing, registry
from functions.production.commands import ListDispatch, ListOrders
from functions.production.listing import AT, BELOW, LABOUR, Place, Shown
from functions.production.model import OPEN, OrderStatus, WorkOrder, runnable
from functions.production.operation import Operation, Span
from functions.production.registry import Held
from makoto.domain import Page
from makoto.domain.factory import ancestors_of
from makoto.errors import MakotoError
from makoto.ports.context import TenantContext
from makoto.ports.cursors import fingerprint
from makoto.ports.documents import (
    And,
    ConditionFailed,
    Datum,
    Document,
    Filter,
    IfAbsent,
    IfVersion,
    Key,
    Leaf,
    MaybeApplied,
    Or,
    Query,
)

KEPT = timedelta(minutes=20)
"""Beyond the longest that a function may live (AWS Lambda quotas: 15 minutes)."""

TRIES = 5
_THERE = Leaf("is_gone", "eq", False)
_PAGE = 500


def follow(order: WorkOrder, wanted: Mapping[Place, Shown | None], tenant: TenantContext) -> None:
    """Bring the entries that a change touched to what it made of them; where that fails the reaction does it."""
    with suppress(MakotoError):
        show(order.revision, wanted, tenant)


def mend(order_id: str, version: int, tenant: TenantContext) -> None:
    """Bring the entries that the change of a version touched to what the order is now."""
    places = registry.touched_by(order_id, version, tenant)
    held = registry.find(order_id, tenant) if places else None
    if held is None:
        return
    now = listing.entries(held.order, held.plan)
    spans = {each: registry.labour_key(each) for each in places if each.partition.startswith(LABOUR)}
    stored = tenant.documents.batch_get(list(spans.values())).found if spans else {}
    wanted: dict[Place, Shown | None] = {each: now.get(each) for each in places if each not in spans}
    wanted |= {each: {"content": str(stored[key].data["content"])} for each, key in spans.items() if key in stored}
    show(held.order.revision, wanted, tenant)


def show(revision: int, wanted: Mapping[Place, Shown | None], tenant: TenantContext) -> None:
    """Write entries, but over none that shows a later revision."""
    if not wanted:
        return
    stored = tenant.documents.batch_get([Key(*place) for place in wanted]).found
    for place, shown in wanted.items():
        _show(Key(*place), shown, revision, stored.get(Key(*place)), tenant)


def orders(command: ListOrders, tenant: TenantContext) -> Page[WorkOrder]:
    """List by due date. An order that is changing at this moment may be left out, and is never shown as it was."""
    status = command.status and OrderStatus(command.status)
    start = listing.instant_key(command.due_from) if command.due_from else None
    end = listing.instant_key(command.due_to) if command.due_to else None
    partition = listing.STILL_OPEN if status in OPEN else listing.ALL
    where = And((_THERE, *_filters(command)))
    page = tenant.documents.query(
        Query(partition, start=start, end=end, where=where, limit=command.limit, cursor=command.cursor)
    )
    found = registry.find_orders((str(each.data["order_id"]) for each in page.items), tenant)
    items = tuple(each for each in found.values() if status in (None, each.status))
    return Page[WorkOrder](items=items, next_cursor=page.next_cursor)


def dispatch(command: ListDispatch, tenant: TenantContext) -> Page[tuple[Held, Operation]]:
    """List what can run at a place or below it, by priority, due date and id.

    It joins at most five ranges: the place's own, those above it that stand for it, and what only places below allow.
    """
    name = fingerprint("dispatch", command.equipment)
    after = tenant.documents.cursors.read(command.cursor, query=name) if command.cursor else None
    sources = [(each, AT) for each in (command.equipment, *ancestors_of(command.equipment))]
    ranges = [_range(*each, after, command.limit + 1, tenant) for each in [*sources, (command.equipment, BELOW)]]
    keys = sorted({key: order_id for each in ranges for key, order_id in each}.items())
    shown = keys[: command.limit]
    held = registry.find_many((order_id for _, order_id in shown), tenant)
    items = tuple(each for key, order_id in shown for each in _standing(held.get(order_id), key))
    more = tenant.documents.cursors.issue(shown[-1][0], query=name) if len(keys) > command.limit else None
    return Page[tuple[Held, Operation]](items=items, next_cursor=more)


def labour(operator: str, start: datetime, end: datetime, tenant: TenantContext) -> Iterator[Span]:
    """What an operator began within a window, on whichever orders."""
    cursor = None
    bounds = (listing.instant_key(start), listing.instant_key(end))
    while True:
        query = Query(LABOUR + operator, start=bounds[0], end=bounds[1], where=_THERE, limit=_PAGE, cursor=cursor)
        page = tenant.documents.query(query)
        yield from map(registry.span_of, page.items)
        if (cursor := page.next_cursor) is None:
            return


def _show(key: Key, shown: Shown | None, revision: int, stored: Document | None, tenant: TenantContext) -> None:
    data: dict[str, Datum] = {"revision": revision, "is_gone": shown is None, **(shown or {})}
    ends = tenant.clock.now() + KEPT if shown is None else None
    for _ in range(TRIES):
        if stored is not None and int(str(stored.data["revision"])) >= revision:
            return
        try:
            when = IfVersion(stored.version) if stored else IfAbsent()
            tenant.documents.put(key, data, when=when, expires_at=ends)
        except (ConditionFailed, MaybeApplied):
            stored = tenant.documents.find(key)
        else:
            return
    raise ConditionFailed(key)


def _filters(command: ListOrders) -> Iterator[Filter]:
    if command.status is not None:
        yield Leaf("status", "eq", command.status)
    if command.product is not None:
        yield Leaf("product", "eq", command.product)
    if command.equipment is not None:
        above = (Leaf("allowed", "contains", each) for each in ancestors_of(command.equipment))
        yield Or((Leaf("places", "contains", command.equipment), *above))


def _range(
    equipment: str, prefix: str, after: str | None, wanted: int, tenant: TenantContext
) -> Iterator[tuple[str, str]]:
    """The first entries of one range behind a key; nothing lies between a key and the same with a mark behind it."""
    start, cursor, left = None if after is None else f"{prefix}{after}!", None, wanted
    while left:
        partition = listing.dispatch_partition(equipment)
        page = tenant.documents.query(
            Query(partition, prefix=prefix, start=start, where=_THERE, limit=left, cursor=cursor)
        )
        yield from ((each.key.id.removeprefix(prefix), str(each.data["order_id"])) for each in page.items)
        left -= len(page.items)
        if (cursor := page.next_cursor) is None:
            return


def _standing(held: Held | None, key: str) -> Iterator[tuple[Held, Operation]]:
    """The operation of an entry, if it stands there still."""
    for operation in runnable(held.order) if held else ():
        if held and listing.dispatch_key(held.order, operation) == key:
            yield held, operation
