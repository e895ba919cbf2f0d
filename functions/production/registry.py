"""Work orders as documents of their tenant: an order is a partition, and a change of it one atomic write.

In `order#<id>` lie `order` (as it stands), `plan` (what it was planned by), `history/<revision>` (one a change),
`labour/…` (one a stretch of work) and `request/<Idempotency-Key>`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.production.facts import facts_of
from functions.production.history import Change
from functions.production.listing import LABOUR, Place, Shown, labour_place, touched
from functions.production.model import Decided, WorkOrder
from functions.production.operation import Span
from functions.production.plan import OrderPlan
from functions.production.refusals import KeyReused, OrderNotFound, OrderTooLarge, field
from makoto.domain import Page
from makoto.errors import Throttled
from makoto.ports.context import TenantContext
from makoto.ports.documents import (
    Condition,
    Document,
    IfAbsent,
    IfVersion,
    Key,
    MaybeApplied,
    Put,
    Query,
)
from makoto.ports.outbox import Fact

ORDER, PLAN = "order", "plan"
HISTORY, LABOUR_OF, REQUEST = "history/", "labour/", "request/"
MAX_BYTES = 300_000
"""Below what every store takes as one document (DynamoDB: 400 KB), with room for what an order grows by."""

REPEATABLE = timedelta(days=7)


@dataclass(frozen=True)
class Held:
    """An order as it is stored, with what it was planned by."""

    order: WorkOrder
    plan: OrderPlan
    version: str


@dataclass(frozen=True)
class Request:
    """What was asked under an Idempotency-Key."""

    key: str
    digest: str


def find(order_id: str, tenant: TenantContext) -> Held | None:
    """Read an order that may be absent."""
    return find_many([order_id], tenant).get(order_id)


def load(order_id: str, tenant: TenantContext) -> Held:
    """Read an order."""
    held = find(order_id, tenant)
    if held is None:
        raise OrderNotFound(f"there is no work order {order_id}")
    return held


def find_many(order_ids: Iterable[str], tenant: TenantContext) -> dict[str, Held]:
    """Read those of the orders that there are."""
    wanted = list(dict.fromkeys(order_ids))
    got = tenant.documents.batch_get([key_of(each, part) for each in wanted for part in (ORDER, PLAN)])
    if got.failed:
        raise Throttled("the tenant's store is busy")
    stored = [(each, got.found.get(key_of(each, ORDER)), got.found.get(key_of(each, PLAN))) for each in wanted]
    return {each: _held(order, plan) for each, order, plan in stored if order and plan}


def find_orders(order_ids: Iterable[str], tenant: TenantContext) -> dict[str, WorkOrder]:
    """Read those of the orders that there are, without what they were planned by."""
    wanted = {key_of(each, ORDER): each for each in order_ids}
    got = tenant.documents.batch_get(list(wanted))
    if got.failed:
        raise Throttled("the tenant's store is busy")
    return {each: _order(got.found[key]) for key, each in wanted.items() if key in got.found}


def was_done(order_id: str, request: Request | None, tenant: TenantContext) -> bool:
    """Tell whether a request took effect before; KeyReused where its key was another request's."""
    if request is None:
        return False
    found = tenant.documents.find(key_of(order_id, REQUEST + request.key))
    if found is not None and found.data["digest"] != request.digest:
        rule = field("/header/Idempotency-Key", "reused", "a new request takes a new key")
        raise KeyReused("the Idempotency-Key was used for another request", errors=rule)
    return found is not None


def create(decided: Decided, plan: OrderPlan, tenant: TenantContext) -> tuple[WorkOrder, dict[Place, Shown | None]]:
    """Store a new order; `ConditionFailed` where there is one of its id."""
    order_id = decided.order.order_id
    content = plan.model_dump_json()
    if len(content.encode()) > MAX_BYTES:
        rule = field("/body/product", "size", f"at most {MAX_BYTES} bytes of routing and components")
        raise OrderTooLarge("the routing and the bill of material are too large for one order", errors=rule)
    planned = Put(key_of(order_id, PLAN), {"content": content}, IfAbsent())
    return _commit(None, decided, plan, [planned], tenant, when=IfAbsent())


