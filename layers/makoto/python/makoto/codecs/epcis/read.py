"""EPCIS 2.0 documents as events: whatever can be read is, and the rest is named with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, NamedTuple, cast

import orjson

from makoto.codecs.epcis.event import Action, Amount, EpcisEvent, EventType, Sensed
from makoto.codecs.epcis.vocabulary import SYMBOLS, bare

KNOWN = ("ObjectEvent", "AggregationEvent", "TransformationEvent")
ACTIONS = ("ADD", "OBSERVE", "DELETE")

Json = Mapping[str, Any]  # what somebody sent


class RefusedEvent(NamedTuple):
    """An event that cannot be read, with its place in the document and why."""

    position: int
    event_id: str | None
    code: str
    detail: str


class _Unreadable(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def read_events(document: Json) -> Iterator[tuple[int, EpcisEvent] | RefusedEvent]:
    """Every event of a document, of a query's answer or on its own, in order.

    An event without an eventID is named by the SHA-256 of its canonical JSON without its recordTime, so that the same
    event sent again is the same.
    """
    for index, raw in enumerate(_raw_events(document)):
        if not isinstance(raw, Mapping):
            yield RefusedEvent(index, None, "not_an_object", "an event is a JSON object")
            continue
        event_id = raw.get("eventID")
        try:
            yield index, _event(raw)
        except _Unreadable as refused:
            yield RefusedEvent(index, event_id if isinstance(event_id, str) else None, refused.code, str(refused))


def _raw_events(document: Json) -> Sequence[object]:
    body = document.get("epcisBody")
    if not isinstance(body, Mapping):
        return [document] if "eventTime" in document or "action" in document else []
    results = body.get("queryResults")
    if isinstance(results, Mapping) and isinstance(results.get("resultsBody"), Mapping):
        body = cast(Json, results["resultsBody"])
    events = body.get("eventList") or ([body["event"]] if "event" in body else [])
    return events if isinstance(events, list) else [events]


def _event(raw: Json) -> EpcisEvent:
    kind = bare_type(raw.get("type", raw.get("isA")))
    if kind not in KNOWN:
        raise _Unreadable("unsupported_type", f"events of type {kind} are not taken: {', '.join(KNOWN)} are")
    action = raw.get("action")
    if kind != "TransformationEvent" and action not in ACTIONS:
        raise _Unreadable("action", f"action is one of {', '.join(ACTIONS)}")
    children = kind == "AggregationEvent"
    error = raw.get("errorDeclaration")
    return EpcisEvent(
        type=cast(EventType, kind),
        event_id=_event_id(raw),
        time=_time(raw, "eventTime"),
        offset=_offset(raw),
        action=cast(Action, action) if kind != "TransformationEvent" else None,
        step=bare(_text(raw, "bizStep")),
        disposition=bare(_text(raw, "disposition")),
        things=_amounts(raw, *(("childEPCs", "childQuantityList") if children else ("epcList", "quantityList"))),
        inputs=_amounts(raw, "inputEPCList", "inputQuantityList"),
        outputs=_amounts(raw, "outputEPCList", "outputQuantityList"),
        transformation=_text(raw, "transformationID"),
        parent=_text(raw, "parentID"),
        read_point=_place(raw, "readPoint"),
        location=_place(raw, "bizLocation"),
        transactions=_transactions(raw),
        source=_party(raw, "source"),
        destination=_party(raw, "destination"),
        lot_data=_lot_data(raw),
        sensors=tuple(_sensors(raw)),
        error_at=_time(error, "declarationTime") if isinstance(error, Mapping) else None,
    )


def bare_type(word: object) -> str:
    """An event's type without its namespace."""
    return str(word or "none").rpartition(":")[2].rpartition("/")[2]


def _event_id(raw: Json) -> str:
    given = raw.get("eventID")
    if isinstance(given, str) and given:
        if len(given) > 2000:
            raise _Unreadable("event_id", "an eventID has at most 2000 characters")
        return given
    told = {name: value for name, value in raw.items() if name not in ("recordTime", "@context", "id")}
    try:
        return f"urn:makoto:hash:{sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()}"
    except TypeError as unreadable:
        raise _Unreadable("event_id", "the event is no plain JSON") from unreadable


