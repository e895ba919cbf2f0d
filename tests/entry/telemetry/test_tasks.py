"""The scheduled compaction through the handler."""

from typing import Any

import orjson
import pytest

from functions.telemetry import tasks
from makoto.domain import TenantStatus
from makoto.ports.documents import Key, Query
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record
from tests.entry.telemetry.conftest import Queue
from tests.unit.codecs.messages import DEVICE, series, telemetry

HOURLY: dict[str, Any] = {"task": "compact_history", "input": {}}


@pytest.fixture(autouse=True)
def two_hours_ago(platform: Platform, queue: Queue, tenants: None) -> None:
    """Each tenant's device sent three messages in an hour that is over."""
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.open_tenant(tenant_id, None, "test").documents.put(Key("device", DEVICE), {"device_id": DEVICE})
        for seq in range(3):
            at_ms = queue.now_ms // 3_600_000 * 3_600_000 - 7_200_000 + seq
            queue.add(telemetry(series("a", t=[at_ms], v=[1.0]), seq=seq), tenant_id=tenant_id)
            queue.deliver()
            queue.records.clear()


def files(platform: Platform, tenant_id: str = TENANT) -> list[Any]:
    documents = platform.open_tenant(tenant_id, None, "test").documents
    return [document.data["rows"] for document in documents.query(Query(f"telemetry#{DEVICE}", "history#")).items]


def test_the_schedules_event_compacts_every_tenants_history(platform: Platform) -> None:
    assert files(platform) == [1, 1, 1]
    done = tasks.handler(HOURLY, lambda_context())
    assert (done["tenants"], done["merged"], done["written"], done["failures"]) == (2, 6, 2, [])
    assert files(platform) == files(platform, OTHER_TENANT) == [3]
    assert orjson.loads(orjson.dumps(done)) == done


def test_named_tenants_only_are_compacted(platform: Platform) -> None:
    tasks.handler({"task": "compact_history", "input": {"tenant_ids": [OTHER_TENANT]}}, lambda_context())
    assert (files(platform), files(platform, OTHER_TENANT)) == ([1, 1, 1], [3])


def test_a_suspended_tenant_waits(platform: Platform) -> None:
    platform.configuration.save_tenant(tenant_record(OTHER_TENANT, status=TenantStatus.SUSPENDED, version=2))
    assert tasks.handler(HOURLY, lambda_context())["tenants"] == 1


@pytest.mark.parametrize(("left_s", "budget_s"), [(900.0, 840.0), (30.0, 1.0)])
def test_a_run_takes_only_the_time_that_is_left(left_s: float, budget_s: float) -> None:
    assert tasks.with_budget(HOURLY, left_s)["input"] == {"budget_s": budget_s}


def test_a_run_whose_time_is_over_says_that_more_is_to_be_done(platform: Platform) -> None:
    done = tasks.handler({"task": "compact_history", "input": {"budget_s": 1e-9}}, lambda_context())
    assert (done["is_all"], files(platform)) == (False, [1, 1, 1])


@pytest.mark.parametrize(
    "event",
    [
        {"task": "compact_everything", "input": {}},
        {"task": "compact_history", "input": {"tenants": []}},
        {"task": "compact_history", "input": {"budget_s": -1}},
        {},
    ],
)
def test_an_event_of_another_form_is_invalid(event: dict[str, Any], platform: Platform) -> None:
    with pytest.raises(Exception) as refused:
        tasks.handler(event, lambda_context())
    assert type(refused.value).__name__ == "Invalid"
    assert files(platform) == [1, 1, 1]
