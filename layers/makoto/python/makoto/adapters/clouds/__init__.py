"""The tenants' clouds; this folder is the registry: a provider is a package here with a `connect`."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, TypeVar, cast

from makoto.domain import TenantRecord
from makoto.errors import FieldError, Invalid
from makoto.ports.clock import Clock
from makoto.ports.context import TenantStores
from makoto.ports.ids import Ids

MAX_KEPT = 256
_Kept = TypeVar("_Kept")


class Connections:
    """What a process keeps of its clouds between two calls: each thing made once, beyond 256 the least used dropped."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = threading.RLock()

    def keep(self, key: Hashable, make: Callable[[], _Kept]) -> _Kept:
        """Return what is kept under the key, made now if nothing is; callers at the same time share one."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return cast("_Kept", self._kept[key])


@dataclass(frozen=True)
class CloudDependencies:
    """What any cloud may need; one per process, since it holds the connections. `endpoint_url` is the emulator's."""

    clock: Clock
    ids: Ids
    endpoint_url: str | None = None
    connections: Connections = field(default_factory=Connections)


class Cloud(Protocol):
    """What each package of this folder offers."""

    def connect(self, record: TenantRecord, dependencies: CloudDependencies) -> TenantStores: ...


def open_cloud(provider: str, record: TenantRecord, dependencies: CloudDependencies) -> TenantStores:
    """Open a tenant's stores in the cloud of this name; nothing is imported but that cloud."""
    return _cloud(provider).connect(record, dependencies)


@lru_cache
def _cloud(provider: str) -> Cloud:
    name = f"{__name__}.{provider}"
    if not provider.isidentifier() or find_spec(name) is None:
        raise Invalid("the cloud is not known", errors=[FieldError("/cloud/provider", "known", "see adapters/clouds")])
    return cast("Cloud", import_module(name))
