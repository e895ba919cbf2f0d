"""The event door: each fact takes effect once, and one that fails goes back alone."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.events.tenants import TenantResumed, TenantSuspended
from makoto.runtime.events import EventDoor
from tests.builders import OTHER_TENANT, TENANT, lambda_context

seen: list[tuple[str, str]] = []


@pytest.fixture
def door() -> EventDoor:
    seen.clear()
    door = EventDoor("devices")

    @door.on(TenantSuspended)
    def disable(event: TenantSuspended, envelope: Envelope) -> None:
        if event.reason == "store down":
            raise Unavailable("the registry does not answer")
        seen.append((event.tenant_id, event.reason))

    return door


def envelope(tenant_id: str = TENANT, reason: str = "unpaid", version: int = 2) -> dict[str, Any]:
    around = Envelope.around(
        TenantSuspended(tenant_id=tenant_id, reason=reason),
        tenant_id=tenant_id,
        aggregate=f"tenant#{tenant_id}",
        version=version,
        occurred_at=datetime(2026, 11, 20, tzinfo=UTC),
        correlation_id="request-1",
    )
    return around.model_dump(mode="json")


def batch(*envelopes: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [_record(f"m{index}", detail) for index, detail in enumerate(envelopes)]}


def _record(message_id: str, detail: dict[str, Any]) -> dict[str, Any]:
    body = {"source": detail["source"], "detail-type": detail["detail_type"], "detail": detail}
    return {
        "messageId": message_id,
        "receiptHandle": message_id,
        "body": orjson.dumps(body).decode(),
        "eventSource": "aws:sqs",
    }


def test_a_fact_delivered_twice_takes_effect_once(door: EventDoor) -> None:
    assert door.handler(batch(envelope(), envelope()), lambda_context()) == {"batchItemFailures": []}
    assert seen == [(TENANT, "unpaid")]


def test_the_fact_that_fails_goes_back_alone(door: EventDoor) -> None:
    answer = door.handler(batch(envelope(reason="store down"), envelope(OTHER_TENANT)), lambda_context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert seen == [(OTHER_TENANT, "unpaid")]
    assert door.handler(batch(envelope()), lambda_context()) == {"batchItemFailures": []}


def test_a_field_of_a_newer_producer_is_ignored(door: EventDoor) -> None:
    newer = envelope()
    newer["data"]["severity"] = "high"
    door.handler(batch(newer), lambda_context())
    assert seen == [(TENANT, "unpaid")]


def test_a_fact_nobody_here_reacts_to_passes(door: EventDoor) -> None:
    resumed = envelope() | {"detail_type": TenantResumed.detail_type()}
    assert door.handler(batch(resumed), lambda_context()) == {"batchItemFailures": []}
    assert seen == []


def test_an_event_id_derives_from_what_it_is_about() -> None:
    assert envelope()["id"] == envelope(reason="other words")["id"]
    assert envelope()["id"] != envelope(version=3)["id"]
