"""The device door: whose a message is, is proven by its certificate; the rest is refused where its owner sees it."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from makoto.codecs.telemetry import Kind
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.ports.documents import Documents, Query
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, tenant_record
from tests.entry.telemetry.conftest import PATH, Queue, certificate_of
from tests.unit.codecs.messages import DEVICE, death, series, state, telemetry

Stored = Callable[..., list[dict[str, Any]]]
Rejected = Callable[[], list[str]]


def sent(queue: Queue, **changes: Any) -> dict[str, Any]:
    return telemetry(series("a", t=[queue.now_ms], v=[1.5]), sent_at=queue.now_ms, **changes)


def rules(stored: Stored, tenant_id: str = TENANT) -> list[str]:
    entries = stored(f"telemetry#{DEVICE}", "quarantine#", tenant_id)
    return [fault["rule"] for entry in entries for fault in orjson.loads(entry["faults"])]


def test_a_batch_is_stored_for_its_tenants_and_acknowledged(queue: Queue, stored: Stored, platform: Platform) -> None:
    queue.add(sent(queue))
    queue.add(sent(queue, session="other"), tenant_id=OTHER_TENANT)
    queue.add(state(seq=1, t=queue.now_ms, sent_at=queue.now_ms), kind=Kind.STATE)
    assert queue.deliver() == []
    for tenant_id in (TENANT, OTHER_TENANT):
        (latest,) = stored("latest", "", tenant_id)
        assert list(orjson.loads(latest["latest"])["values"]) == ["a"]
    topics = sorted(topic for topic, _ in platform.acknowledgements.driver.sent)  # type: ignore[attr-defined]
    assert topics == [f"ack/{TENANT}/{DEVICE}", f"ack/{OTHER_TENANT}/{DEVICE}"]


def test_a_batch_that_is_delivered_twice_counts_once(queue: Queue, stored: Stored) -> None:
    queue.add(sent(queue))
    queue.deliver()
    queue.deliver()
    assert len(stored(f"telemetry#{DEVICE}", "history#")) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"topic": f"dt/{OTHER_TENANT}/{PATH}/t"}, "topic"),
        ({"topic": f"dt/{TENANT}/nagoya/machining/line-2/cell-1/t"}, "topic"),
        ({"topic": f"dt/{TENANT}/{PATH}/x"}, "topic"),
        ({"topic": f"dt/{TENANT}/{PATH}"}, "topic"),
        ({"topic": f"dt/{TENANT}/{PATH}/t/t"}, "topic"),
        ({"topic": ""}, "topic"),
        ({"client_id": f"{OTHER_TENANT}_{DEVICE}"}, "client_id"),
        ({"client_id": f"{TENANT}_edge-08"}, "client_id"),
    ],
)
def test_what_a_device_may_not_say_is_in_its_owners_quarantine_and_nowhere_else(
    queue: Queue, stored: Stored, changes: dict[str, str], rule: str
) -> None:
    queue.add(sent(queue), **changes)  # type: ignore[arg-type]  # only texts are changed here
    assert queue.deliver() == []
    assert rules(stored) == [rule]
    assert stored("latest") == []
    assert stored("latest", "", OTHER_TENANT) == []
    assert rules(stored, OTHER_TENANT) == []


def test_a_good_message_beside_a_refused_one_goes_through(queue: Queue, stored: Stored) -> None:
    queue.add(sent(queue), topic=f"dt/{OTHER_TENANT}/{PATH}/t")
    queue.add(sent(queue))
    queue.add(b"{")
    assert queue.deliver() == []
    assert sorted(rules(stored)) == ["json", "topic"]
    assert len(stored("latest")) == 1


def test_a_message_with_the_wrong_schema_for_its_topic_is_quarantined(queue: Queue, stored: Stored) -> None:
    queue.add(death(sent_at=queue.now_ms), kind=Kind.TELEMETRY)
    queue.deliver()
    assert rules(stored) == ["topic"]


def test_a_message_over_128_kilobytes_is_quarantined(queue: Queue, stored: Stored) -> None:
    queue.add(b'{"x": "' + b"a" * 129 * 1024 + b'"}')
    assert queue.deliver() == []
    assert rules(stored) == ["size"]


def test_a_disabled_device_is_quarantined(queue: Queue, stored: Stored, platform: Platform) -> None:
    record = platform.configuration.certificate(certificate_of(TENANT))
    assert record is not None
    platform.configuration.save_certificate(record.model_copy(update={"status": "disabled"}))
    queue.add(sent(queue))
    queue.deliver()
    assert rules(stored) == ["certificate_disabled"]


def test_an_unknown_certificate_is_nobodys(queue: Queue, stored: Stored, rejected: Rejected) -> None:
    queue.add(sent(queue), principal="0" * 64)
    assert queue.deliver() == []
    assert rejected() == ["unknown_certificate"]
    assert stored("latest") == []


@pytest.mark.parametrize("status", [TenantStatus.SUSPENDED, TenantStatus.DELETING, TenantStatus.ONBOARDING])
def test_a_tenant_that_is_not_active_is_not_touched(
    queue: Queue, platform: Platform, rejected: Rejected, status: TenantStatus
) -> None:
    platform.configuration.save_tenant(tenant_record(version=2, status=status))
    queue.add(sent(queue))
    assert queue.deliver() == []
    assert rejected() == ["tenant_not_active"]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"payload": 1}', '{"payload": "*", "topic": "", "client_id": ""}'])
def test_what_the_rule_did_not_write_is_rejected(queue: Queue, rejected: Rejected, body: str) -> None:
    queue.add_body(body)
    assert queue.deliver() == []
    assert rejected() == ["malformed_record"]


def test_a_payload_that_is_no_base64_is_rejected(queue: Queue, rejected: Rejected) -> None:
    queue.add(sent(queue))
    queue.records[0]["body"] = queue.records[0]["body"].replace('"payload":"', '"payload":"é')
    queue.deliver()
    assert rejected() == ["malformed_record"]


def test_a_store_that_does_not_answer_brings_back_its_messages_only(
    queue: Queue, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic, down = Documents.atomic, True

    def failing(self: Documents, writes: Any) -> None:
        if down and any(f"dt/{TENANT}" in str(write) or "session-down" in str(write) for write in writes):
            raise Unavailable("the store does not answer")
        atomic(self, writes)

    monkeypatch.setattr(Documents, "atomic", failing)
    failing_id = queue.add(sent(queue, session="session-down"))
    queue.add(sent(queue), tenant_id=OTHER_TENANT)
    assert queue.deliver() == [failing_id]
    assert len(stored("latest", "", OTHER_TENANT)) == 1
    down = False
    assert queue.deliver() == []
    assert len(stored(f"telemetry#{DEVICE}", "history#")) == 1


def test_an_unforeseen_failure_of_one_device_is_not_anothers(
    queue: Queue, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic = Documents.atomic

    def failing(self: Documents, writes: Any) -> None:
        if "session-down" in str(writes):
            raise ZeroDivisionError
        atomic(self, writes)

    monkeypatch.setattr(Documents, "atomic", failing)
    failing_id = queue.add(sent(queue, session="session-down"))
    queue.add(sent(queue), tenant_id=OTHER_TENANT)
    assert queue.deliver() == [failing_id]
    assert len(stored("latest", "", OTHER_TENANT)) == 1


def test_what_a_machine_reports_is_told_and_calls_the_relay(queue: Queue, platform: Platform) -> None:
    queue.add(state(t=queue.now_ms), kind=Kind.STATE)
    assert queue.deliver() == []
    tenant = platform.open_tenant(TENANT, None, "test")
    pending = tenant.documents.system().query(Query(f"telemetry#{DEVICE}", prefix=PENDING)).items
    assert [Envelope.model_validate_json(str(each.data["envelope"])).detail_type for each in pending] == [
        "telemetry.machine_reported.v1"
    ]
    wakes = platform.wakes.sent  # type: ignore[attr-defined]  # the memory driver remembers
    assert {wake.partition for wake in wakes} == {f"telemetry#{DEVICE}"}
