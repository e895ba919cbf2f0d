"""Use cases of recalls: scope and hold, who received what, and the list for customers and authorities."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Annotated, Literal

from pydantic import StringConstraints

from functions.traceability import records, sweeping
from functions.traceability.activities import ActivityKind
from functions.traceability.model import IN_PROGRESS, Lot, Text
from functions.traceability.recall_cells import HEADERS, cell_text
from functions.traceability.sweeping import PAGES_A_STEP
from functions.traceability.sweeps import Scope, Sweep, SweepAction
from makoto.domain import Instant, Page, Value
from makoto.domain.factory import Material
from makoto.errors import Conflict, FieldError, Invalid, NotFound
from makoto.ports.context import TenantContext

RecallId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


class RecallNotFound(NotFound):
    """The tenant has no such recall."""


class RecallExists(Conflict):
    """Another recall has this id."""


class RecallScopeMissing(Invalid):
    """A recall names lots, a supplier's lot or a place and a time."""


class OpenRecall(Value):
    """Call lots back: those of the scope and all that came of them. Everything that is still here is held."""

    recall_id: RecallId
    reason: Text
    scope: Scope


class RecallView(Value):
    """A recall and how far it is; `customers` are known once the tracing is done."""

    recall_id: str
    reason: str
    state: Literal["tracing", "holding", "done"]
    scope: Scope
    lots: int
    held: int
    worked: int
    opened_at: Instant
    opened_by: str
    done_at: Instant | None


class Delivery(Value):
    """So much of an affected lot that a customer received."""

    lot_id: str
    material: str
    quantity: str
    unit: str
    customer: str
    delivery_note: str | None
    shipped_at: Instant
    activity_id: str
    within: str | None


class RecallDetail(RecallView):
    """With who received what, of the pages of lots from `page` on."""

    deliveries: tuple[Delivery, ...]
    customers: tuple[str, ...]
    next_cursor: str | None = None


def open_recall(command: OpenRecall, tenant: TenantContext) -> RecallView:
    """Open it; the same again goes on as it is. A small one is traced and held when this returns."""
    scope = command.scope
    if not (scope.lots or scope.supplier_lot or (scope.equipment and scope.since)):
        rule = FieldError("/body/scope", "missing", "name lots, a supplier_lot, or equipment with since")
        raise RecallScopeMissing("a recall needs a scope", errors=[rule])
    if scope.lots:
        for missing in sorted(set(scope.lots) - records.load_lots(scope.lots, tenant).lots.keys())[:1]:
            records.get_lot(missing, tenant)
    sweep = Sweep(
        sweep_id=f"recall-{command.recall_id}",
        cause=command.recall_id,
        reason=command.reason,
        action=SweepAction.HOLD,
        origin="recall",
        scope=scope,
        opened_at=tenant.clock.now(),
        opened_by=tenant.principal.username if tenant.principal else "platform",
    )
    found = sweeping.open_sweep(sweep, tenant)
    if (found.reason, found.scope) != (sweep.reason, sweep.scope):
        raise RecallExists(f"another recall has the id {command.recall_id}")
    return _view(sweeping.run_small(sweep.sweep_id, tenant))


def list_recalls(tenant: TenantContext, limit: int, cursor: str | None) -> Page[RecallView]:
    """In the order of their ids."""
    page = sweeping.list_sweeps(tenant, limit, cursor, prefix="recall-")
    return Page[RecallView](items=tuple(_view(each) for each in page.items), next_cursor=page.next_cursor)


def read_recall(recall_id: str, tenant: TenantContext, cursor: str | None = None) -> RecallDetail:
    """One recall with its deliveries, some pages of the work list at a time."""
    sweep = _sweep(recall_id, tenant)
    lots, following = _page(sweep, cursor, tenant)
    found = [delivery for each in _delivered(lots, tenant) for delivery in each[1]]
    customers = tuple(sorted({each.customer for each in found}))
    shown = _view(sweep).model_dump()
    return RecallDetail(**shown, deliveries=tuple(found), customers=customers, next_cursor=following)


