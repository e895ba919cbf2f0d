"""What traceability does about what production reports: the transformation as a fact, with all that is against it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from pydantic import ValidationError

from functions.traceability import records, service
from functions.traceability.activities import (
    Activity,
    ActivityKind,
    InputLine,
    Moved,
    OutputLine,
    RecordActivity,
)
from functions.traceability.balance import in_unit
from functions.traceability.model import Lot
from functions.traceability.service import LotsAreBusy, Manner
from makoto.domain import Page, Value, ms_from_instant
from makoto.errors import Conflict, Invalid, MakotoError, NotFound
from makoto.events.production import LotUse, QuantityReported
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, Put, Query
from makoto.ports.inbox import AlreadyHandled

REPORTED = "reported by production"


class NotRecordable(Invalid):
    """What was told has no form here."""


class RefusedReport(Value):
    """What was told and could not be done as it was; somebody must look at it. `order_id` is the order or the case."""

    event_id: str
    at: str
    order_id: str
    problem: str
    detail: str


def record_report(fact: QuantityReported, event_id: str, tenant: TenantContext) -> None:
    """Record what went in and came out; what is negative takes back. A report that cannot be recorded is kept aside."""
    forward, back = _split_by_sign(fact.consumed), _split_by_sign(fact.produced)
    parts = [(f"report-{event_id}", forward[0], back[0], False), (f"report-{event_id}-back", forward[1], back[1], True)]
    wanted = [part for part in parts if part[1] or part[2]]
    if not wanted:
        tenant.commit([])
        return
    for number, (activity_id, consumed, produced, is_back) in enumerate(wanted):
        context = tenant if number == len(wanted) - 1 else replace(tenant, handled=None)
        try:
            _record(fact, activity_id, consumed, produced, is_back, context)
        except (AlreadyHandled, ConditionFailed, LotsAreBusy):
            raise
        except (Invalid, NotFound, Conflict) as refused:
            keep_aside(fact.order_id, activity_id, fact.at, refused, context)
        except ValidationError as refused:  # what production calls a lot need not be one of our names
            first = refused.errors(include_url=False, include_context=False)[0]
            reason = NotRecordable(f"{first['loc']}: {first['msg']}")
            keep_aside(fact.order_id, activity_id, fact.at, reason, context)


def list_refused(tenant: TenantContext, limit: int, cursor: str | None) -> Page[RefusedReport]:
    """In the order of time."""
    page = tenant.documents.query(Query(records.PARTITION, prefix="refused/", limit=limit, cursor=cursor))
    items = tuple(RefusedReport.model_validate_json(str(each.data["content"])) for each in page.items)
    return Page[RefusedReport](items=items, next_cursor=page.next_cursor)


def _record(
    fact: QuantityReported,
    activity_id: str,
    consumed: Sequence[LotUse],
    produced: Sequence[LotUse],
    is_back: bool,
    tenant: TenantContext,
) -> None:
    original = _taken_back(activity_id, consumed, produced, fact.at, tenant) if is_back else None
    kind = ActivityKind.REVERSE if is_back else ActivityKind.PRODUCE if produced else ActivityKind.CONSUME
    command = RecordActivity(
        activity_id=activity_id,
        kind=kind,
        at=fact.at,
        inputs=() if is_back else tuple(_input(each) for each in consumed),
        outputs=() if is_back else tuple(_output(each) for each in produced),
        reverses=f"{activity_id}-of" if is_back else None,
        equipment=fact.equipment,
        order_id=fact.order_id[:200],
        operation=fact.sequence,
        operator=fact.operator[:200] or None,
        reason=REPORTED,
        allow_imbalance=True,
        allow_overdraw=True,
    )
    assumed = {each.lot_id: _assumed(each, fact.at) for each in (*consumed, *produced)}
    manner = Manner(is_fact=True, by=fact.operator or "production", assumed=assumed, original=original)
    is_there = records.find_activity(activity_id, tenant) is not None
    service.record_activity(command, tenant, manner)
    if is_there:
        tenant.commit([])


def _taken_back(
    activity_id: str, consumed: Sequence[LotUse], produced: Sequence[LotUse], at: datetime, tenant: TenantContext
) -> Activity:
    """What a negative report takes back, as if it had been recorded as one activity."""
    lots = records.load_lots([each.lot_id for each in (*consumed, *produced)], tenant).lots
    return Activity(
        activity_id=f"{activity_id}-of",
        kind=ActivityKind.PRODUCE,
        at=at,
        recorded_at=at,
        by="production",
        inputs=tuple(_moved(each, lots) for each in consumed),
        outputs=tuple(_moved(each, lots) for each in produced),
    )


def _moved(use: LotUse, lots: dict[str, Lot]) -> Moved:
    unit = lots[use.lot_id].unit if use.lot_id in lots else use.unit
    own = in_unit(use.quantity, use.unit, unit, "/quantity")
    return Moved(lot_id=use.lot_id, material=use.material, quantity=use.quantity, unit=use.unit, own=own)


def _split_by_sign(uses: Sequence[LotUse]) -> tuple[list[LotUse], list[LotUse]]:
    """Those above zero, and those below with their amount; the same lot's lines added up."""
    summed: dict[tuple[str, str, str], Decimal] = {}
    for each in uses:
        place = (each.lot_id, each.material, each.unit)
        summed[place] = summed.get(place, Decimal(0)) + each.quantity
    found = [LotUse(lot_id=lot, material=of, quantity=value, unit=unit) for (lot, of, unit), value in summed.items()]
    below = [each.model_copy(update={"quantity": -each.quantity}) for each in found if each.quantity < 0]
    return [each for each in found if each.quantity > 0], below


def _input(use: LotUse) -> InputLine:
    return InputLine(lot_id=use.lot_id, quantity=use.quantity, unit=use.unit)


def _output(use: LotUse) -> OutputLine:
    return OutputLine(lot_id=use.lot_id, material=use.material, quantity=use.quantity, unit=use.unit)


def _assumed(use: LotUse, at: datetime) -> Lot:
    return Lot(lot_id=use.lot_id, material=use.material, unit=use.unit, received_at=at)


def keep_aside(about: str, event_id: str, at: datetime, refused: MakotoError, tenant: TenantContext) -> None:
    """Keep what cannot be done as it was told, for somebody to look at."""
    report = RefusedReport(
        event_id=event_id, at=at.isoformat(), order_id=about, problem=refused.problem, detail=refused.detail
    )
    place = records.key("refused", f"{ms_from_instant(at):015}/{event_id}")
    tenant.commit([Put(place, {"content": report.model_dump_json()})])
