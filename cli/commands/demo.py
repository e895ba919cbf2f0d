"""`makoto demo`: the story of the platform, told on the running system and timed step by step."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from cli.client import ApiClient, Refused
from cli.commands.telemetry import series_of
from cli.commands.tenants import onboard
from cli.output import console, guarded
from cli.plots import draw
from cli.session import Session
from cli.texts import text

READINGS = 10_000
CHART = Path("makoto-demo.png")


class StoryBroken(Exception):
    """A step did not show what it must show."""


@dataclass(slots=True)
class Story:
    """What one step hands to the next."""

    url: str
    admin: ApiClient
    tenant_id: str = ""
    member: ApiClient | None = None
    credentials: dict[str, Any] | None = None
    metric: str = ""
    first_at: str = ""


@guarded
def demo() -> None:
    """Run every step; a step that does not show what it must ends the story with exit code 1."""
    story = _begin()
    started = time.perf_counter()
    steps = (_onboard, _register, _publish, _query, _chart, _isolation, _forgery)
    for number, step in enumerate(steps, 1):
        with _timed(number, text(f"demo.{step.__name__.strip('_')}")):
            console.print("     " + step(story), highlight=False)
    console.print(text("demo.done", seconds=f"{time.perf_counter() - started:.1f}"), style="bold green")


@contextmanager
def _timed(number: int, title: str) -> Iterator[None]:
    console.print(f"[bold]{number}. {title}[/]")
    began = time.perf_counter()
    try:
        yield
    except StoryBroken as broken:
        console.print(f"     [red]{broken}[/]")
        raise typer.Exit(1) from broken
    console.print(f"     [dim]{time.perf_counter() - began:.2f} s[/]")


def _begin() -> Story:
    from local.demo import laptop

    found = laptop()
    if found is None:
        raise Refused(0, {"detail": text("error.no_laptop")})
    return Story(url=found.url, admin=_sign_in(found.url, found.administrator.username, found.administrator.password))


def _onboard(story: Story) -> str:
    from local.demo import first_password

    stamp = datetime.now(UTC).strftime("%m%d%H%M%S")  # noqa: TID251 - makes the demo tenant's name unique
    email = f"admin-{stamp}@demo.example"
    body = {
        "name": f"デモ工業 {stamp}",
        "organization": f"demo-{stamp}",
        "administrator": {"email": email, "name": "Demo"},
        "cloud": {"mode": "hosted"},
    }
    tenant = onboard(story.admin, body, f"demo-{stamp}")
    story.tenant_id = tenant["tenant_id"]
    story.member = _sign_in(story.url, email, first_password(email))
    return f"{tenant['tenant_id']}  {tenant['name']}  {tenant['status']}"


def _register(story: Story) -> str:
    assert story.member is not None
    place = {"site": "tokyo", "area": "machining", "line": "machining-1", "cell": "mc-1"}
    path = f"/api/v1/tenants/{story.tenant_id}/devices"
    answer = story.member.call("POST", path, json={"device_id": "edge-01", **place})
    story.credentials = answer["credentials"]
    return f"{answer['credentials']['client_id']}  {answer['credentials']['topic']}"


def _publish(story: Story) -> str:
    from local.simulator.bursts import burst
    from local.simulator.credentials import Credentials

    done = burst(Credentials.model_validate(story.credentials), READINGS)
    if done.stored_s is None:
        raise StoryBroken(text("demo.not_stored"))
    rate = done.readings / done.stored_s
    return text(
        "demo.published", readings=done.readings, kib=done.bytes // 1024, messages=done.messages, rate=f"{rate:,.0f}"
    )


def _query(story: Story) -> str:
    assert story.member is not None
    base = f"/api/v1/tenants/{story.tenant_id}/telemetry"
    latest = list(story.member.items(f"{base}/latest", 1000, device="edge-01"))
    numeric = [row for row in latest if isinstance(row["value"], float) and row["quality"] == 192]
    story.metric = numeric[0]["metric"]
    counted = 0
    for row in latest:
        counted += sum(each["count"] for each in _history(story, row["metric"], "count"))
    if counted != READINGS:
        raise StoryBroken(text("demo.lost", counted=counted, readings=READINGS))
    return text("demo.counted", counted=counted, metrics=len(latest))


def _chart(story: Story) -> str:
    rows = _history(story, story.metric, "mean")
    draw(series_of(rows, "mean"), str(CHART), title=f"{story.metric} (1 min mean)")
    draw(series_of(rows, "mean"), "-", title=story.metric)
    return str(CHART.absolute())


def _isolation(story: Story) -> str:
    from local.demo import laptop

    found = laptop()
    assert found is not None
    other = found.members[0]
    stranger = _sign_in(story.url, other.username, other.password)
    return _refusal(stranger, f"/api/v1/tenants/{story.tenant_id}/devices", 403)


def _forgery(story: Story) -> str:
    assert story.member is not None
    assert story.member.session is not None
    header, body, signature = story.member.session.access_token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | {"role": "platform_admin"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    session = story.member.session.model_copy(
        update={"access_token": f"{header}.{forged}.{signature}", "refresh_token": ""}
    )
    return _refusal(ApiClient(story.url, session), "/api/v1/admin/tenants", 401)


def _refusal(api: ApiClient, path: str, expected: int) -> str:
    try:
        api.call("GET", path)
    except Refused as refused:
        if refused.status == expected:
            return f"GET {path} → {refused.status} {refused.problem.get('title', '')}"
        raise StoryBroken(f"GET {path} → {refused.status}, not {expected}") from refused
    raise StoryBroken(f"GET {path} → 200, not {expected}")


def _history(story: Story, metric: str, aggregation: str) -> list[dict[str, Any]]:
    assert story.member is not None
    asked = {"device": "edge-01", "metric": metric, "from": _hours_ago(6), "to": _hours_ago(-0.1), "step": "1m"}
    path = f"/api/v1/tenants/{story.tenant_id}/telemetry/history"
    rows = list(story.member.items(path, 10_000, aggregation=aggregation, **asked))
    return rows if aggregation != "count" else [row for row in rows if row["count"]]


def _hours_ago(hours: float) -> str:
    return datetime.fromtimestamp(time.time() - hours * 3600, UTC).isoformat()


def _sign_in(url: str, username: str, password: str) -> ApiClient:
    api = ApiClient(url)
    answer = api.call("POST", "/api/v1/auth/login", json={"username": username, "password": password})
    tokens = {name: answer[name] for name in ("access_token", "refresh_token")}
    return ApiClient(url, Session(url=url, username=username, **tokens))
