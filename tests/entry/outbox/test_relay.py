"""The relay through the handler of its queue."""

import json

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from functions.outbox import relay
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.adapters.clouds.memory.wakes import MemoryWake, MemoryWakes
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from makoto.ports.document_store import Chunk, Scan
from makoto.runtime.composition import Platform
from makoto.runtime.telemetry import metrics
from tests.builders import OTHER_TENANT, TENANT, tenant_record
from tests.entry.outbox.conftest import call, published, tell, wake


def is_down(monkeypatch: pytest.MonkeyPatch, platform: Platform, tenant_id: str) -> list[str]:
    """Let one tenant's store answer nothing; return the partitions that it is asked for."""
    scan, own = MemoryDocuments.scan, _driver(platform, tenant_id)
    asked_for: list[str] = []

    def refused(self: MemoryDocuments, asked: Scan) -> Chunk:
        if self is own:
            asked_for.append(asked.partition)
            raise Unavailable("the store is down")
        return scan(self, asked)

    monkeypatch.setattr(MemoryDocuments, "scan", refused)
    return asked_for


def _driver(platform: Platform, tenant_id: str) -> object:
    return platform.stores(tenant_record(tenant_id)).documents.driver


def test_the_facts_of_each_tenant_reach_the_bus_in_its_own_name(platform: Platform, bus: MemoryPublisher) -> None:
    tell(platform, TENANT, ("order/1", 1), ("order/1", 2))
    tell(platform, OTHER_TENANT, ("order/1", 1))

    assert call(wake(TENANT), wake(OTHER_TENANT), wake(TENANT)) == []

    assert sorted(published(bus)) == [(TENANT, "order/1", 1), (TENANT, "order/1", 2), (OTHER_TENANT, "order/1", 1)]


def test_a_wake_with_nothing_to_do_does_nothing(bus: MemoryPublisher, wakes: MemoryWakes) -> None:
    assert call(wake(), wake(partition="absent")) == []
    assert (bus.published, wakes.sent) == ([], [])


def test_a_tenant_with_much_to_tell_gets_one_turn_and_the_rest_a_new_wake(
    platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes
) -> None:
    tell(platform, TENANT, *((f"order/{n}", 1) for n in range(130)))
    tell(platform, OTHER_TENANT, ("order/1", 1))
    wakes.sent.clear()

    assert call(wake(TENANT, attempt=4), wake(OTHER_TENANT)) == []

    assert len(bus.published) == 101
    assert wakes.sent == [MemoryWake(TENANT, "orders")]


def test_a_tenant_whose_store_is_down_is_looked_at_later_and_holds_up_nobody(
    platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(platform, TENANT, ("order/1", 1))
    tell(platform, TENANT, ("part/1", 1), partition="parts")
    tell(platform, OTHER_TENANT, ("order/1", 1))
    wakes.sent.clear()
    asked_for = is_down(monkeypatch, platform, TENANT)

    assert call(wake(TENANT, attempt=2), wake(TENANT, "parts"), wake(OTHER_TENANT)) == []

    assert published(bus) == [(OTHER_TENANT, "order/1", 1)]
    assert asked_for == ["orders"]
    assert wakes.sent == [MemoryWake(TENANT, "orders", 20, 3), MemoryWake(TENANT, "parts", 5, 1)]


def test_a_tenant_that_is_not_active_waits_and_one_that_is_gone_is_forgotten(
    platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes
) -> None:
    tell(platform, TENANT, ("order/1", 1))
    wakes.sent.clear()
    suspended = tenant_record(TENANT, status=TenantStatus.SUSPENDED, version=2)
    platform.configuration.save_tenant(suspended)
    platform.configuration.save_tenant(tenant_record(OTHER_TENANT, status=TenantStatus.DELETED, version=2))
    platform.cached_configuration.__init__(  # type: ignore[misc]  # as another process would see it
        platform.configuration, platform.clock, ttl_s=0
    )

    assert call(wake(TENANT, attempt=9), wake(OTHER_TENANT), wake("t0000000000zz")) == []

    assert bus.published == []
    assert wakes.sent == [MemoryWake(TENANT, "orders", 900, 10)]


def test_a_bus_that_is_down_loses_nothing(platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes) -> None:
    tell(platform, TENANT, ("order/1", 1))
    wakes.sent.clear()
    bus.is_down = True

    assert call(wake()) == []
    (again,) = wakes.sent
    bus.is_down = False
    assert call(wake(attempt=again.attempt)) == []

    assert (again.delay_s, again.attempt) == (5, 1)
    assert published(bus) == [(TENANT, "order/1", 1)]


def test_of_several_wakes_for_a_partition_the_freshest_counts(
    platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes
) -> None:
    tell(platform, TENANT, ("order/1", 1))
    wakes.sent.clear()
    bus.is_down = True

    assert call(wake(attempt=8), wake(attempt=0), wake(attempt=5)) == []

    assert wakes.sent == [MemoryWake(TENANT, "orders", 5, 1)]


def test_where_no_new_wake_can_be_sent_the_message_comes_again(
    platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(platform, TENANT, ("order/1", 1))
    bus.is_down = True

    def refused(*_: object, **__: object) -> None:
        raise Unavailable("the queue does not answer")

    monkeypatch.setattr(wakes, "wake", refused)

    assert call(wake(OTHER_TENANT), wake(TENANT), wake(TENANT)) == ["message-1", "message-2"]


def test_a_wake_that_cannot_be_read_goes_to_the_dead_letters(platform: Platform, bus: MemoryPublisher) -> None:
    tell(platform, TENANT, ("order/1", 1))

    failed = call("{", {"tenant_id": "nobody", "partition": "p"}, wake())

    assert failed == ["message-0", "message-1"]
    assert len(bus.published) == 1


def test_with_no_time_left_a_partition_is_called_for_again(
    platform: Platform, bus: MemoryPublisher, wakes: MemoryWakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(platform, TENANT, ("order/1", 1))
    wakes.sent.clear()
    monkeypatch.setattr(relay, "LAST_START_S", 31)

    assert call(wake()) == []

    assert bus.published == []
    assert wakes.sent == [MemoryWake(TENANT, "orders")]


def test_lag_and_age_are_metered_in_the_tenants_name(
    platform: Platform, bus: MemoryPublisher, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "0")
    bus.is_down = True
    tell(platform, TENANT, ("order/1", 1), ("order/1", 2))

    call(wake())

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"OutboxLag"' in line]
    (line,) = lines
    assert (line["OutboxLag"], line["OutboxPublished"], line["tenant_id"]) == ([2.0], [0.0], TENANT)
    assert 0 <= line["OutboxOldestAgeSeconds"][0] < 60
    assert metrics.metric_set == {}
    assert MetricUnit.Seconds.value in str(line["_aws"])
