"""EPCIS 2.0 (GS1, ISO/IEC 19987:2024) in JSON-LD: events out and in, identifiers, vocabulary. Pure."""

from makoto.codecs.epcis.event import Amount, EpcisEvent, EventType, Sensed
from makoto.codecs.epcis.identity import (
    Identified,
    InvalidGtin,
    class_id,
    identified,
    instance_id,
    is_gtin,
    private_id,
)
from makoto.codecs.epcis.read import RefusedEvent, read_events
from makoto.codecs.epcis.write import document_of

__all__ = [
    "Amount",
    "EpcisEvent",
    "EventType",
    "Identified",
    "InvalidGtin",
    "RefusedEvent",
    "Sensed",
    "class_id",
    "document_of",
    "identified",
    "instance_id",
    "is_gtin",
    "private_id",
    "read_events",
]
