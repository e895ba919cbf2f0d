"""Two active tenants on the memory cloud, calls to the quality handler, and the bus that carries its facts back."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from functions.quality import api, events
from makoto.domain.factory import Characteristic
from makoto.events import Envelope, Event
from makoto.events.traceability import LotsTraced
from makoto.ports.masters import current_key
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record

BEGAN = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
BORE = {
    "id": "bore",
    "name": "内径",
    "product": "housing",
    "unit": "mm",
    "nominal": "20",
    "lower": "19.9",
    "upper": "20.1",
}
FINISH = {"id": "finish", "name": "Finish", "product": "housing"}
LENGTH = {"id": "length", "name": "Length", "product": "housing", "unit": "mm", "lower": "49", "upper": "51"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any

    @property
    def pointers(self) -> set[str]:
        return {each["pointer"] for each in self.body.get("errors", [])}


Call = Callable[..., Answer]
Relay = Callable[..., list[Envelope]]


def at(minutes: float) -> str:
    """An instant so many minutes after the story began."""
    return (BEGAN + timedelta(minutes=minutes)).isoformat()


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
        documents = platform.open_tenant(tenant_id, None, "test").documents
        for each in (BORE, FINISH, LENGTH):
            made = Characteristic.model_validate(each)
            content: dict[str, Any] = {"content": made.model_dump_json(), "product": made.product or "", "revision": 1}
            documents.put(current_key(Characteristic, made.id), content)


@pytest.fixture
def call() -> Call:
    """Call a route below the tenant's quality as a member of `home`."""

    def send(method: str, path: str = "", *, of: str = TENANT, home: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{of}/quality{path}", tenant_id=home, **how)
        answer = api.handler(event, lambda_context())
        if answer.get("isBase64Encoded"):
            return Answer(answer["statusCode"], b64decode(answer["body"]))
        if answer["multiValueHeaders"]["Content-Type"] == ["image/svg+xml"]:
            return Answer(answer["statusCode"], answer["body"])
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture
def waiting(platform: Platform) -> Callable[[], list[Envelope]]:
    """Take what waits in the outbox."""

    def take() -> list[Envelope]:
        documents = platform.open_tenant(TENANT, None, "test").documents.system()
        pending = [each for each in documents.walk(limit=1000).items if each.key.id.startswith(PENDING)]
        for each in pending:
            documents.delete(each.key)
        found = [Envelope.model_validate_json(str(each.data["envelope"])) for each in pending]
        return sorted(found, key=lambda one: (one.aggregate, one.version))

    return take


@pytest.fixture
def relay(waiting: Callable[[], list[Envelope]]) -> Relay:
    """Publish what waits in the outbox and let quality react, until nothing waits; `times` delivers each so often."""

    def carry(*, times: int = 1) -> list[Envelope]:
        told: list[Envelope] = []
        while envelopes := waiting():
            for envelope in envelopes:
                told.append(envelope)
                for _ in range(times):
                    assert deliver(envelope) == []
        return told

    return carry


def deliver(envelope: Envelope) -> list[dict[str, str]]:
    """Deliver one envelope; return what goes back to the queue."""
    body = {"detail-type": envelope.detail_type, "detail": envelope.model_dump(mode="json")}
    record = {
        "messageId": envelope.id,
        "receiptHandle": "h",
        "body": orjson.dumps(body).decode(),
        "eventSource": "aws:sqs",
    }
    answer: Any = events.handler({"Records": [record]}, lambda_context())
    failures: list[dict[str, str]] = answer["batchItemFailures"]
    return failures


def traced(nc_id: str, held: tuple[str, ...], beyond: tuple[str, ...] = (), version: int = 1) -> Envelope:
    """What traceability answers."""
    return around(
        LotsTraced.model_validate({"tenant_id": TENANT, "nc_id": nc_id, "held": held, "beyond": beyond}), version
    )


def around(event: Event, version: int = 1) -> Envelope:
    """An envelope about a fact of another domain."""
    return Envelope.around(
        event, tenant_id=TENANT, aggregate="test", version=version, occurred_at=BEGAN, correlation_id="test"
    )


def facts(told: list[Envelope], name: str) -> list[dict[str, Any]]:
    """The data of the facts of one name."""
    return [each.data for each in told if each.detail_type.startswith(name)]


CHART = {
    "chart_id": "bore-line-1",
    "title": "内径 1号ライン",
    "kind": "xbar_r",
    "characteristics": ["bore"],
    "subgroup_size": 5,
    "equipment": "nagoya/machining/line-1/mc-01",
}
SPREADS = (
    (-0.02, -0.01, 0.0, 0.01, 0.02),
    (-0.03, 0.0, 0.01, 0.02, 0.01),
    (0.02, -0.02, 0.01, -0.03, 0.0),
    (0.01, 0.03, -0.01, -0.02, 0.0),
)


def subgroup(number: int, *, mean: float = 20.0, **more: Any) -> dict[str, Any]:
    """A subgroup of a quiet process, ten minutes after the one before."""
    values = [round(mean + each, 3) for each in SPREADS[number % len(SPREADS)]]
    return {"point_id": f"p{number:03d}", "at": at(10 * number), "values": values, **more}


WAVE = (0.0, 0.008, -0.009, 0.004, -0.006, 0.011, -0.003)


def noisy(number: int, *, off: float = 0.0) -> dict[str, Any]:
    """A subgroup whose mean moves as much as its values do, so that no rule finds it too quiet."""
    return subgroup(number, mean=20.0 + WAVE[number % len(WAVE)] + off)


@pytest.fixture
def charted(call: Call) -> Call:
    """A chart with twenty quiet subgroups and limits frozen from them."""
    assert call("POST", "/charts", body=CHART).status == 201
    quiet = call("POST", "/charts/bore-line-1/points", body={"points": [subgroup(each) for each in range(20)]})
    assert quiet.body["recorded"] == 20
    frozen = call("POST", "/charts/bore-line-1/limits", body={"end": at(200), "effective_from": at(200)})
    assert frozen.status == 201, frozen.body
    return call
