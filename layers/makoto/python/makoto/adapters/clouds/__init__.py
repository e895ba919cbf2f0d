"""The tenants' clouds; this folder is the registry: a provider is a package here with a `connect`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, TypeVar, cast

from makoto.adapters.clouds.connections import Connections, KeptConnection, StoreKey
from makoto.domain import CloudAccount, TenantRecord
from makoto.domain.value import Value
from makoto.errors import FieldError, Invalid
from makoto.ports.clock import Clock
from makoto.ports.context import TenantStores
from makoto.ports.ids import Ids
from makoto.ports.key_ring import KeyRing
from makoto.ports.web_identity import WebIdentity

__all__ = [
    "Cloud",
    "CloudDependencies",
    "Connections",
    "KeptConnection",
    "Network",
    "StoreKey",
    "account_of",
    "narrowed",
    "open_cloud",
]

_Account = TypeVar("_Account", bound=Value)


def _no_key_ring() -> KeyRing:
    raise Invalid("this process has no key ring")


def _no_web_identity() -> WebIdentity:
    raise Invalid("this process has no identity to show")


@dataclass(frozen=True, slots=True)
class Network:
    """Where a tenant's endpoints may point: public addresses over TLS only, but on a laptop and in tests.

    `ca_path` names one more certificate authority to trust, beside the public ones.
    """

    allows_private: bool = False
    allows_plaintext: bool = False
    ca_path: str | None = None


@dataclass(frozen=True)
class CloudDependencies:
    """What any cloud may need; one per process, since it holds the connections. `endpoint_url` is the AWS emulator's.

    `key_ring` and `web_identity` are made when a cloud first asks for them.
    """

    clock: Clock
    ids: Ids
    endpoint_url: str | None = None
    connections: Connections = field(default_factory=Connections)
    key_ring: Callable[[], KeyRing] = field(default=_no_key_ring)
    web_identity: Callable[[], WebIdentity] = field(default=_no_web_identity)
    network: Network = field(default_factory=Network)


class Cloud(Protocol):
    """What each package of this folder offers."""

    def connect(self, record: TenantRecord, dependencies: CloudDependencies) -> TenantStores: ...


def open_cloud(provider: str, record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores in the cloud of this name; nothing is imported but that cloud."""
    return _cloud(provider).connect(record, dependencies)


@lru_cache
def _cloud(provider: str) -> Cloud:
    name = f"{__name__}.{provider}"
    found = find_spec(name) if provider.isidentifier() else None
    if found is None or found.submodule_search_locations is None:  # a module beside the clouds is none
        raise Invalid("the cloud is not known", errors=[FieldError("/cloud/provider", "known", "see adapters/clouds")])
    return cast("Cloud", import_module(name))


def account_of(record: TenantRecord, kind: type[_Account]) -> _Account:
    """Return the record's account as the class of one cloud; `Invalid` for another's."""
    return narrowed(record.cloud, kind)


def narrowed(account: CloudAccount, kind: type[_Account]) -> _Account:
    """Return an account as the class of one cloud; `Invalid` for another's."""
    if not isinstance(account, kind):
        raise Invalid("the tenant's cloud is another one", errors=[FieldError("/cloud/provider", "known", "another")])
    return account
