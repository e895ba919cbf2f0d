"""Telemetry's routes with recorded answers: for what the command line makes of them, and for breaks on purpose."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from makoto.errors import Invalid
from makoto.runtime.http import HttpApi, permit, public

TELEMETRY = "/api/v1/tenants/<tenant_id>/telemetry"
LATEST = [
    {"device": "edge-07", "metric": "主軸温度", "value": 61.25, "quality": 192, "time": "2026-11-20T03:00:00.500000Z"},
    {
        "device": "edge-07",
        "metric": "state",
        "value": "[red]run",
        "quality": 64,
        "status": "T",
        "time": "2026-11-20T03:00:00Z",
    },
]
QUARANTINE = [
    {
        "received_at": "2026-11-20T03:00:00Z",
        "reason": "point",
        "pointer": "/metrics/0/t",
        "rule": "future",
        "detail": "2 h ahead",
        "excerpt": '{"t":\x1b[2J}',
    }
]


@dataclass
class Recorded:
    """What was asked, and how the routes are to answer."""

    url: str = ""
    history: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    file: bytes = b"time,value\n"
    signed_headers: list[dict[str, str]] = field(default_factory=list)
    signed_status: int = 200
    received: bytes = b""
    started: list[dict[str, Any]] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    lines_at_once: int | None = None


def recorded_api(recorded: Recorded) -> HttpApi:
    """The routes over one record."""
    api = HttpApi("telemetry")

    def page(items: list[dict[str, Any]]) -> dict[str, Any]:
        query = api.current_event.raw_event["multiValueQueryStringParameters"]
        recorded.asked.append(query)
        start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        end = start + limit
        return {"items": items[start:end], "next_cursor": str(end) if end < len(items) else None}

    @api.get(f"{TELEMETRY}/latest", middlewares=[permit("telemetry:read")])
    def latest(tenant_id: str) -> dict[str, Any]:
        return page(LATEST)

    @api.get(f"{TELEMETRY}/history", middlewares=[permit("telemetry:read")])
    def history(tenant_id: str) -> dict[str, Any]:
        return page(recorded.history)

    @api.get(f"{TELEMETRY}/quarantine", middlewares=[permit("telemetry:read")])
    def quarantine(tenant_id: str) -> dict[str, Any]:
        return page(QUARANTINE)

    @api.get(f"{TELEMETRY}/export", middlewares=[permit("telemetry:export")])
    def export(tenant_id: str) -> dict[str, Any]:
        recorded.asked.append(api.current_event.raw_event["multiValueQueryStringParameters"])
        return {"url": f"{recorded.url}/signed?key=1", "expires_at": "2026-11-20T04:00:00Z", "rows": 7, "bytes": 11}

    @api.get("/signed", middlewares=[public()])
    def signed() -> Response[str]:
        recorded.signed_headers.append(api.current_event.raw_event["headers"])
        return Response(recorded.signed_status, content_type="text/csv", body=recorded.file.decode())

    @api.post(f"{TELEMETRY}/imports", middlewares=[permit("telemetry:import")])
    def start(tenant_id: str) -> tuple[dict[str, Any], int]:
        recorded.started.append(api.current_event.json_body)
        return {"import_id": "import-1", "next_offset": len(recorded.received)}, HTTPStatus.CREATED

    @api.put(f"{TELEMETRY}/imports/<import_id>/parts", middlewares=[permit("telemetry:import")])
    def part(tenant_id: str, import_id: str) -> dict[str, Any]:
        offset = int(api.current_event.raw_event["queryStringParameters"]["offset"])
        if offset != len(recorded.received):
            raise Invalid(f"the next part begins at {len(recorded.received)}")
        first = recorded.received.count(b"\n") + 1
        body = b"".join(
            (api.current_event.decoded_body or "").encode().splitlines(keepends=True)[: recorded.lines_at_once]
        )
        recorded.parts.append(offset)
        recorded.received += body
        lines = body.decode().splitlines()
        bad = [first + place for place, line in enumerate(lines) if "bad" in line]
        return {
            "next_offset": len(recorded.received),
            "accepted": len(lines) - len(bad),
            "rejected": [{"line": line, "reason": "value: not a number"} for line in bad],
        }

    return api
