"""Plain JSON, `{"metric": value, …}` with an optional `t` in ms: the simplest a device can send."""

from typing import Any

from makoto.codecs.telemetry.columns import Columns, joined
from makoto.codecs.telemetry.exact import escaped, read_series
from makoto.codecs.telemetry.rules import MOST_AHEAD_MS, Fault

TIME = "t"


def read_plain(document: dict[str, Any], received_at_ms: int) -> tuple[Columns | None, list[Fault]]:
    """Read one value a metric, all at `t` or at the time of arrival."""
    at = document.get(TIME, received_at_ms)
    parts, faults = list[Columns](), list[Fault]()
    for name, value in document.items():
        if name == TIME:
            continue
        part, broken = read_series({"m": name, "t": [at], "v": [value]}, "", received_at_ms + MOST_AHEAD_MS)
        parts += [part] if part is not None else []
        faults += [_renamed(fault, name) for fault in broken]
    return joined(parts) if parts else None, faults or ([] if parts else [Fault("", "empty", "no metric in it")])


def _renamed(fault: Fault, name: str) -> Fault:
    pointer = f"/{TIME}" if fault.pointer.startswith("/t/") else f"/{escaped(name)}"
    return Fault(pointer, fault.rule, fault.detail, fault.excerpt)
