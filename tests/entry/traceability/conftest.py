"""Two active tenants with materials on the memory cloud, and calls to the traceability doors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from functions.traceability import api, events
from makoto.domain.factory import Material
from makoto.events import Envelope, Event
from makoto.ports.documents import Datum
from makoto.ports.masters import current_key
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record

MATERIALS = (
    Material(id="steel", name="S45C bar", unit="kg"),
    Material(id="shaft", name="Shaft", unit="pcs", gtin="04512345678906"),
)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` is its JSON, or its text where it is none."""

    status: int
    body: Any
    headers: dict[str, list[str]]


Call = Callable[..., Answer]
Deliver = Callable[..., list[dict[str, str]]]


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
        documents = platform.open_tenant(tenant_id, None, "setup").documents
        for each in MATERIALS:
            data: dict[str, Datum] = {"content": each.model_dump_json(), "product": "", "revision": 1}
            documents.put(current_key(Material, each.id), data)


@pytest.fixture
def call() -> Call:
    """Call a route below the tenant's traceability as one of its members."""

    def send(method: str, path: str = "", *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/traceability{path}", **how)
        answer = api.handler(event, lambda_context())
        headers = answer["multiValueHeaders"]
        is_json = "json" in headers["Content-Type"][0]
        return Answer(answer["statusCode"], orjson.loads(answer["body"]) if is_json else answer["body"], headers)

    return send


@pytest.fixture
def deliver(platform: Platform) -> Deliver:
    """Deliver facts through the queue's handler; what goes back to the queue."""

    def send(*facts: tuple[Event, str]) -> list[dict[str, str]]:
        records = [_record(platform, fact, aggregate) for fact, aggregate in facts]
        answer: Any = events.handler({"Records": records}, lambda_context())
        failures: list[dict[str, str]] = answer["batchItemFailures"]
        return failures

    return send


def _record(platform: Platform, fact: Event, aggregate: str) -> dict[str, Any]:
    envelope = Envelope.around(
        fact,
        tenant_id=TENANT,
        aggregate=aggregate,
        version=1,
        occurred_at=platform.clock.now(),
        correlation_id="correlation-1",
    )
    body = {"detail-type": envelope.detail_type, "detail": envelope.model_dump(mode="json")}
    return {
        "messageId": f"message-{aggregate}",
        "receiptHandle": "handle",
        "body": orjson.dumps(body).decode(),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:000000000000:makoto-test-traceability-events",
        "awsRegion": "ap-northeast-1",
    }
