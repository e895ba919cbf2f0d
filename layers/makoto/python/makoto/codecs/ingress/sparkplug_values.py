"""Sparkplug B's metrics as readings: their value by data type, quality and clock."""

from collections.abc import Iterator
from typing import Any

from makoto.codecs.ingress.portion import Point, Portion, Scalar
from makoto.codecs.telemetry.columns import BAD, GOOD, STALE, UNCERTAIN
from makoto.codecs.telemetry.rules import EARLIEST_MS, MOST_AHEAD_MS

_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
"""Int8 to Int64 travel as unsigned numbers of their two's complement."""

MAX_SCALAR = 15
"""The data types up to this one (UUID) have one value; behind it come data sets, bytes, files, templates, arrays."""

_EXACT = 2**53


def points_of(name: str, kind: int, metric: Any, t: int, clock: str, pointer: str, portion: Portion) -> Iterator[Point]:
    quality = _quality(metric)
    if metric.is_null:
        yield Point(
            name, t, None, BAD if quality in (GOOD, UNCERTAIN) else quality, "Null", clock, metric.is_historical
        )
        return
    held = metric.WhichOneof("value")
    if held in (None, "bytes_value") or kind > MAX_SCALAR:
        portion.refuse(pointer, "datatype", f"values of data type {kind} are not kept", name)
        return
    value = _value(kind, held, getattr(metric, held))
    status = "" if quality == GOOD else "Quality"
    yield Point(name, t, value, quality, status, clock, metric.is_historical)


def _value(kind: int, held: str, raw: Any) -> Scalar:
    if held in ("boolean_value", "string_value"):
        return bool(raw) if held == "boolean_value" else str(raw)
    if bits := _SIGNED.get(kind):
        raw = raw - (1 << bits) if raw >= 1 << (bits - 1) and raw < 1 << bits else raw
        raw = raw - (1 << 32) if bits < 32 and held == "int_value" and raw >= 1 << 31 else raw
    if isinstance(raw, int) and abs(raw) > _EXACT:
        return str(raw)  # a double would not hold it exactly
    return float(raw)


def _quality(metric: Any) -> int:
    """The property `Quality`: 0 bad, 192 good, 500 stale; what lies below good is uncertain (OPC DA's 64 to 191)."""
    for key, value in zip(metric.properties.keys, metric.properties.values, strict=False):
        if key.lower() == "quality":
            said = int(value.int_value or value.long_value)
            return STALE if said == STALE else GOOD if said >= GOOD else UNCERTAIN if said >= UNCERTAIN else BAD
    return GOOD


def clock_of(metric: Any, payload: Any, received_at_ms: int) -> tuple[str, int]:
    if metric.HasField("timestamp"):
        return "source", int(metric.timestamp)
    return ("edge", int(payload.timestamp)) if payload.HasField("timestamp") else ("server", received_at_ms)


def time_of(payload: Any, received_at_ms: int) -> int:
    """When a message says that it was sent; the server's time where it says nothing that can be."""
    said = int(payload.timestamp) if payload.HasField("timestamp") else received_at_ms
    return said if EARLIEST_MS <= said <= received_at_ms + MOST_AHEAD_MS else received_at_ms
