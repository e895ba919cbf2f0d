"""A customer in a system test: its administrator at the API, and its machines on MQTT."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Event
from typing import Any, TypeVar

import httpx
import orjson
from awsiot import mqtt5_client_builder

from local.simulator import clock, payload
from local.simulator.credentials import Credentials
from local.simulator.link import Link

WITHIN_S = 30.0
PLACE = {"site": "osaka", "area": "stories", "line": "line-1", "cell": "cell-1"}
Json = dict[str, Any]  # a JSON object, read by its keys
_Seen = TypeVar("_Seen")


def eventually(look: Callable[[], _Seen], is_right: Callable[[_Seen], bool], within_s: float = WITHIN_S) -> _Seen:
    """Look again until it is right, and return what was seen; fail with the last sight."""
    deadline = time.monotonic() + within_s
    while not is_right(seen := look()):
        assert time.monotonic() < deadline, f"not within {within_s:g} s; last seen: {seen}"
        time.sleep(0.2)
    return seen


@dataclass(frozen=True)
class Company:
    """A tenant, as its administrator reaches it."""

    tenant_id: str
    client: httpx.Client
    administrator: str

    def url(self, *rest: str) -> str:
        return "/".join(("/api/v1/tenants", self.tenant_id, *rest))

    def register(self, device_id: str, **place: str) -> Credentials:
        """Register a device and return its credentials."""
        answer = self.client.post(self.url("devices"), json={"device_id": device_id, **PLACE, **place})
        assert answer.status_code == 201, answer.text
        return Credentials.model_validate(answer.json()["credentials"])

    def send(self, message: Json, **query: str) -> Json:
        """Send a message over HTTPS."""
        answer = self.client.post(self.url("telemetry"), json=message, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask(self, what: str, **query: str | int | Sequence[str]) -> list[Json]:
        """Every item of a question about telemetry, page by page."""
        items: list[Json] = []
        while True:
            answer = self.client.get(self.url("telemetry", what), params=query)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            query["cursor"] = page["next_cursor"]


@dataclass
class Machine:
    """A device of the test's own words on MQTT."""

    credentials: Credentials
    session: str = field(default_factory=clock.new_session)
    acknowledged: list[Json] = field(default_factory=list)
    ready: Event = field(default_factory=Event)
    changed: Condition = field(default_factory=Condition)

    def say(self, schema: str, seq: int, **fields: Any) -> Json:
        """A message of this device."""
        head = payload.Envelope(self.credentials.device_id, self.session, seq, clock.now_ms())
        return {**head.document(schema), **fields}

    def telemetry(self, seq: int, *series: Json) -> Json:
        return self.say("telemetry/1", seq, series=list(series))

    def publish(self, kind: str, message: Json | bytes) -> int:
        """Publish with QoS 1 and return the reason code of the broker's PUBACK."""
        body = message if isinstance(message, bytes) else orjson.dumps(message)
        return self.link.publish(kind, body).result(WITHIN_S)

    def wait_stored(self, seq: int) -> Json:
        """Wait for the acknowledgement that everything up to `seq` is stored."""
        with self.changed:
            assert self.changed.wait_for(lambda: self._last() >= seq, WITHIN_S), f"acknowledged: {self.acknowledged}"
            return self.acknowledged[-1]

    @contextmanager
    def connected(self) -> Iterator["Machine"]:
        will = payload.death(self.credentials.device_id, self.session, clock.now_ms())
        heard = {"on_ready": self.ready.set, "on_lost": self.ready.clear}
        self.link = Link(self.credentials, will, on_acknowledgement=self._heard, **heard)
        self.link.start()
        try:
            assert self.ready.wait(WITHIN_S), self.link.failure
            yield self
        finally:
            self.link.stop(WITHIN_S)

    def _last(self) -> int:
        return int(self.acknowledged[-1]["seq"]) if self.acknowledged else -1

    def _heard(self, body: bytes) -> None:
        with self.changed:
            self.acknowledged.append(orjson.loads(body))
            self.changed.notify_all()


def is_let_in(credentials: Credentials) -> bool:
    """Whether the broker accepts a connection: one attempt, answered with a CONNACK of either kind or a closed door."""
    outcome: Future[bool] = Future()

    def settle(*, is_connected: bool) -> None:
        if not outcome.done():
            outcome.set_result(is_connected)

    client = mqtt5_client_builder.mtls_from_bytes(
        endpoint=credentials.host,
        port=credentials.port,
        cert_bytes=credentials.certificate_pem.encode(),
        pri_key_bytes=credentials.private_key_pem.encode(),
        ca_bytes=credentials.ca_pem.encode(),
        client_id=credentials.client_id,
        on_lifecycle_connection_success=lambda _: settle(is_connected=True),
        on_lifecycle_connection_failure=lambda _: settle(is_connected=False),
    )
    client.start()
    try:
        return outcome.result(WITHIN_S)
    finally:
        client.stop()
