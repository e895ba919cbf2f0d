"""EPCIS documents as activities: valid events take effect once, the rest is reported with its reason."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from functions.traceability import records, service
from functions.traceability.activities import Activity, ActivityKind, RecordActivity, SensorReport
from functions.traceability.service import LotsAreBusy
from makoto.codecs.epcis import Amount, EpcisEvent, RefusedEvent, identified, read_events
from makoto.codecs.epcis.vocabulary import STEPS_IN, STEPS_OUT
from makoto.domain import Value
from makoto.domain.factory import Material
from makoto.errors import Conflict, FieldError, Invalid, NotFound
from makoto.ports.context import TenantContext

MAX_EVENTS = 200
"""A request has 29 s, and an event takes some 50 ms of a store."""

_LOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+()-]{0,79}")
CAPTURED = "captured from EPCIS"
K = ActivityKind


class TooManyEvents(Invalid):
    """Send the document in parts."""


class NotUnderstood(Invalid):
    """The event says nothing that traceability can keep."""


class CapturedEvent(Value):
    """An event that took effect, now or before; events that came before are `is_duplicate`."""

    position: int
    event_id: str
    activity_id: str
    is_duplicate: bool


class UncapturedEvent(Value):
    """An event that had no effect, and why."""

    position: int
    event_id: str | None
    code: str
    detail: str


class CaptureReport(Value):
    """What became of each event of a document."""

    captured: tuple[CapturedEvent, ...]
    refused: tuple[UncapturedEvent, ...]


@dataclass
class _Reader:
    """What identifiers mean in this tenant; materials are read once a document."""

    tenant: TenantContext
    _gtins: dict[str, Material] | None = field(default=None)

    def material(self, gtin: str) -> Material:
        if self._gtins is None:
            self._gtins = {each.gtin.zfill(14): each for each in self.tenant.masters.all(Material) if each.gtin}
        if gtin not in self._gtins:
            raise NotUnderstood(f"no material has the GTIN {gtin}")
        return self._gtins[gtin]

    def lot(self, uri: str) -> tuple[str, Material | None]:
        """The lot that an identifier names; a number that another material's lot has gets its GTIN before it."""
        named = identified(uri)
        if named is None:
            raise NotUnderstood(f"{uri[:200]} names no lot and no serial")
        if named.gtin is None:
            if named.kind != "lot" or named.tenant_id != self.tenant.tenant_id:
                raise NotUnderstood(f"{uri[:200]} is another's")
            return named.name, None
        material = self.material(named.gtin)
        if not _LOT.fullmatch(named.name):
            raise NotUnderstood(f"the lot number of {uri[:200]} has characters that are not kept")
        there = records.load_lots([named.name], self.tenant).lots.get(named.name)
        is_taken = there is not None and there.material != material.id
        return (f"{named.gtin}.{named.name}" if is_taken else named.name), material


def capture(document: Mapping[str, Any], tenant: TenantContext) -> CaptureReport:
    """Take every event of a document, in its order; `document` is JSON as somebody sent it."""
    events = list(read_events(document))
    if not events:
        rule = FieldError("/body/epcisBody/eventList", "missing", "a document has events")
        raise NotUnderstood("there is no event in the document", errors=[rule])
    if len(events) > MAX_EVENTS:
        raise TooManyEvents(f"a document has at most {MAX_EVENTS} events, this one has {len(events)}")
    reader = _Reader(tenant)
    captured: list[CapturedEvent] = []
    refused: list[UncapturedEvent] = []
    for each in events:
        if isinstance(each, RefusedEvent):
            refused.append(UncapturedEvent(**each._asdict()))
            continue
        position, event = each
        try:
            captured.append(_captured(position, event, reader))
        except LotsAreBusy:
            raise
        except (Invalid, NotFound, Conflict) as wrong:
            code = wrong.problem.replace("-", "_")
            refused.append(UncapturedEvent(position=position, event_id=event.event_id, code=code, detail=wrong.detail))
    return CaptureReport(captured=tuple(captured), refused=tuple(refused))


def _captured(position: int, event: EpcisEvent, reader: _Reader) -> CapturedEvent:
    """An event of our own is one that we told before; another's is kept under the hash of its id."""
    own = identified(event.event_id)
    activity_id = f"epcis-{sha256(event.event_id.encode()).hexdigest()[:32]}"
    if own is not None and own.kind == "event" and own.tenant_id == reader.tenant.tenant_id:
        activity_id = own.name
    found = records.find_activity(activity_id, reader.tenant)
    if event.error_at is not None:
        is_there = _taken_back(activity_id, found[0] if found else None, reader)
    else:
        is_there = found is not None
        if not is_there:
            service.record_activity(_command(activity_id, event, reader), reader.tenant)
    return CapturedEvent(position=position, event_id=event.event_id, activity_id=activity_id, is_duplicate=is_there)


