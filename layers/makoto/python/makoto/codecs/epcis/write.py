"""Events as an EPCIS 2.0 document, in the JSON-LD form that the published schema describes."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from makoto.codecs.epcis.event import Amount, EpcisEvent, Sensed
from makoto.codecs.epcis.vocabulary import CODES, measurement_of

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EXTENSION = {"makoto": "urn:makoto:epcis:"}

Json = dict[str, Any]  # what JSON is


def document_of(events: Iterable[EpcisEvent], created_at: datetime) -> Json:
    """A whole document of events."""
    return {
        "@context": [CONTEXT, EXTENSION],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(created_at),
        "epcisBody": {"eventList": [event_json(each) for each in events]},
    }


def event_json(event: EpcisEvent) -> Json:
    """One event; what is not said is left out."""
    transformation = event.type == "TransformationEvent"
    said = {
        "type": event.type,
        "eventID": event.event_id,
        "eventTime": _time(event.time),
        "eventTimeZoneOffset": event.offset,
        "recordTime": event.record_time and _time(event.record_time),
        "errorDeclaration": event.error_at and {"declarationTime": _time(event.error_at), "reason": "did_not_occur"},
        "action": event.action,
        **(_transformed(event) if transformation else _things(event)),
        "bizStep": event.step,
        "disposition": event.disposition,
        "readPoint": event.read_point and {"id": event.read_point},
        "bizLocation": event.location and {"id": event.location},
        "bizTransactionList": [{"type": kind, "bizTransaction": name} for kind, name in event.transactions],
        "sourceList": _party("source", event.source),
        "destinationList": _party("destination", event.destination),
        "ilmd": event.lot_data,
        "sensorElementList": [_sensor(each) for each in event.sensors],
    }
    return {name: value for name, value in said.items() if value or value == 0}


def _things(event: EpcisEvent) -> Json:
    if event.type == "AggregationEvent":
        return {
            "parentID": event.parent,
            "childEPCs": _instances(event.things),
            "childQuantityList": _classes(event.things),
        }
    return {"epcList": _instances(event.things), "quantityList": _classes(event.things)}


def _transformed(event: EpcisEvent) -> Json:
    return {
        "inputEPCList": _instances(event.inputs),
        "inputQuantityList": _classes(event.inputs),
        "outputEPCList": _instances(event.outputs),
        "outputQuantityList": _classes(event.outputs),
        "transformationID": event.transformation,
    }


def _instances(amounts: Sequence[Amount]) -> list[str]:
    return list(dict.fromkeys(each.id for each in amounts if each.is_instance))


def _classes(amounts: Sequence[Amount]) -> list[Json]:
    return [_quantity(each) for each in amounts if not each.is_instance]


def _quantity(amount: Amount) -> Json:
    said: Json = {"epcClass": amount.id}
    if amount.quantity is not None:
        whole = amount.quantity == amount.quantity.to_integral_value()
        said["quantity"] = int(amount.quantity) if whole else float(amount.quantity)
        if amount.unit is not None:
            said["uom"] = CODES[amount.unit]
    return said


def _sensor(sensed: Sensed) -> Json:
    about = {
        "deviceID": sensed.device,
        "startTime": sensed.start and _time(sensed.start),
        "endTime": sensed.end and _time(sensed.end),
    }
    report = {
        "type": measurement_of(sensed.unit),
        "minValue": sensed.minimum,
        "meanValue": sensed.mean,
        "maxValue": sensed.maximum,
        "uom": CODES[sensed.unit],
        "makoto:metric": sensed.metric,
    }
    said = {
        "sensorMetadata": {name: value for name, value in about.items() if value},
        "sensorReport": [{name: value for name, value in report.items() if value is not None}],
    }
    return {name: value for name, value in said.items() if value}


def _party(kind: str, party: str | None) -> list[Json]:
    return [{"type": "owning_party", kind: party}] if party else []


def _time(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
