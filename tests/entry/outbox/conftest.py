"""Two active tenants on the memory cloud, with facts to tell."""

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
import pytest

from functions.outbox import relay
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.events import Event
from makoto.ports.documents import Key, Put
from makoto.ports.outbox import Fact
from makoto.runtime.composition import Platform
from tests.builders import OTHER_TENANT, TENANT, lambda_context, tenant_record


class OrderPlaced(Event):
    """A fact of these tests."""

    name: ClassVar[str] = "order.placed"
    source: ClassVar[str] = "makoto.orders"


@pytest.fixture(autouse=True)
def tenants(platform: Platform) -> None:
    for tenant_id in (TENANT, OTHER_TENANT):
        platform.configuration.save_tenant(tenant_record(tenant_id))


@pytest.fixture
def bus(platform: Platform) -> MemoryPublisher:
    found: MemoryPublisher = platform.adapter("publisher")
    return found


@pytest.fixture
def wakes(platform: Platform) -> MemoryWakes:
    found: MemoryWakes = platform.adapter("wakes")
    return found


def tell(platform: Platform, tenant_id: str, *facts: tuple[str, int], partition: str = "orders") -> None:
    """Commit facts as a use case does."""
    tenant = platform.open_tenant(tenant_id, None, "request-1")
    for aggregate, version in facts:
        tenant.commit([Put(Key(partition, "order"), {})], [Fact(OrderPlaced(), aggregate, version)])


def call(*wakes: dict[str, Any] | str) -> list[str]:
    """Give the relay a batch of wakes; return the messages that shall come again."""
    records = [
        {"messageId": f"message-{n}", "body": wake if isinstance(wake, str) else orjson.dumps(wake).decode()}
        for n, wake in enumerate(wakes)
    ]
    answer = relay.handler({"Records": records}, lambda_context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def wake(tenant_id: str = TENANT, partition: str = "orders", attempt: int = 0) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "partition": partition, "attempt": attempt}


def published(bus: MemoryPublisher) -> Sequence[tuple[str, str, int]]:
    return [(each.tenant_id, each.aggregate, each.version) for each in bus.published]
