"""`makoto demo`: the story of the platform, told on the running system and timed step by step."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cli.client import ApiClient
from cli.commands.onboarding import ADMIN, onboard
from cli.commands.telemetry import HISTORY_PAGE
from cli.context import path_of
from cli.failures import Failed, Refused, Unreachable
from cli.output import guarded, tell
from cli.plots import draw, series_of
from cli.session import Session
from cli.texts import text
from cli.times import now

READINGS = 10_000
DEVICE = "edge-01"
PLACE = {"site": "tokyo", "area": "machining", "line": "machining-1", "cell": "mc-1"}
CHART = Path("makoto-demo.png")
ZONE = ZoneInfo("Asia/Tokyo")
GOOD, STALE = 192, 500  # quality as in Sparkplug
MOST_ROWS = 10_000


class StoryBroken(Failed):
    """A step did not show what it must show."""


@dataclass(slots=True)
class Story:
    """What one step hands to the next; `member` is the new tenant's administrator."""

    url: str
    admin: ApiClient
    member: ApiClient
    tenant_id: str = ""
    credentials: dict[str, Any] | None = None
    metric: str = ""

    def path(self, *rest: str) -> str:
        return path_of("/api/v1/tenants", self.tenant_id, *rest)


@guarded
def demo() -> None:
    """Run every step; a step that does not show what it must ends the story with exit code 1."""
    story = _begin()
    started = time.perf_counter()
    steps = (_onboard, _register, _publish, _query, _chart, _isolation, _forgery)
    for number, step in enumerate(steps, 1):
        with timed(number, text(f"demo.{step.__name__.strip('_')}")):
            tell("     " + step(story))
    tell(text("demo.done", seconds=f"{time.perf_counter() - started:.1f}"), style="bold green")


@contextmanager
def timed(number: int, title: str) -> Iterator[None]:
    tell(f"{number}. {title}", style="bold")
    began = time.perf_counter()
    try:
        yield
    except Failed:
        tell("     " + text("demo.broken", number=number), style="red")
        raise
    tell(f"     {time.perf_counter() - began:.2f} s", style="dim")


def _begin() -> Story:
    from local.demo import laptop

    found = laptop()
    if found is None:
        raise Unreachable(text("error.no_laptop"))
    admin = sign_in(found.url, found.administrator.username, found.administrator.password)
    return Story(url=found.url, admin=admin, member=ApiClient(found.url))


def _onboard(story: Story) -> str:
    from local.demo import first_password

    stamp = now().strftime("%m%d%H%M%S%f")[:-3]
    email = f"admin-{stamp}@demo.example"
    body = {
        "name": f"デモ工業 {stamp}",
        "organization": f"demo-{stamp}",
        "administrator": {"email": email, "name": "Demo"},
        "cloud": {"mode": "hosted"},
        "time_zone": str(ZONE),
    }
    tenant = onboard(story.admin, body, f"demo-{stamp}")
    story.tenant_id = tenant["tenant_id"]
    story.member = sign_in(story.url, email, first_password(email))
    return f"{tenant['tenant_id']}  {tenant['name']}  {tenant['status']}"


def _register(story: Story) -> str:
    answer = story.member.call("POST", story.path("devices"), json={"device_id": DEVICE, **PLACE})
    story.credentials = answer["credentials"]
    return f"{answer['credentials']['client_id']}  {answer['credentials']['topic']}"


def _publish(story: Story) -> str:
    from local.simulator.bursts import NotConnected, burst
    from local.simulator.credentials import Credentials

    try:
        done = burst(Credentials.model_validate(story.credentials), READINGS)
    except NotConnected as error:
        raise StoryBroken(str(error)) from error
    if done.stored_s is None:
        raise StoryBroken(text("demo.not_stored"))
    rate = f"{done.readings / done.stored_s:,.0f}"
    kib = done.bytes // 1024
    return text("demo.published", readings=f"{done.readings:,}", kib=kib, messages=done.messages, rate=rate)


def _query(story: Story) -> str:
    latest = story.member.listing(story.path("telemetry", "latest"), MOST_ROWS, {"device": DEVICE}).items
    drawable = [row["metric"] for row in latest if _is_drawable(row)]
    if not drawable:
        raise StoryBroken(text("demo.no_number"))
    story.metric = next((metric for metric in drawable if metric.endswith("/temp")), drawable[0])
    counted = sum(row["count"] or 0 for each in latest for row in _history(story, each["metric"], "count"))
    if counted != READINGS:
        raise StoryBroken(text("demo.lost", counted=counted, readings=READINGS))
    return text("demo.counted", counted=f"{counted:,.0f}", metrics=len(latest))


def _chart(story: Story) -> str:
    lines = series_of(_without_ends(_history(story, story.metric, "mean")), ["mean"])
    for target in (str(CHART), "-"):
        draw(lines, target, title=f"{story.metric}  1m mean", zone=ZONE)
    return str(CHART.absolute())


def _isolation(story: Story) -> str:
    from local.demo import laptop

    found = laptop()
    if found is None:
        raise Unreachable(text("error.no_laptop"))
    other = found.members[0]
    return _refusal(sign_in(story.url, other.username, other.password), story.path("devices"), 403)


def _forgery(story: Story) -> str:
    """The member's own token, its role raised without the signing key."""
    session = story.member.session
    assert session is not None
    header, _, signature = session.access_token.split(".")
    claims = json.dumps(session.claims | {"role": "platform_admin"}).encode()
    forged = f"{header}.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.{signature}"
    forger = ApiClient(story.url, replace(session, access_token=forged, refresh_token=signature))
    return _refusal(forger, ADMIN, 401)


def _refusal(api: ApiClient, path: str, expected: int) -> str:
    status = 200
    try:
        api.call("GET", path)
    except Refused as refused:
        status = refused.status
        if status == expected:
            return f"GET {path} → {status} {refused.problem.get('title', '')}"
    raise StoryBroken(text("demo.not_refused", method="GET", path=path, status=status, expected=expected))


def _is_drawable(row: dict[str, Any]) -> bool:
    """A good number, or one that was good until the device took its leave."""
    return isinstance(row["value"], float) and row["quality"] in (GOOD, STALE)


def _without_ends(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The span that was measured; gaps inside it stay."""
    known = [place for place, row in enumerate(rows) if row["mean"] is not None]
    return rows[known[0] : known[-1] + 1]


def _history(story: Story, metric: str, aggregation: str) -> list[dict[str, Any]]:
    """Every reading there can be: a burst ends now and begins 10,000 s ago at most."""
    began, ends = (now() + timedelta(hours=hours) for hours in (-6, 1))
    span = {"from": began.isoformat(), "to": ends.isoformat(), "step": "1m"}
    asked = span | {"device": DEVICE, "metric": metric, "aggregation": aggregation}
    return story.member.listing(story.path("telemetry", "history"), MOST_ROWS, asked, page=HISTORY_PAGE).items


def sign_in(url: str, username: str, password: str) -> ApiClient:
    answer = ApiClient(url).call("POST", "/api/v1/auth/login", json={"username": username, "password": password})
    if "access_token" not in answer:
        raise StoryBroken(f"{username}: {answer['challenge']}")
    return ApiClient(url, Session(url, username, answer["access_token"], answer["refresh_token"]))
