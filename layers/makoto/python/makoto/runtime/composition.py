"""The composition root: the one place where a port meets its adapter, chosen by name and made when first asked for."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from makoto.adapters.clouds import CloudDependencies, Connections, Network, StoreKey, open_cloud
from makoto.domain import PLATFORM_TENANT_ID, Principal, TenantRecord, TenantStatus
from makoto.errors import Forbidden
from makoto.ports.clock import Clock
from makoto.ports.configuration import CachedConfiguration, Configuration
from makoto.ports.context import TenantContext, TenantStores
from makoto.ports.gate import Gate
from makoto.ports.gated import gated
from makoto.ports.ids import Ids
from makoto.runtime.telemetry import store_circuit_changed
from makoto.settings import RuntimeSettings, runtime_settings

if TYPE_CHECKING:
    from makoto.ports.acknowledgements import Acknowledgements
    from makoto.ports.dead_letters import DeadLetters
    from makoto.ports.history import History
    from makoto.ports.inbox import Inbox
    from makoto.ports.key_ring import KeyRing
    from makoto.ports.outbox import Handled
    from makoto.ports.provisioning import CloudProvisioner
    from makoto.ports.sessions import Sessions
    from makoto.ports.wakes import Wakes
    from makoto.ports.web_identity import WebIdentity


class TenantNotActive(Forbidden):
    """The tenant is suspended, being onboarded or gone: it is refused on every path."""


class Platform:
    """What this process may use; each part is made once, when it is first asked for."""

    def __init__(self, settings: RuntimeSettings) -> None:
        self.settings = settings
        self._adapters: dict[str, Any] = {}

    def adapter(self, port: str) -> Any:
        """Connect a platform port, once: the folder of the configured cloud holds a module of the port's name."""
        if port not in self._adapters:
            module = import_module(f"makoto.adapters.clouds.{self.settings.cloud}.{port}")
            self._adapters[port] = cast(Callable[[RuntimeSettings], Any], module.connect)(self.settings)
        return self._adapters[port]

    @cached_property
    def clock(self) -> Clock:
        return cast(Clock, import_module("makoto.adapters.system").SystemClock())

    @cached_property
    def ids(self) -> Ids:
        return cast(Ids, import_module("makoto.adapters.system").SystemIds())

    @cached_property
    def configuration(self) -> Configuration:
        return cast(Configuration, self.adapter("configuration"))

    @cached_property
    def cached_configuration(self) -> CachedConfiguration:
        """For the hot path: at most `tenant_cache_s` old, so that a suspension is seen within its bound."""
        return CachedConfiguration(self.configuration, self.clock, ttl_s=self.settings.tenant_cache_s)

    @cached_property
    def sessions(self) -> "Sessions":
        return cast("Sessions", self.adapter("sessions"))

    @cached_property
    def inbox(self) -> "Inbox":
        return cast("Inbox", self.adapter("inbox"))

    @cached_property
    def acknowledgements(self) -> "Acknowledgements":
        return cast("Acknowledgements", self.adapter("acknowledgements"))

    @cached_property
    def dead_letters(self) -> "DeadLetters":
        return cast("DeadLetters", self.adapter("dead_letters"))

    @cached_property
    def history(self) -> "History":
        return cast("History", import_module("makoto.adapters.history_duckdb").connect(self.settings))

    @cached_property
    def wakes(self) -> "Wakes":
        return cast("Wakes", self.adapter("wakes"))

    def open_tenant(
        self, tenant_id: str, principal: Principal | None, correlation_id: str, handled: "Handled | None" = None
    ) -> TenantContext:
        """Bind every tenant port to this one tenant; `handled` is the event that the caller reacts to.

        Raises TenantNotActive unless the tenant is active.
        """
        record = self.cached_configuration.tenant(tenant_id)
        if record.status is not TenantStatus.ACTIVE:
            raise TenantNotActive(f"tenant {tenant_id} is {record.status}")
        return self.bind(record, principal, correlation_id, handled)

    def bind(
        self,
        record: TenantRecord,
        principal: Principal | None,
        correlation_id: str,
        handled: "Handled | None" = None,
    ) -> TenantContext:
        """Bind whatever the tenant's status; only onboarding and its verification need this."""
        if record.tenant_id == PLATFORM_TENANT_ID:
            raise Forbidden("the platform's own tenant has no stores")
        stores = self.stores(record)
        if record.status is not TenantStatus.ONBOARDING:  # what is served only later does not move yet
            stores = gated(stores, Gate(record, self.cached_configuration.tenant))
        return TenantContext(
            record=record,
            principal=principal,
            documents=stores.documents,
            objects=stores.objects,
            secrets=stores.secrets,
            clock=self.clock,
            ids=self.ids,
            correlation_id=correlation_id,
            wakes=self.wakes,
            handled=handled,
        )

    @cached_property
    def clouds(self) -> CloudDependencies:
        """What the tenants' clouds share in this process: their connections."""
        settings = self.settings
        return CloudDependencies(
            self.clock,
            self.ids,
            endpoint_url=settings.emulator_url or None,
            connections=Connections(clock=self.clock, listen=_circuit_changed),
            key_ring=lambda: cast("KeyRing", self.adapter("key_ring")),
            web_identity=lambda: cast("WebIdentity", self.adapter("web_identity")),
            network=Network(settings.is_laptop, settings.is_laptop, settings.trusted_ca_path or None),
        )

    @cached_property
    def provisioner(self) -> "CloudProvisioner":
        """Makes and removes tenants' stores in whichever cloud they lie."""
        made = import_module("makoto.adapters.provisioning").TenantCloudsProvisioner(self.clouds, self._only_cloud)
        return cast("CloudProvisioner", made)

    @property
    def _only_cloud(self) -> str | None:
        return "memory" if self.settings.cloud == "memory" else None

    def stores(self, record: TenantRecord) -> TenantStores:
        """Open the stores of a record without the gate before their writes; only a move needs this."""
        return open_cloud(self._only_cloud or record.cloud.provider, record, self.clouds)


def _circuit_changed(key: StoreKey, is_open: bool) -> None:
    store_circuit_changed(key.tenant_id, key.store, is_open=is_open)


@lru_cache(maxsize=1)
def platform() -> Platform:
    """The platform of this process."""
    return Platform(runtime_settings())
