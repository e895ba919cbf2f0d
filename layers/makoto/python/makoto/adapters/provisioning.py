"""Makes and removes a tenant's stores in whichever cloud its record names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Protocol, cast

from makoto.adapters.clouds import CloudDependencies, Connections
from makoto.domain import CloudAccount, TenantRecord
from makoto.ports.key_ring import KeyRing
from makoto.ports.provisioning import CloudProvisioner


class ProvisioningModule(Protocol):
    """What `provisioning.py` in a cloud's folder offers, with the meaning of `CloudProvisioner`."""

    def reach(self, record: TenantRecord, dependencies: CloudDependencies) -> None: ...

    def provision(self, record: TenantRecord, dependencies: CloudDependencies) -> None: ...

    def remove(self, record: TenantRecord, dependencies: CloudDependencies) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class _Shown(KeyRing):
    """A key ring that holds what is being tried and nothing else."""

    given: Mapping[str, str] = field(repr=False)

    def keys(self, tenant_id: str, account: CloudAccount) -> Mapping[str, str]:
        return self.given

    def entrust(self, tenant_id: str, account: CloudAccount, keys: Mapping[str, str]) -> None:
        raise TypeError("keys on trial are not kept")

    def forget(self, tenant_id: str, account: CloudAccount) -> None:
        """Nothing was kept."""

    def renew(self, tenant_id: str, account: CloudAccount) -> None:
        """There are no others."""


@dataclass(frozen=True)
class TenantCloudsProvisioner(CloudProvisioner):
    """Sends each act to the record's cloud, or to the one cloud of a process that has no other (`only`)."""

    dependencies: CloudDependencies
    only: str | None = None

    def reach(self, record: TenantRecord) -> None:
        self._cloud_of(record).reach(record, self.dependencies)

    def try_keys(self, record: TenantRecord, keys: Mapping[str, str]) -> None:
        apart = Connections()
        try:
            trial = replace(self.dependencies, key_ring=lambda: _Shown(keys), connections=apart)
            self._cloud_of(record).reach(record, trial)
        finally:
            apart.close()

    def provision(self, record: TenantRecord) -> None:
        self._cloud_of(record).provision(record, self.dependencies)

    def remove(self, record: TenantRecord) -> Sequence[str]:
        return self._cloud_of(record).remove(record, self.dependencies)

    def _cloud_of(self, record: TenantRecord) -> ProvisioningModule:
        name = self.only or record.cloud.provider
        return cast("ProvisioningModule", import_module(f"makoto.adapters.clouds.{name}.provisioning"))
