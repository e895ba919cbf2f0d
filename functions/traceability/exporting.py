"""Activities as EPCIS 2.0 events, for partners and authorities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import Field

from functions.traceability import records
from functions.traceability.activities import Activity, ActivityKind, Moved
from functions.traceability.model import CONTAINER, IN_PROGRESS, Hold, Lot, LotId
from functions.traceability.reading import AskActivities, activities_at
from makoto.codecs.epcis import (
    Amount,
    EpcisEvent,
    Sensed,
    class_id,
    document_of,
    instance_id,
    is_gtin,
    private_id,
)
from makoto.domain import Value
from makoto.domain.factory import Material
from makoto.ports.context import TenantContext

Document = dict[str, Any]  # JSON of a form that is not ours
K = ActivityKind
STEPS: dict[ActivityKind, tuple[str, str | None, str | None]] = {
    # kind: business step, disposition, action of an object event
    K.RECEIVE: ("receiving", "in_progress", "OBSERVE"),
    K.PRODUCE: ("commissioning", "active", "ADD"),
    K.CONSUME: ("decommissioning", "inactive", "DELETE"),
    K.SPLIT: ("repackaging", "in_progress", None),
    K.MERGE: ("repackaging", "in_progress", None),
    K.MOVE: ("storing", None, "OBSERVE"),
    K.INSPECT: ("inspecting", None, "OBSERVE"),
    K.SCRAP: ("destroying", "destroyed", "DELETE"),
    K.REJECT: ("holding", "non_conformant", "OBSERVE"),
    K.RESERVE: ("reserving", "reserved", "OBSERVE"),
    K.UNRESERVE: ("storing", "available", "OBSERVE"),
    K.PACK: ("packing", "in_progress", "ADD"),
    K.UNPACK: ("unpacking", "in_progress", "DELETE"),
    K.SHIP: ("shipping", "in_transit", "OBSERVE"),
}


class AskEvents(Value):
    """Which events: of a lot, or of a stretch of time. `company_prefix` is the tenant's own GS1 prefix."""

    lot: LotId | None = None
    start: datetime | None = None
    end: datetime | None = None
    company_prefix: str | None = Field(default=None, pattern=r"^\d{6,12}$")
    limit: int = Field(default=100, ge=1, le=200)
    cursor: str | None = None


@dataclass
class _Names:
    """What is known of the lots and materials that the events name."""

    tenant: TenantContext
    company_prefix: str | None
    lots: dict[str, Lot] = field(default_factory=dict)
    gtins: dict[str, str | None] = field(default_factory=dict)

    def know(self, lot_ids: Iterable[str]) -> None:
        self.lots |= records.load_lots([each for each in lot_ids if each not in self.lots], self.tenant).lots
        for material in {each.material for each in self.lots.values()} - self.gtins.keys():
            found = self.tenant.masters.find(Material, material) if material not in (CONTAINER, IN_PROGRESS) else None
            gtin = found.gtin if found else None
            self.gtins[material] = gtin if gtin is not None and is_gtin(gtin) else None

    def amount(self, lot_id: str, moved: Moved | None = None) -> Amount:
        """A line as the standard names it: a serial is an instance, everything else an amount of a lot."""
        lot = self.lots[lot_id]
        gtin = self.gtins[lot.material]
        prefix = self.company_prefix if gtin and gtin.zfill(14)[1:].startswith(self.company_prefix or "-") else None
        if lot.is_serial:
            name = instance_id(gtin, lot_id, prefix) if gtin else self.private("lot", lot_id)
            return Amount(name, is_instance=True)
        name = class_id(gtin, lot_id, prefix) if gtin else self.private("lot", lot_id)
        return Amount(name, moved.quantity if moved else lot.remaining, moved.unit if moved else lot.unit)

    def private(self, kind: str, name: str) -> str:
        return private_id(kind, self.tenant.tenant_id, name)


def export_events(asked: AskEvents, tenant: TenantContext) -> tuple[Document, str | None]:
    """A document of events, and the cursor of those that follow; a lot's own come all at once with its holds."""
    names = _Names(tenant, asked.company_prefix)
    if asked.lot is not None:
        lot = records.get_lot(asked.lot, tenant)
        links = [
            *records.load_links([lot], "in", tenant)[lot.lot_id],
            *records.load_links([lot], "out", tenant)[lot.lot_id],
        ]
        ids: Sequence[str] = list(dict.fromkeys(each.lstrip("-=") for each in links))
        cursor = None
    else:
        listed = AskActivities(start=asked.start, end=asked.end, limit=asked.limit, cursor=asked.cursor)
        ids, cursor = activities_at(listed, tenant)
    later = records.load_sensors(ids, tenant)
    activities = [
        each.model_copy(update={"sensors": (*each.sensors, *later.get(each.activity_id, ()))})
        for each in records.load_activities(ids, tenant)
    ]
    events = _events(activities, names)
    if asked.lot is not None:
        names.know([asked.lot])
        events += _hold_events(lot, names)
    events.sort(key=lambda each: (each.time, each.event_id))
    return document_of(events, tenant.clock.now()), cursor


