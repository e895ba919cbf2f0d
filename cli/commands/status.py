"""`makoto status`: health of every part with its figures."""

from typing import Any

import httpx
import typer

from cli.context import AsJson, Url, anonymous
from cli.output import console, guarded, show
from cli.texts import text


@guarded
def status(url: Url = "", as_json: AsJson = False) -> None:
    api = anonymous(url)
    try:
        live = httpx.get(f"{api.url}/health/live", timeout=5)
        ready = httpx.get(f"{api.url}/health/ready", timeout=10)
    except httpx.TransportError:
        console.print(text("error.no_server", url=api.url))
        raise typer.Exit(3) from None
    report: dict[str, Any] = ready.json()
    front = {
        "name": "api",
        "status": "ready" if live.is_success else "not_ready",
        "latency_ms": round(live.elapsed.total_seconds() * 1000, 1),
        "detail": api.url,
    }
    rows = [front, *report.get("parts", [])]
    show(rows, ("name", "status", "latency_ms", "detail"), as_json=as_json)
    raise typer.Exit(0 if ready.is_success and live.is_success else 1)
