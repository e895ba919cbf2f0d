"""The devices' reactions through the queue's handler."""

from typing import Any, cast

import orjson
import pytest

from functions.devices import events
from makoto.adapters.clouds.memory.fleet import MemoryFleet
from makoto.domain import TenantStatus
from makoto.events import Envelope, Event
from makoto.events.tenants import TenantResumed, TenantSuspended
from makoto.ports.fleet import Fleet
from makoto.runtime.composition import Platform
from tests.builders import TENANT, lambda_context, tenant_record
from tests.entry.devices.conftest import BODY, Call

SUSPENDED = TenantSuspended(tenant_id=TENANT, reason="unpaid")
RESUMED = TenantResumed(tenant_id=TENANT)


def deliver(platform: Platform, *facts: tuple[Event, int]) -> list[dict[str, str]]:
    """Deliver facts about versions of the tenant in one batch; return what goes back to the queue."""
    records = [_record(platform, fact, version) for fact, version in facts]
    answer: Any = events.handler({"Records": records}, lambda_context())
    failures: list[dict[str, str]] = answer["batchItemFailures"]
    return failures


def _record(platform: Platform, fact: Event, version: int) -> dict[str, Any]:
    envelope = Envelope.around(
        fact,
        tenant_id=TENANT,
        aggregate=f"tenant/{TENANT}",
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
        "eventSourceARN": "arn:aws:sqs:ap-northeast-1:000000000000:makoto-test-devices-events",
        "awsRegion": "ap-northeast-1",
    }


def is_accepted(fleet: Fleet) -> bool:
    """Whether the broker takes the device's one certificate."""
    (certificate_id,) = fleet.certificates_of(f"{TENANT}_edge-07")
    return cast(MemoryFleet, fleet._driver).active[certificate_id]


@pytest.fixture(autouse=True)
def registered(call: Call, tenants: None) -> None:
    call("POST", body=BODY)


def test_a_suspension_refuses_the_devices_and_a_resumption_takes_them_back(platform: Platform, fleet: Fleet) -> None:
    platform.configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))
    assert deliver(platform, (SUSPENDED, 2)) == []
    assert not is_accepted(fleet)

    platform.configuration.save_tenant(tenant_record(status=TenantStatus.ACTIVE, version=3))
    assert deliver(platform, (RESUMED, 3)) == []
    assert is_accepted(fleet)


def test_events_in_the_wrong_order_leave_what_the_tenant_is(platform: Platform, fleet: Fleet) -> None:
    platform.configuration.save_tenant(tenant_record(status=TenantStatus.ACTIVE, version=3))

    assert deliver(platform, (RESUMED, 3), (SUSPENDED, 2), (SUSPENDED, 2)) == []

    assert is_accepted(fleet)


def test_a_message_that_is_no_event_goes_back_alone(platform: Platform, fleet: Fleet) -> None:
    platform.configuration.save_tenant(tenant_record(status=TenantStatus.SUSPENDED, version=2))
    broken = _record(platform, SUSPENDED, 1) | {"body": "{}", "messageId": "broken"}
    answer: Any = events.handler({"Records": [broken, _record(platform, SUSPENDED, 2)]}, lambda_context())

    assert answer["batchItemFailures"] == [{"itemIdentifier": "broken"}]
    assert not is_accepted(fleet)
