"""The event door within a tenant: the effect and the mark of its event are one write."""

from typing import Any

import orjson
import pytest

from makoto.adapters.clouds.memory.inbox import MemoryInbox
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.events.devices import DeviceDisabled
from makoto.ports.context import TenantContext
from makoto.ports.documents import Increment, Key, Put, Query
from makoto.ports.outbox import INBOX
from makoto.runtime.composition import Platform
from makoto.runtime.events import EventDoor
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record

STOPPED = Key("stops", "edge-07")


@pytest.fixture
def door(platform: Platform) -> EventDoor:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))
    door = EventDoor("maintenance")

    @door.on_tenant(DeviceDisabled)
    def count_stop(event: DeviceDisabled, envelope: Envelope, tenant: TenantContext) -> None:
        found = tenant.documents.find(STOPPED)
        stops = int(str(found.data["stops"])) if found else 0
        tenant.commit([Put(STOPPED, {"stops": stops + 1, "by": envelope.correlation_id})])

    return door


def delivery(platform: Platform, *, tenant_id: str = TENANT, version: int = 1) -> dict[str, Any]:
    envelope = Envelope.around(
        DeviceDisabled(tenant_id=tenant_id, device_id="edge-07"),
        tenant_id=tenant_id,
        aggregate="device/edge-07",
        version=version,
        occurred_at=platform.clock.now(),
        correlation_id="request-1",
    )
    body = {"detail-type": envelope.detail_type, "detail": envelope.model_dump(mode="json")}
    record = {"messageId": "m0", "receiptHandle": "m0", "body": orjson.dumps(body).decode(), "eventSource": "aws:sqs"}
    return {"Records": [record]}


def stops(platform: Platform, tenant_id: str = TENANT) -> object:
    found = platform.open_tenant(tenant_id, None, "test").documents.find(STOPPED)
    return found and found.data


def test_an_event_delivered_again_changes_the_tenant_once(platform: Platform, door: EventDoor) -> None:
    for _ in range(3):
        assert door.handler(delivery(platform), lambda_context()) == {"batchItemFailures": []}
    assert door.handler(delivery(platform, version=2), lambda_context()) == {"batchItemFailures": []}

    assert stops(platform) == {"stops": 2, "by": "request-1"}


def test_the_effect_lies_with_the_tenant_of_the_event_only(platform: Platform, door: EventDoor) -> None:
    door.handler(delivery(platform, tenant_id=OTHER_TENANT), lambda_context())

    assert stops(platform) is None
    assert stops(platform, OTHER_TENANT) == {"stops": 1, "by": "request-1"}


def test_the_mark_lies_beside_the_effect_and_the_platforms_inbox_is_not_asked(
    platform: Platform, door: EventDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> bool:
        raise Unavailable("the platform's inbox is down")

    monkeypatch.setattr(MemoryInbox, "has_seen", refused)

    assert door.handler(delivery(platform), lambda_context()) == {"batchItemFailures": []}

    documents = platform.open_tenant(TENANT, None, "test").documents.system()
    assert len(documents.query(Query("stops", prefix=f"{INBOX}maintenance/")).items) == 1


def test_a_reaction_that_fails_leaves_no_mark(
    platform: Platform, door: EventDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = platform.open_tenant(TENANT, None, "test").documents
    documents.put(STOPPED, {"stops": 0})
    with monkeypatch.context() as patch:
        patch.setattr(TenantContext, "commit", lambda *_: (_ for _ in ()).throw(Unavailable("down")))
        answer: Any = door.handler(delivery(platform), lambda_context())
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m0"}]

    documents.patch(STOPPED, [Increment("stops", 5)])
    door.handler(delivery(platform), lambda_context())

    assert stops(platform) == {"stops": 6, "by": "request-1"}


def test_an_event_of_a_tenant_that_is_not_active_comes_again(platform: Platform, door: EventDoor) -> None:
    suspended = tenant_record(TENANT, status=TenantStatus.SUSPENDED, version=2)
    platform.configuration.save_tenant(suspended)

    answer: Any = door.handler(delivery(platform), lambda_context())

    assert answer["batchItemFailures"] == [{"itemIdentifier": "m0"}]
