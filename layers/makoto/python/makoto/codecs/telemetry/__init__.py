"""Device messages (`factory-domain.md` section 10): bytes in, validated columns and values out, broken points named."""

from makoto.codecs.telemetry.columns import BAD, GOOD, STALE, UNCERTAIN, Columns
from makoto.codecs.telemetry.companions import Alarm, Birth, Counters, Death, MachineState, MetricDefinition
from makoto.codecs.telemetry.decoder import Content, Decoded, Decoder, Identity, edge_of
from makoto.codecs.telemetry.kinds import Kind
from makoto.codecs.telemetry.message import DeviceMessage
from makoto.codecs.telemetry.rules import MAX_MESSAGE_BYTES, Fault

__all__ = [
    "BAD",
    "GOOD",
    "MAX_MESSAGE_BYTES",
    "STALE",
    "UNCERTAIN",
    "Alarm",
    "Birth",
    "Columns",
    "Content",
    "Counters",
    "Death",
    "Decoded",
    "Decoder",
    "DeviceMessage",
    "Fault",
    "Identity",
    "Kind",
    "MachineState",
    "MetricDefinition",
    "edge_of",
]
