"""A tenant with a line on the memory cloud, calls to the performance handler and deliveries to its queue."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson
import pytest

from functions.performance import api, events
from makoto.events import Envelope, Event
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, api_event, lambda_context, tenant_record
from tests.unit.performance.factory import MASTERS, give


@dataclass(frozen=True)
class Answer:
    """An HTTP answer with its JSON read."""

    status: int
    body: Any

    @property
    def pointers(self) -> set[str]:
        return {each["pointer"] for each in self.body.get("errors", [])}


Call = Callable[..., Answer]
Deliver = Callable[..., list[dict[str, str]]]


@pytest.fixture(autouse=True)
def plant(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
    give(platform.open_tenant(TENANT, None, "correlation-1").documents, MASTERS)


@pytest.fixture
def call() -> Call:
    """Call a route below the tenant's performance as one of its members."""

    def send(method: str, path: str, *, tenant_id: str = TENANT, **how: Any) -> Answer:
        event = api_event(method, f"/api/v1/tenants/{tenant_id}/performance{path}", **how)
        answer = api.handler(event, lambda_context())
        return Answer(answer["statusCode"], orjson.loads(answer["body"]))

    return send


@pytest.fixture
def deliver(platform: Platform) -> Deliver:
    """Deliver facts in one batch; return what goes back to the queue."""
    versions = count(1)

    def send(*facts: Event, version: int | None = None) -> list[dict[str, str]]:
        records = [_record(platform, fact, version or next(versions)) for fact in facts]
        answer: Any = events.handler({"Records": records}, lambda_context())
        failures: list[dict[str, str]] = answer["batchItemFailures"]
        return failures

    return send


def _record(platform: Platform, fact: Event, version: int) -> dict[str, Any]:
    envelope = Envelope.around(
        fact,
        tenant_id=TENANT,
        aggregate="test",
        version=version,
        occurred_at=platform.clock.now(),
        correlation_id="correlation-1",
    )
    body = {"detail-type": envelope.detail_type, "detail": envelope.model_dump(mode="json")}
    return {
        "messageId": f"message-{version}",
        "receiptHandle": "handle",
        "body": orjson.dumps(body).decode(),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:000000000000:makoto-test-performance-events",
        "awsRegion": "ap-northeast-1",
    }