def _time(raw: Json, name: str) -> datetime:
    text = raw.get(name)
    if not isinstance(text, str):
        raise _Unreadable("event_time", f"{name} is missing")
    try:
        read = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise _Unreadable("event_time", f"{name} is no ISO 8601 time") from wrong
    if read.tzinfo is None:
        raise _Unreadable("event_time", f"{name} names no time zone")
    return read


def _offset(raw: Json) -> str:
    given = raw.get("eventTimeZoneOffset")
    return given if isinstance(given, str) and len(given) == 6 else "+00:00"


def _text(raw: Json, name: str) -> str | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, str):
        raise _Unreadable("type", f"{name} is a text")
    return value or None


def _place(raw: Json, name: str) -> str | None:
    value = raw.get(name)
    return _text(value, "id") if isinstance(value, Mapping) else None


def _amounts(raw: Json, instances: str, classes: str) -> tuple[Amount, ...]:
    found = [Amount(_id(each, instances), is_instance=True) for each in _list(raw, instances)]
    for each in _list(raw, classes):
        if not isinstance(each, Mapping):
            raise _Unreadable("type", f"{classes} has objects")
        found.append(_amount(each, classes))
    return tuple(found)


def _amount(raw: Json, name: str) -> Amount:
    quantity, code = raw.get("quantity"), raw.get("uom")
    if quantity is None:
        return Amount(_id(raw.get("epcClass"), name))
    if code is not None and code not in SYMBOLS:
        raise _Unreadable("unit", f"{name}: the unit {code} is none that can be converted")
    try:
        value = Decimal(str(quantity))
    except InvalidOperation as wrong:
        raise _Unreadable("quantity", f"{name}: a quantity is a number") from wrong
    if not value.is_finite() or value <= 0 or isinstance(quantity, bool):
        raise _Unreadable("quantity", f"{name}: a quantity is above zero")
    return Amount(_id(raw.get("epcClass"), name), value, SYMBOLS[code] if code else None)


def _id(value: object, name: str) -> str:
    if not isinstance(value, str) or ":" not in value:
        raise _Unreadable("identifier", f"{name}: an identifier is a URI")
    return value


def _list(raw: Json, name: str) -> Sequence[object]:
    value = raw.get(name, [])
    if not isinstance(value, list):
        raise _Unreadable("type", f"{name} is a list")
    return value


def _transactions(raw: Json) -> tuple[tuple[str, str], ...]:
    return tuple(
        (bare(str(each.get("type", ""))) or "", str(each.get("bizTransaction", "")))
        for each in _list(raw, "bizTransactionList")
        if isinstance(each, Mapping)
    )


def _party(raw: Json, kind: str) -> str | None:
    parties = [each for each in _list(raw, f"{kind}List") if isinstance(each, Mapping) and each.get(kind)]
    ranked = sorted(parties, key=lambda each: bare(str(each.get("type", ""))) != "owning_party")
    return str(ranked[0][kind]) if ranked else None


def _lot_data(raw: Json) -> dict[str, str]:
    value = raw.get("ilmd")
    return {str(name): str(each) for name, each in value.items()} if isinstance(value, Mapping) else {}


def _sensors(raw: Json) -> Iterator[Sensed]:
    """Summaries that can be read; a report of another form is left out, since the event stands without it."""
    for element in _list(raw, "sensorElementList"):
        if not isinstance(element, Mapping):
            continue
        about = element.get("sensorMetadata") or {}
        for report in element.get("sensorReport") or []:
            if isinstance(report, Mapping) and isinstance(about, Mapping) and (made := _sensed(about, report)):
                yield made


def _sensed(about: Json, report: Json) -> Sensed | None:
    value = report.get("value")
    low, mean, high = (report.get(name, value) for name in ("minValue", "meanValue", "maxValue"))
    numbers = [each for each in (low, mean, high) if each is not None]
    unit = SYMBOLS.get(str(report.get("uom", "C62")))
    if (
        not numbers
        or unit is None
        or any(isinstance(each, bool) or not isinstance(each, int | float) for each in numbers)
    ):
        return None
    times = [_time(about, name) if about.get(name) else None for name in ("startTime", "endTime")]
    name = report.get("makoto:metric") or bare_type(report.get("type"))
    device = about.get("deviceID")
    return Sensed(str(name), unit, low, mean, high, device if isinstance(device, str) else None, *times)
