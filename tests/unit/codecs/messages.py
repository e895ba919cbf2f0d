"""Device messages for tests, showing only what matters to each."""

import json
from typing import Any

NOW_MS = 1767225600000
DEVICE = "edge-07"
SESSION = "01KDVQ6ZK0ABCDEFGHJKMNPQRS"


def series(metric: str = "spindle/speed", **changes: Any) -> dict[str, Any]:
    """Three good readings of one metric."""
    return {"m": metric, "t": [NOW_MS - 300, NOW_MS - 200, NOW_MS - 100], "v": [1480.5, 1481.0, 1480.5]} | changes


def telemetry(*parts: Any, **changes: Any) -> dict[str, Any]:
    """A telemetry message of these series."""
    head = {"schema": "telemetry/1", "edge": DEVICE, "session": SESSION, "seq": 0, "sent_at": NOW_MS}
    return {**head, "series": list(parts) or [series()]} | changes


def birth(**changes: Any) -> dict[str, Any]:
    metric = {"m": "spindle/speed", "type": "Double", "unit": "1/min", "min": 0, "max": 8000.0, "deadband": 1.5}
    return _companion("birth/1", metrics=[metric]) | changes


def death(**changes: Any) -> dict[str, Any]:
    return {"schema": "death/1", "edge": DEVICE, "session": SESSION, "sent_at": NOW_MS} | changes


def state(**changes: Any) -> dict[str, Any]:
    return _companion("state/1", packml=6, mode=1, reason=None, order="MO-1", t=NOW_MS) | changes


def counters(**changes: Any) -> dict[str, Any]:
    return _companion("counters/1", t=NOW_MS, counters={"good": 120, "scrap": 3}) | changes


def alarm(**changes: Any) -> dict[str, Any]:
    text = {"en": "Coolant low", "ja": "クーラント不足"}
    return _companion("alarm/1", t=NOW_MS, id="coolant-low", severity=3, active=True, text=text) | changes


def body(document: Any) -> bytes:
    """Write as a sloppy sender would: NaN as a bare word, text as UTF-8."""
    return json.dumps(document, ensure_ascii=False).encode()


def _companion(schema: str, **fields: Any) -> dict[str, Any]:
    return {"schema": schema, "edge": DEVICE, "session": SESSION, "seq": 0, "sent_at": NOW_MS, **fields}