def save(
    held: Held, decided: Decided, request: Request | None, tenant: TenantContext
) -> tuple[WorkOrder, dict[Place, Shown | None]]:
    """Store a change of an order; `ConditionFailed` where another came first. Returns what it touches in the lists."""
    writes = [_request(held.order.order_id, request, tenant)] if request else []
    return _commit(held.order, decided, held.plan, writes, tenant, when=IfVersion(held.version))


def history(order_id: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[Change]:
    """Read what happened to an order, oldest first."""
    page = tenant.documents.query(Query(partition_of(order_id), prefix=HISTORY, limit=limit, cursor=cursor))
    items = tuple(Change.model_validate_json(str(each.data["content"])) for each in page.items)
    return Page[Change](items=items, next_cursor=page.next_cursor)


def touched_by(order_id: str, version: int, tenant: TenantContext) -> tuple[Place, ...]:
    """Which entries of the lists the change touched that led to a version."""
    query = Query(partition_of(order_id), prefix=HISTORY, start=_revision(version), limit=1)
    for change in tenant.documents.query(query).items:
        places: Sequence[Sequence[str]] = change.data["touched"]  # type: ignore[assignment]  # as _commit wrote it
        return tuple(Place(partition, id_) for partition, id_ in places)
    return ()


def labour_of(order_id: str, tenant: TenantContext) -> tuple[Span, ...]:
    """Every stretch of work on an order."""
    spans, cursor = list[Span](), None
    while True:
        query = Query(partition_of(order_id), prefix=LABOUR_OF, limit=500, cursor=cursor)
        page = tenant.documents.query(query)
        spans += [span_of(each) for each in page.items]
        if (cursor := page.next_cursor) is None:
            return tuple(spans)


def span_of(document: Document) -> Span:
    """Read a stretch of work."""
    return Span.model_validate_json(str(document.data["content"]))


def partition_of(order_id: str) -> str:
    """Where everything of an order lies."""
    return f"order#{order_id}"


def key_of(order_id: str, part: str) -> Key:
    """Where a part of an order lies."""
    return Key(partition_of(order_id), part)


def aggregate_of(order_id: str) -> str:
    """The order as the aggregate of its facts."""
    return f"work-order/{order_id}"


def labour_key(place: Place) -> Key:
    """Where the truth lies of an entry of an operator's list."""
    start, order_id, sequence = place.id.split(",")
    return key_of(order_id, f"{LABOUR_OF}{sequence},{start},{place.partition.removeprefix(LABOUR)}")


def _commit(
    before: WorkOrder | None,
    decided: Decided,
    plan: OrderPlan,
    writes: Sequence[Put],
    tenant: TenantContext,
    *,
    when: Condition,
) -> tuple[WorkOrder, dict[Place, Shown | None]]:
    events = facts_of(before, decided.order, decided.change, tenant.tenant_id)
    first = (before.revision if before else 0) + 1
    order = decided.order.model_copy(update={"revision": first - 1 + max(1, len(events))})
    order_id, entry = order.order_id, tenant.ids.ulid()
    lists = touched(before, order, plan)
    lists |= {labour_place(span): {"content": span.model_dump_json()} for span in decided.spans}
    data = {"content": decided.change.model_dump_json(), "entry": entry, "touched": [list(each) for each in lists]}
    line = Put(key_of(order_id, _revision(order.revision)), data, IfAbsent())
    stored = Put(key_of(order_id, ORDER), {"content": order.model_dump_json()}, when)
    facts = [Fact(event, aggregate_of(order_id), first + place) for place, event in enumerate(events)]
    try:
        tenant.commit([stored, line, *map(_labour, decided.spans), *writes], facts)
    except MaybeApplied:
        found = tenant.documents.find(line.key)
        if found is None or found.data["entry"] != entry:
            raise
    return order, lists


def _labour(span: Span) -> Put:
    where = labour_key(labour_place(span))
    return Put(where, {"content": span.model_dump_json()})


def _request(order_id: str, request: Request, tenant: TenantContext) -> Put:
    ends = tenant.clock.now() + REPEATABLE
    return Put(key_of(order_id, REQUEST + request.key), {"digest": request.digest}, IfAbsent(), ends)


def _revision(revision: int) -> str:
    return f"{HISTORY}{revision:010d}"


def _held(order: Document, plan: Document) -> Held:
    return Held(_order(order), OrderPlan.model_validate_json(str(plan.data["content"])), order.version)


def _order(document: Document) -> WorkOrder:
    return WorkOrder.model_validate_json(str(document.data["content"]))
