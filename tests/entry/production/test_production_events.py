"""Production's reaction to its own facts, through the queue's handler."""

from typing import Any

import orjson

from functions.production import events
from makoto.events import Envelope
from makoto.events.catalogue import CATALOGUE
from makoto.ports.documents import Documents, Key, Query
from makoto.ports.outbox import PENDING
from makoto.runtime.composition import Platform
from tests.builders import TENANT, lambda_context
from tests.entry.production.conftest import BODY, LATHE, Call

ONLY_WITH_ANOTHER = {"production.work_order_started.v1", "production.work_order_completed.v1"}
"""They come from a change that another fact tells of too."""

MOVED = {"production.operation_left.v1"}
"""And this one with a resumption or a cancellation."""


def documents(platform: Platform) -> Documents:
    return platform.open_tenant(TENANT, None, "correlation-1").documents


def deliver(platform: Platform) -> list[Any]:
    """Deliver every fact that waits, as the relay would."""
    waiting = documents(platform).system().query(Query("order#wo-1", prefix=PENDING)).items
    envelopes = [Envelope.model_validate_json(str(each.data["envelope"])) for each in waiting]
    records = [
        {
            "messageId": each.id,
            "receiptHandle": "handle",
            "body": orjson.dumps({"detail-type": each.detail_type, "detail": each.model_dump(mode="json")}).decode(),
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:ap-northeast-1:000000000000:makoto-test-production-events",
            "awsRegion": "ap-northeast-1",
        }
        for each in envelopes
    ]
    answer: Any = events.handler({"Records": records}, lambda_context())
    failures: list[Any] = answer["batchItemFailures"]
    return failures


def forget_lists(platform: Platform) -> None:
    """As if the writer had died right after the commit: no list was written."""
    store = documents(platform)
    for place in ("orders", "orders#open", f"dispatch#{LATHE.rpartition('/')[0]}", "dispatch#nagoya"):
        for each in store.query(Query(place)).items:
            store.delete(Key(place, each.key.id))


def test_lists_that_were_never_written_come_with_the_facts(call: Call, platform: Platform) -> None:
    call("POST", "/work-orders", body=BODY)
    call("POST", "/work-orders/wo-1/release")
    forget_lists(platform)
    assert call("GET", "/work-orders").body["items"] == []

    assert deliver(platform) == []

    assert [each["status"] for each in call("GET", "/work-orders").body["items"]] == ["released"]
    assert [each["order_id"] for each in call("GET", "/dispatch", query={"equipment": LATHE}).body["items"]] == ["wo-1"]
    assert [each["order_id"] for each in call("GET", "/dispatch", query={"equipment": "nagoya"}).body["items"]] == [
        "wo-1"
    ]


def test_a_fact_that_is_delivered_again_after_others_harms_nothing(call: Call, platform: Platform) -> None:
    call("POST", "/work-orders", body=BODY)
    assert deliver(platform) == []
    call("POST", "/work-orders/wo-1/cancel", body={"reason": "not needed"})

    assert deliver(platform) == deliver(platform) == []

    assert [each["status"] for each in call("GET", "/work-orders").body["items"]] == ["cancelled"]
    assert call("GET", "/work-orders", query={"status": "planned"}).body["items"] == []


def test_every_fact_of_production_is_followed_by_itself_or_with_another() -> None:
    told = {name for name in CATALOGUE if name.startswith("production.")}

    assert {each.detail_type() for each in events.FOLLOWED} == told - ONLY_WITH_ANOTHER - MOVED
    assert set(events.door.tenant_reactions) == {each.detail_type() for each in events.FOLLOWED}
