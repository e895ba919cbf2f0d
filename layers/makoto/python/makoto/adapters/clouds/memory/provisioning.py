"""A tenant's stores in this process: they are there as soon as they are named."""

from collections.abc import Mapping, Sequence

from makoto.adapters.clouds import CloudDependencies
from makoto.domain import TenantRecord
from makoto.ports.provisioning import StoreRefused


class MemoryProvisioner:
    """Remembers whose stores were made; those of a tenant in `stuck` do not go, one in `refusing` gives no role."""

    def __init__(self) -> None:
        self.provisioned: set[str] = set()
        self.stuck: set[str] = set()
        self.refusing: set[str] = set()

    def reach(self, record: TenantRecord) -> None:
        if record.tenant_id in self.refusing:
            raise StoreRefused("the role was not given")

    def try_keys(self, record: TenantRecord, keys: Mapping[str, str]) -> None:
        self.reach(record)

    def provision(self, record: TenantRecord) -> None:
        self.provisioned.add(record.tenant_id)

    def remove(self, record: TenantRecord) -> Sequence[str]:
        if record.tenant_id in self.stuck:
            return ["documents"]
        self.provisioned.discard(record.tenant_id)
        return ()


def reach(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """See that the tenant's cloud answers."""
    provisioner_of(dependencies).reach(record)


def provision(record: TenantRecord, dependencies: CloudDependencies) -> None:
    """Make the tenant's stores."""
    provisioner_of(dependencies).provision(record)


def remove(record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]:
    """Remove them; return what stays."""
    return provisioner_of(dependencies).remove(record)


def provisioner_of(dependencies: CloudDependencies) -> MemoryProvisioner:
    """The one of this process."""
    return dependencies.connections.keep(MemoryProvisioner, MemoryProvisioner)
