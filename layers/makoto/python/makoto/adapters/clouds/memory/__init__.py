"""A cloud in this process: whole semantics, no durability; for tests, benchmarks and a first look."""

import threading

from makoto.adapters.clouds import CloudDependencies
from makoto.adapters.clouds.memory.clock import FixedClock
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.adapters.clouds.memory.ids import CountingIds
from makoto.adapters.clouds.memory.objects import MemoryObjects
from makoto.adapters.clouds.memory.secrets import MemorySecrets
from makoto.domain import TenantRecord
from makoto.ports.assembly import assembled
from makoto.ports.clock import Clock
from makoto.ports.context import TenantStores
from makoto.ports.ids import Ids

__all__ = ["CountingIds", "FixedClock", "MemoryCloud", "connect"]


class MemoryCloud:
    """All tenants' stores of one process: two contexts of one tenant see the same data, two tenants never."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._stores: dict[str, TenantStores] = {}
        self._lock = threading.Lock()

    def stores(self, tenant_id: str) -> TenantStores:
        """Return one tenant's stores, empty at first."""
        with self._lock:
            if tenant_id not in self._stores:
                self._stores[tenant_id] = self._opened(tenant_id)
            return self._stores[tenant_id]

    def _opened(self, tenant_id: str) -> TenantStores:
        objects = MemoryObjects(tenant_id, self._clock)
        return assembled(tenant_id, MemoryDocuments(), objects, MemorySecrets(), clock=self._clock, ids=self._ids)


def connect(record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores in the process's memory cloud of its account: two accounts never see the same data."""
    cloud = dependencies.connections.keep(
        (MemoryCloud, record.cloud), lambda: MemoryCloud(dependencies.clock, dependencies.ids)
    )
    return cloud.stores(record.tenant_id)