def _events(activities: Sequence[Activity], names: _Names) -> list[EpcisEvent]:
    named = [line.lot_id for each in activities for line in (*each.inputs, *each.outputs)]
    named += [each.container for each in activities if each.container]
    names.know(dict.fromkeys(named))
    reversals = {each.reversed_by for each in activities if each.reversed_by}
    declared = {each.activity_id: each.recorded_at for each in records.load_activities(reversals, names.tenant)}
    made = [(each, _event(each, names)) for each in activities if each.kind is not K.REVERSE]
    return [
        replace(event, error_at=declared.get(each.reversed_by, each.recorded_at)) if each.reversed_by else event
        for each, event in made
    ]


def _event(activity: Activity, names: _Names) -> EpcisEvent:
    step, disposition, action = STEPS[activity.kind]
    if activity.kind is K.INSPECT and activity.is_conforming is not None:
        disposition = "conformant" if activity.is_conforming else "non_conformant"
    base = EpcisEvent(
        type="ObjectEvent",
        event_id=names.private("event", activity.activity_id),
        time=activity.at,
        record_time=activity.recorded_at,
        step=step,
        disposition=disposition,
        read_point=names.private("place", activity.equipment) if activity.equipment else None,
        location=names.private("place", activity.location) if activity.location else None,
        transactions=tuple(_transactions(activity, names)),
        source=names.private("party", activity.supplier) if activity.supplier else None,
        destination=names.private("party", activity.customer) if activity.customer else None,
        sensors=tuple(_sensed(activity, names)),
    )
    inputs = tuple(names.amount(each.lot_id, each) for each in activity.inputs if each.material != IN_PROGRESS)
    outputs = tuple(names.amount(each.lot_id, each) for each in activity.outputs if each.material != IN_PROGRESS)
    if activity.kind in (K.PACK, K.UNPACK):
        children = tuple(each for each in inputs if each.is_instance or (each.quantity or 0) > 0)
        parent = names.amount(activity.container or "").id
        return _typed(base, "AggregationEvent", action, things=children or inputs, parent=parent)
    is_joined = any(each.material == IN_PROGRESS for each in (*activity.inputs, *activity.outputs))
    if is_joined or (inputs and outputs):
        lot_data = _lot_data(activity, names)
        joined = names.private("transformation", activity.order_id or "") if is_joined else None
        sides = replace(base, inputs=inputs, outputs=outputs, transformation=joined)
        return replace(sides, type="TransformationEvent", lot_data=lot_data)
    lot_data = _lot_data(activity, names) if action == "ADD" else {}
    return _typed(base, "ObjectEvent", action, things=inputs or outputs, lot_data=lot_data)


def _typed(base: EpcisEvent, kind: str, action: str | None, **more: object) -> EpcisEvent:
    return replace(base, type=kind, action=action, **more)  # type: ignore[arg-type]  # the words of STEPS


def _transactions(activity: Activity, names: _Names) -> Iterable[tuple[str, str]]:
    if activity.order_id:
        yield "prodorder", names.private("document", activity.order_id)
    if activity.delivery_note:
        yield "desadv", names.private("document", activity.delivery_note)


def _lot_data(activity: Activity, names: _Names) -> dict[str, str]:
    """What came into being: its expiry and attributes, where all outputs agree (ILMD is of the whole event)."""
    lots = [names.lots[each.lot_id] for each in activity.outputs if each.material != IN_PROGRESS]
    said = {f"makoto:{name}": value for name, value in (lots[0].attributes if lots else {}).items()}
    agreed = {
        name: value for name, value in said.items() if all(each.attributes == lots[0].attributes for each in lots)
    }
    dates = {each.expires_on for each in lots}
    if len(dates) == 1 and None not in dates:
        agreed["cbvmda:itemExpirationDate"] = str(dates.pop())
    return agreed


def _sensed(activity: Activity, names: _Names) -> Iterable[Sensed]:
    for each in activity.sensors:
        device = names.private("device", each.device) if each.device else None
        window = (each.start, each.end)
        yield Sensed(each.metric, each.unit, each.minimum, each.mean, each.maximum, device, *window)


def _hold_events(lot: Lot, names: _Names) -> list[EpcisEvent]:
    """A hold is seen with its disposition, and its end with another."""
    found = [_hold_event(lot, each, each.since, "non_conformant", names) for each in (*lot.past_holds, *lot.holds)]
    return found + [_hold_event(lot, each, each.until, "available", names) for each in lot.past_holds]


def _hold_event(lot: Lot, hold: Hold, at: datetime, disposition: str, names: _Names) -> EpcisEvent:
    amount = names.amount(lot.lot_id)
    is_end = disposition == "available"
    name = f"{'release' if is_end else 'hold'}/{hold.cause}/{lot.lot_id}/{hold.since.isoformat()}"
    return EpcisEvent(
        type="ObjectEvent",
        event_id=names.private("event", name),
        time=at,
        action="OBSERVE",
        step="storing" if is_end else "holding",
        disposition=disposition,
        things=(amount if amount.is_instance or lot.remaining > 0 else amount._replace(quantity=None, unit=None),),
    )
