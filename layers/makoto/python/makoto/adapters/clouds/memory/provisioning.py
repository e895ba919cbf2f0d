"""A tenant's stores in this process: they are there as soon as they are named."""

from collections.abc import Sequence

from makoto.domain import TenantRecord
from makoto.ports.provisioning import StoreRefused
from makoto.settings import RuntimeSettings


class MemoryProvisioner:
    """Remembers whose stores were made; those of a tenant in `stuck` do not go, one in `refusing` gives no role."""

    def __init__(self) -> None:
        self.provisioned: set[str] = set()
        self.stuck: set[str] = set()
        self.refusing: set[str] = set()

    def reach(self, record: TenantRecord) -> None:
        if record.tenant_id in self.refusing:
            raise StoreRefused("the role was not given")

    def provision(self, record: TenantRecord) -> None:
        self.provisioned.add(record.tenant_id)

    def remove(self, record: TenantRecord) -> Sequence[str]:
        if record.tenant_id in self.stuck:
            return ["documents"]
        self.provisioned.discard(record.tenant_id)
        return ()


def connect(settings: RuntimeSettings) -> MemoryProvisioner:
    """Start empty."""
    return MemoryProvisioner()
