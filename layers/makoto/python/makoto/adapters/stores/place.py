"""Where one store of one tenant is, and how it is opened: its keys, its network, its kept client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from makoto.adapters.clouds import CloudDependencies, KeptConnection, StoreKey
from makoto.adapters.stores.endpoints import check_host, host_within
from makoto.domain import TenantRecord
from makoto.ports.key_ring import KeysMissing

Settings = TypeVar("Settings")
Client = TypeVar("Client")

HostAndPort = tuple[str, int]


@dataclass(frozen=True)
class Place(Generic[Settings]):
    """`store` is the field of the tenant's account: "documents", "objects" or "secrets"."""

    record: TenantRecord
    dependencies: CloudDependencies
    store: str
    settings: Settings
    hosts: tuple[HostAndPort, ...]

    def check(self) -> None:
        """Refuse a host that is not public, or outside the tenant's regions; Invalid names the field."""
        pointer = f"/cloud/{self.store}"
        for host, port in self.hosts:
            host_within(self.record, host, pointer)
            check_host(host, port, self.dependencies.network, pointer)

    def keys(self) -> Mapping[str, str]:
        """Return this store's keys by their short names; KeysMissing where none of the tenant's were entrusted."""
        begins = f"{self.store}."
        ring = self.dependencies.key_ring()
        entrusted = ring.keys(self.record.tenant_id, self.record.cloud)
        return {name.removeprefix(begins): key for name, key in entrusted.items() if name.startswith(begins)}

    def required_keys(self, *names: str) -> Mapping[str, str]:
        """Return the keys, or say which store has none."""
        keys = self.keys()
        if not keys.keys() >= set(names):
            raise KeysMissing(f"{self.store}: {' and '.join(names)} were not entrusted")
        return keys

    def connection(
        self, make: Callable[[], Client], close: Callable[[Client], None] | None = None
    ) -> KeptConnection[Client]:
        """Return the kept connection; each client is made for hosts that were looked up just before."""

        def checked() -> Client:
            self.check()
            return make()

        return self.dependencies.connections.connection(
            StoreKey(self.record.tenant_id, self.store, self.record.cloud), checked, close=close, renew=self._renew
        )

    def _renew(self) -> None:
        self.dependencies.key_ring().renew(self.record.tenant_id, self.record.cloud)