def recall_csv(
    recall_id: str, tenant: TenantContext, language: Literal["en", "ja"], cursor: str | None = None
) -> tuple[str, str | None]:
    """One row a delivery, and one for each affected lot that nobody received; with the cursor of what follows.

    UTF-8 with a byte order mark, so that spreadsheets read Japanese; times as ISO 8601, so that they sort.
    """
    sweep = _sweep(recall_id, tenant)
    lots, following = _page(sweep, cursor, tenant)
    written = StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(HEADERS[language])
    names = {each.id: each.name for each in _materials(lots, tenant)}
    for lot, deliveries in _delivered(lots, tenant):
        for row in _rows(lot, deliveries, names.get(lot.material, ""), recall_id):
            rows.writerow([cell_text(cell) for cell in row])
    return "\ufeff" + written.getvalue(), following


def _sweep(recall_id: str, tenant: TenantContext) -> Sweep:
    found = tenant.documents.find(records.key("sweep", f"recall-{recall_id}"))
    if found is None:
        raise RecallNotFound(f"there is no recall {recall_id}")
    return sweeping.read_sweep(f"recall-{recall_id}", tenant)


def _page(sweep: Sweep, cursor: str | None, tenant: TenantContext) -> tuple[list[Lot], str | None]:
    if cursor is not None and not cursor.isdecimal():
        rule = FieldError("/query/cursor", "unknown", "no page ended with this")
        raise Invalid("the cursor is unknown", errors=[rule])
    begin = int(cursor or 0)
    pages = range(begin, min(begin + PAGES_A_STEP, sweep.pages))
    ids = [lot for page in sweeping.pages_of(sweep, pages, tenant) for lot in page]
    following = str(pages.stop) if pages.stop < sweep.pages else None
    if following is None:
        ids += _since(sweep, ids, tenant)
    lots = records.load_lots(ids, tenant).lots.values()
    return [each for each in lots if each.material != IN_PROGRESS], following


def _since(sweep: Sweep, ids: Sequence[str], tenant: TenantContext) -> list[str]:
    """The lots that are held for the recall and were told after it was traced; they come with the last page."""
    known = {*ids, *sweeping.worked_on(sweep, tenant)}
    return [each for each in records.names(f"hold/{records.escaped(sweep.cause)}/", tenant) if each not in known]


def _delivered(lots: Sequence[Lot], tenant: TenantContext) -> Iterable[tuple[Lot, list[Delivery]]]:
    """Each lot with its deliveries, by time."""
    links = records.load_links(lots, "out", tenant)
    taken = dict.fromkeys(link[1:] for each in links.values() for link in each if link.startswith("-"))
    shipped = [
        each for each in records.load_activities(taken, tenant) if each.kind is ActivityKind.SHIP and each.counts
    ]
    found: dict[str, list[Delivery]] = {}
    for activity in sorted(shipped, key=lambda each: each.at):
        for line in activity.inputs:
            delivery = Delivery(
                lot_id=line.lot_id,
                material=line.material,
                quantity=str(line.quantity),
                unit=line.unit,
                customer=activity.customer or "",
                delivery_note=activity.delivery_note,
                shipped_at=activity.at,
                activity_id=activity.activity_id,
                within=line.within,
            )
            found.setdefault(line.lot_id, []).append(delivery)
    return [(lot, found.get(lot.lot_id, [])) for lot in lots]


def _rows(lot: Lot, deliveries: Sequence[Delivery], name: str, recall_id: str) -> Iterable[tuple[object, ...]]:
    about = (lot.status, lot.remaining, lot.expires_on or "", lot.supplier or "", lot.supplier_lot or "", recall_id)
    if not deliveries:
        yield (
            lot.lot_id,
            lot.material,
            name,
            lot.remaining,
            lot.unit,
            "in stock",
            "",
            "",
            lot.location or "",
            "",
            *about,
        )
    for each in deliveries:
        told = (each.quantity, each.unit, "shipping", each.customer, each.shipped_at.isoformat(), lot.location or "")
        yield (lot.lot_id, lot.material, name, *told, each.delivery_note or "", *about)


def _materials(lots: Sequence[Lot], tenant: TenantContext) -> Iterable[Material]:
    for each in sorted({lot.material for lot in lots}):
        if (found := tenant.masters.find(Material, each)) is not None:
            yield found


def _view(sweep: Sweep) -> RecallView:
    state: Literal["tracing", "holding", "done"] = (
        "done" if sweep.is_done else "tracing" if sweep.rounds == 0 else "holding"
    )
    return RecallView(
        recall_id=sweep.cause,
        reason=sweep.reason,
        state=state,
        scope=sweep.scope,
        lots=sweep.lots,
        held=sweep.changed,
        worked=sweep.page,
        opened_at=sweep.opened_at,
        opened_by=sweep.opened_by,
        done_at=sweep.done_at,
    )
