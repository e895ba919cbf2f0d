"""Makes and removes a tenant's stores in whichever cloud its record names."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from makoto.adapters.clouds import CloudDependencies
from makoto.domain import TenantRecord
from makoto.ports.provisioning import CloudProvisioner


class ProvisioningModule(Protocol):
    """What `provisioning.py` in a cloud's folder offers, with the meaning of `CloudProvisioner`."""

    def reach(self, record: TenantRecord, dependencies: CloudDependencies) -> None: ...

    def provision(self, record: TenantRecord, dependencies: CloudDependencies) -> None: ...

    def remove(self, record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]: ...


@dataclass(frozen=True)
class TenantCloudsProvisioner(CloudProvisioner):
    """Sends each act to the record's cloud, or to the one cloud of a process that has no other (`only`)."""

    dependencies: CloudDependencies
    only: str | None = None

    def reach(self, record: TenantRecord) -> None:
        self._cloud_of(record).reach(record, self.dependencies)

    def provision(self, record: TenantRecord) -> None:
        self._cloud_of(record).provision(record, self.dependencies)

    def remove(self, record: TenantRecord) -> Sequence[str]:
        return self._cloud_of(record).remove(record, self.dependencies)

    def _cloud_of(self, record: TenantRecord) -> ProvisioningModule:
        name = self.only or record.cloud.provider
        return cast("ProvisioningModule", import_module(f"makoto.adapters.clouds.{name}.provisioning"))
