"""`makoto status`: health of every part with its figures."""

from typing import Any

import typer

from cli.client import ApiClient, Listing
from cli.context import AsJson, Url, anonymous
from cli.failures import Failed
from cli.output import guarded, note, show, show_json
from cli.texts import text

COLUMNS = ("name", "status", "is_needed", "latency_ms", "detail")
LIVE_WITHIN_S, READY_WITHIN_S = 5, 30


@guarded
def status(url: Url = "", as_json: AsJson = False) -> None:
    api = anonymous(url)
    parts = [_front(api), *_parts(api)]
    missing = [each["name"] for each in parts if each["status"] != "ready"]
    is_ready = not any(each["is_needed"] and each["status"] != "ready" for each in parts)
    if as_json:
        show_json({"url": api.url, "status": "ready" if is_ready else "not_ready", "parts": parts})
    else:
        show(Listing(parts), COLUMNS, as_json=False)
        said = text("say.not_ready", url=api.url, parts=", ".join(missing)) if missing else ""
        note(said or text("say.ready", url=api.url), style="yellow" if missing else "green")
    raise typer.Exit(0 if is_ready else 1)


def _front(api: ApiClient) -> dict[str, Any]:
    """The way in, as its own part: from this machine to the first function and back."""
    live = api.answer("GET", "/health/live", timeout_s=LIVE_WITHIN_S)
    return {
        "name": "api",
        "status": "ready" if live.is_success else "not_ready",
        "is_needed": True,
        "latency_ms": round(live.elapsed.total_seconds() * 1000, 1),
        "detail": api.url if live.is_success else f"HTTP {live.status_code}",
        "figures": {},
    }


def _parts(api: ApiClient) -> list[dict[str, Any]]:
    ready = api.answer("GET", "/health/ready", timeout_s=READY_WITHIN_S)
    try:
        parts: list[dict[str, Any]] = ready.json()["parts"]
    except (ValueError, KeyError, TypeError) as error:
        raise Failed(text("error.not_makoto", url=api.url)) from error
    return parts
