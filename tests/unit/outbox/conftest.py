"""One tenant on the memory cloud with facts to tell."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from functions.outbox import service
from functions.outbox.model import OutboxState, Turn
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.events import Event
from makoto.ports.context import TenantContext
from makoto.ports.documents import Key, Put, Query
from makoto.ports.outbox import PENDING, PUBLISHED, Fact
from tests.builders import TENANT, tenant_record

PARTITION = "orders"


class OrderPlaced(Event):
    """A fact of these tests."""

    name: ClassVar[str] = "order.placed"
    source: ClassVar[str] = "makoto.orders"


@dataclass
class Plant:
    """What the tests act on."""

    tenant: TenantContext
    publisher: MemoryPublisher
    clock: FixedClock
    wakes: MemoryWakes

    def tell(self, aggregate: str, *versions: int) -> None:
        for version in versions:
            self.tenant.commit([Put(Key(PARTITION, "order"), {})], [Fact(OrderPlaced(), aggregate, version)])

    def relay(self) -> Turn:
        return service.relay_partition(PARTITION, self.tenant, self.publisher)

    def published(self) -> list[tuple[str, int]]:
        return [(each.aggregate, each.version) for each in self.publisher.published]

    def ids(self, prefix: str) -> list[str]:
        found = self.tenant.documents.system().query(Query(PARTITION, prefix=prefix, limit=1000)).items
        return [document.key.id.removeprefix(prefix) for document in found]

    def waiting(self) -> list[str]:
        return self.ids(PENDING)

    def kept(self) -> list[str]:
        return self.ids(PUBLISHED)

    def state(self) -> OutboxState:
        return service.show_outbox(self.tenant, limit=100, cursor=None)


@pytest.fixture
def plant() -> Plant:
    clock, ids, wakes = FixedClock(), CountingIds(), MemoryWakes()
    stores = MemoryCloud(clock, ids).stores(TENANT)
    tenant = TenantContext(
        record=tenant_record(),
        principal=None,
        documents=stores.documents,
        objects=stores.objects,
        secrets=stores.secrets,
        clock=clock,
        ids=ids,
        correlation_id="correlation-1",
        wakes=wakes,
    )
    return Plant(tenant, MemoryPublisher(), clock, wakes)
