"""`makoto demo-move`: a working tenant is carried to stores of its own, to Azure and back to AWS, and counted."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from cli.client import ApiClient
from cli.commands.demo import MOST_ROWS, StoryBroken, sign_in, timed
from cli.commands.moving import followed, moves_path
from cli.commands.telemetry import HISTORY_PAGE
from cli.context import path_of
from cli.failures import Failed, Refused, Unreachable
from cli.output import guarded, tell
from cli.texts import text
from cli.times import now

ROUND = ("custom", "azure", "aws")
DEVICE, METRIC = "move-probe", "pulse/count"
PLACE = {"site": "nagoya", "area": "machining", "line": "machining-1", "cell": "probe"}
READINGS_A_POST = 10
EVERY_S = 1.0
PASSING = frozenset({429, 503})


@dataclass
class Pulse:
    """Sends a few readings a second in a thread of its own, each until it is stored, while the tenant moves."""

    api: ApiClient
    path: str
    session: str = field(default_factory=lambda: f"demo-{now():%Y%m%d%H%M%S}")
    sent: int = 0
    waited: int = 0
    longest_wait_s: float = 0.0
    failure: Failed | None = None
    _ending: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def beating(self) -> Iterator["Pulse"]:
        """Beat for as long as the block lasts; Failed where a reading was refused for good."""
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ending.set()
            thread.join(120)
        if self.failure is not None:
            raise self.failure

    def _beat(self) -> None:
        try:
            for seq in count():
                if self._ending.is_set():
                    return
                self._store(self._message(seq))
                self.sent += READINGS_A_POST
                self._ending.wait(EVERY_S)
        except Failed as failure:
            self.failure = failure

    def _message(self, seq: int) -> dict[str, Any]:
        sent_at = round(now().timestamp() * 1000)
        times = [sent_at - READINGS_A_POST + place for place in range(READINGS_A_POST)]
        series = [{"m": METRIC, "t": times, "v": [float(seq)] * READINGS_A_POST}]
        return {
            "schema": "telemetry/1",
            "edge": DEVICE,
            "session": self.session,
            "seq": seq,
            "sent_at": sent_at,
            "series": series,
        }

    def _store(self, message: dict[str, Any]) -> None:
        """Send the same message until it is taken, as a device does; what came twice counts once."""
        began = time.monotonic()
        while True:
            try:
                self.api.call("POST", self.path, json=message)
            except Refused as refused:
                if refused.status not in PASSING:
                    raise
                self.waited += 1
                time.sleep(EVERY_S)
            except Unreachable:
                time.sleep(EVERY_S)
            else:
                self.longest_wait_s = max(self.longest_wait_s, time.monotonic() - began)
                return


@guarded
def demo_move() -> None:
    """Move the first demo tenant round all its clouds; two sides that differ end the story with exit code 1."""
    from local.demo import laptop

    found = laptop()
    if found is None:
        raise Unreachable(text("error.no_laptop"))
    login = found.members[0]
    platform = sign_in(found.url, found.administrator.username, found.administrator.password)
    member = sign_in(found.url, login.username, login.password)
    began = now()
    _register(member, login.tenant_id)
    with Pulse(member, path_of("/api/v1/tenants", login.tenant_id, "telemetry")).beating() as pulse:
        for number, kind in enumerate(ROUND, 1):
            with timed(number, text("demo.move_to", name=login.name, cloud=text(f"demo.{kind}"))):
                _carry(platform, login.tenant_id, kind)
    with timed(len(ROUND) + 1, text("demo.count_pulse")):
        tell("     " + _counted(member, login.tenant_id, pulse, began))


def _register(member: ApiClient, tenant_id: str) -> None:
    devices = path_of("/api/v1/tenants", tenant_id, "devices")
    try:
        member.call("POST", devices, json={"device_id": DEVICE, **PLACE})
    except Refused as refused:
        if refused.status != 409:
            raise


def _carry(platform: ApiClient, tenant_id: str, kind: str) -> None:
    from local.demo import place

    body = {"cloud": place(tenant_id, kind), "grace_hours": 0, "remove_source": True}
    headers = {"Idempotency-Key": f"demo-move-{kind}-{now():%Y%m%d%H%M%S}"}
    begun = platform.call("POST", moves_path(tenant_id), json=body, headers=headers)
    switched = followed(platform, begun)
    platform.call("POST", moves_path(tenant_id, switched["move_id"], "finish"))
    done = followed(platform, switched, to_the_end=True)
    source, target = done["source_held"], done["target_held"]
    tell("     " + text("demo.moved", **{name: target[name] for name in ("documents", "objects", "bytes", "secrets")}))
    tell(f"     {source['checksum']}  {done['source']['provider']}")
    tell(f"     {target['checksum']}  {done['target']['provider']}")
    tell("     " + text("demo.paused", seconds=f"{done['paused_s']:.1f}", stated=done["pause_s"]))
    if not done["is_equal"]:
        raise StoryBroken(text("demo.unequal"))


def _counted(member: ApiClient, tenant_id: str, pulse: Pulse, began: datetime) -> str:
    """Count what came of all that was sent: not one lost, not one twice."""
    span = {"from": began.isoformat(), "to": now().isoformat(), "step": "1m", "aggregation": "count"}
    asked = span | {"device": DEVICE, "metric": METRIC}
    history = path_of("/api/v1/tenants", tenant_id, "telemetry", "history")
    rows = member.listing(history, MOST_ROWS, asked, page=HISTORY_PAGE).items
    counted = sum(row["count"] or 0 for row in rows)
    if counted != pulse.sent:
        raise StoryBroken(text("demo.lost", counted=counted, readings=pulse.sent))
    return text("demo.pulse", counted=counted, waited=pulse.waited, seconds=f"{pulse.longest_wait_s:.1f}")