def _taken_back(activity_id: str, found: Activity | None, reader: _Reader) -> bool:
    """Reverse an event that is declared not to have occurred; whether that was done before."""
    if found is not None and found.reversed_by is not None:
        return True
    reverse = {"activity_id": f"{activity_id}-error"[:120], "kind": K.REVERSE, "reverses": activity_id}
    service.record_activity(RecordActivity.model_validate(reverse | {"reason": CAPTURED}), reader.tenant)
    return False


def _command(activity_id: str, event: EpcisEvent, reader: _Reader) -> RecordActivity:
    try:
        said = {**_said(activity_id, event), **_of_type(event, reader)}
        return RecordActivity.model_validate({name: each for name, each in said.items() if each is not None})
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False)[0]
        raise NotUnderstood(f"{'/'.join(map(str, first['loc']))}: {first['msg']}") from wrong


def _said(activity_id: str, event: EpcisEvent) -> dict[str, object]:
    return {
        "activity_id": activity_id,
        "at": event.time,
        "location": _named(event.location),
        "supplier": _named(event.source),
        "customer": _named(event.destination),
        "delivery_note": _transaction(event, "desadv"),
        "order_id": _transaction(event, "prodorder"),
        "reason": CAPTURED,
        "note": f"{event.step or 'no step'}, {event.disposition or 'no disposition'}",
        "sensors": tuple(_sensor(each) for each in event.sensors),
        "allow_imbalance": True,
    }


def _of_type(event: EpcisEvent, reader: _Reader) -> dict[str, object]:
    if event.type == "TransformationEvent":
        taken = [_input(each, reader) for each in event.inputs]
        order = _named(event.transformation) or _transaction(event, "prodorder")
        kind = K.PRODUCE if event.outputs else K.CONSUME
        return {"kind": kind, "inputs": taken, "outputs": _outputs(event, event.outputs, reader), "order_id": order}
    if event.type == "AggregationEvent":
        if event.parent is None or event.action == "OBSERVE":
            raise NotUnderstood("an aggregation names its parent and adds to it or takes from it")
        kind = K.PACK if event.action == "ADD" else K.UNPACK
        named = identified(event.parent)
        container = named.name if named else f"epc-{sha256(event.parent.encode()).hexdigest()[:24]}"
        return {
            "kind": kind,
            "container": container,
            "inputs": [{"lot_id": reader.lot(each.id)[0]} for each in event.things],
        }
    return _of_object(event, reader)


def _of_object(event: EpcisEvent, reader: _Reader) -> dict[str, object]:
    if event.action == "DELETE":
        return {"kind": K.SCRAP, "inputs": [_input(each, reader) for each in event.things]}
    if event.action == "ADD" or event.step in STEPS_IN:
        return {"kind": K.RECEIVE, "outputs": _outputs(event, event.things, reader)}
    if event.step in STEPS_OUT:
        return {"kind": K.SHIP, "inputs": [_input(each, reader) for each in event.things]}
    whole = [{"lot_id": reader.lot(each.id)[0]} for each in event.things]
    if event.location is not None and event.step not in ("inspecting", "sampling"):
        return {"kind": K.MOVE, "inputs": whole}
    verdict = {"conformant": True, "non_conformant": False}.get(event.disposition or "")
    return {"kind": K.INSPECT, "inputs": whole, "is_conforming": verdict}


def _input(amount: Amount, reader: _Reader) -> dict[str, object]:
    lot_id, _ = reader.lot(amount.id)
    return {"lot_id": lot_id, "quantity": amount.quantity, "unit": amount.unit}


def _outputs(event: EpcisEvent, amounts: Iterable[Amount], reader: _Reader) -> list[dict[str, object]]:
    expiry = event.lot_data.get("cbvmda:itemExpirationDate")
    given = {
        name.removeprefix("makoto:"): value for name, value in event.lot_data.items() if name.startswith("makoto:")
    }
    made: list[dict[str, object]] = []
    for amount in amounts:
        lot_id, material = reader.lot(amount.id)
        if material is None:
            raise NotUnderstood(f"{amount.id[:200]} tells no material; a lot that comes to be needs a GTIN")
        if amount.quantity is None and not amount.is_instance:
            raise NotUnderstood(f"{amount.id[:200]} tells no quantity")
        line = {"lot_id": lot_id, "material": material.id, "quantity": amount.quantity or 1, "unit": amount.unit}
        made.append(line | {"is_serial": amount.is_instance, "expires_on": expiry and expiry[:10], "attributes": given})
    return made


def _sensor(sensed: Any) -> SensorReport:  # Any: the codec's tuple with our names
    return SensorReport(
        metric=sensed.metric,
        device=_named(sensed.device),
        unit=sensed.unit,
        minimum=sensed.minimum,
        mean=sensed.mean,
        maximum=sensed.maximum,
        start=sensed.start,
        end=sensed.end,
    )


def _transaction(event: EpcisEvent, kind: str) -> str | None:
    return next((_named(name) for of, name in event.transactions if of == kind), None)


def _named(uri: str | None) -> str | None:
    """A place or a party by our own name where it is ours, else by its URI."""
    found = identified(uri) if uri else None
    return found.name if found else uri
