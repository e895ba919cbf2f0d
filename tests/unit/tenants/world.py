"""The platform as tenants see it, in this process, with a fuse in every port."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from functions.tenants.commands import OnboardTenant
from functions.tenants.model import STEPS
from functions.tenants.onboarding import Task, begin_roll_back, finish_roll_back, run_step, undo_step
from functions.tenants.ports import Act, TenantsPorts
from functions.tenants.service import delete_tenant, onboard_tenant
from functions.tenants.upkeep import Upkeep, keep_up
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.configuration import MemoryConfiguration
from makoto.adapters.clouds.memory.identity import MemoryIdentity
from makoto.adapters.clouds.memory.key_ring import MemoryKeyRing
from makoto.adapters.clouds.memory.provisioning import MemoryProvisioner
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.adapters.clouds.memory.signing import process_signer
from makoto.adapters.clouds.memory.tenancy import MemoryTenancy
from makoto.adapters.clouds.memory.workflows import MemoryWorkflows
from makoto.domain import AwsAccount, TenantRecord
from makoto.errors import Unavailable
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext
from tests.builders import settings

ACT = Act("tenant.test", "operator@example.com", "request-1")
KEY = "key-1"


class Crash(BaseException):
    """The process dies; no handler of ours sees it."""


@dataclass
class Fuse:
    """Counts the calls of all ports and breaks at one of them, before it or right after it has taken effect."""

    breaks_at: int = 0
    is_after: bool = False
    error: type[BaseException] = Crash
    stays_broken: Callable[[str], bool] = lambda name: False
    calls: int = 0

    def call(self, name: str, act: Callable[[], Any]) -> Any:
        if self.stays_broken(name):
            raise Unavailable(f"{name} does not answer")
        self.calls += 1
        if self.calls != self.breaks_at:
            return act()
        if self.is_after:
            act()
        raise self.error(f"broken at call {self.calls}: {name}")


class _Fused:
    """A port behind a fuse."""

    def __init__(self, name: str, port: object, fuse: Fuse) -> None:
        self._name, self._port, self._fuse = name, port, fuse

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        if not callable(found):
            return found

        def called(*given: Any, **named: Any) -> Any:
            return self._fuse.call(f"{self._name}.{method}", partial(found, *given, **named))

        return called


FUSED = ("tenancy", "configuration", "identity", "provisioner", "key_ring", "workflows", "publisher")
STORES = ("documents", "objects", "secrets")


@dataclass
class World:
    """Every memory adapter by its own name, and the ports that the use cases get."""

    fuse: Fuse = field(default_factory=Fuse)

    def __post_init__(self) -> None:
        self.clock, self.ids = FixedClock(), CountingIds()
        self.tenancy, self.items = MemoryTenancy(), MemoryConfiguration()
        self.configuration = Configuration(self.items)
        runtime = settings()
        self.identity = MemoryIdentity(
            self.clock, process_signer(), region=runtime.region, pool_id="pool", client_id="client"
        )
        self.provisioner, self.workflows, self.publisher = MemoryProvisioner(), MemoryWorkflows(), MemoryPublisher()
        self.key_ring = MemoryKeyRing()
        self.cloud = MemoryCloud(self.clock, self.ids)
        self.hosted = AwsAccount(account_id=runtime.account_id, region=runtime.region, role_arn=runtime.hosted_role_arn)
        self.ports = TenantsPorts(
            **{name: self._fused(name, getattr(self, name)) for name in FUSED},
            clock=self.clock,
            ids=self.ids,
            hosted=self.hosted,
            bind=self.bind,
        )

    def bind(self, record: TenantRecord) -> TenantContext:
        stores = self.cloud.stores(record.tenant_id)
        return TenantContext(
            record=record,
            principal=None,
            **{name: self._fused(name, getattr(stores, name)) for name in STORES},
            clock=self.clock,
            ids=self.ids,
            correlation_id="request-1",
        )

    def _fused(self, name: str, port: object) -> Any:
        return _Fused(name, port, self.fuse)

    def admit(self, **changes: Any) -> str:
        """Take a tenant on without running its onboarding."""
        return onboard_tenant(command(**changes), changes.get("organization", KEY), ACT, self.ports).tenant_id

    def onboard(self, tenant_id: str) -> None:
        """Run every step as the state machine does when nothing fails."""
        for step in STEPS:
            run_step(step, task(tenant_id), self.ports)

    def roll_back(self, tenant_id: str, error: str = "Test") -> bool:
        """Run the roll-back as the state machine does."""
        if not begin_roll_back(task(tenant_id), error, self.ports):
            return False
        for step in ("write_configuration", "provision_stores", "create_identity"):
            undo_step(step, task(tenant_id), self.ports)
        finish_roll_back(task(tenant_id), self.ports)
        return True

    def active(self, **changes: Any) -> str:
        """A tenant that is served."""
        tenant_id = self.admit(**changes)
        self.onboard(tenant_id)
        return tenant_id

    def delete(self, tenant_id: str) -> Upkeep:
        """Delete a tenant and let the schedule remove it."""
        delete_tenant(tenant_id, ACT, self.ports)
        return self.later()

    def later(self, seconds: float = 91) -> Upkeep:
        """Run the schedule when nothing serves any more what is being deleted."""
        self.clock.advance(seconds)
        return keep_up("tick", self.ports)

    def left_of(self, tenant_id: str) -> list[str]:
        """Name everything that exists of a tenant beside its records."""
        stores = self.cloud.stores(tenant_id)
        found = {
            "stores": tenant_id in self.provisioner.provisioned,
            "objects": bool(stores.objects.list("", limit=1).items),
            "secrets": bool(stores.secrets._driver._values),  # type: ignore[attr-defined]  # the memory cloud's own
            "users": bool(self.identity.users_of(tenant_id)),
            "group": tenant_id in self.identity._groups,
            "members": bool(self.tenancy.members(tenant_id)),
            "memberships": any(key.pk.startswith("membership#") for key in self.items._items),
        }
        return [name for name, is_there in found.items() if is_there]

    def mend(self) -> None:
        """Let every later call through."""
        self.fuse.breaks_at, self.fuse.stays_broken = 0, lambda name: False


def task(tenant_id: str) -> Task:
    return Task(tenant_id, "request-1")


def command(**changes: Any) -> OnboardTenant:
    """A customer who is taken on into the platform's own account."""
    given: dict[str, Any] = {
        "name": "東都精機株式会社",
        "organization": "toto-seiki",
        "administrator": {"email": "hanako@example.com", "name": "山田 花子"},
        "cloud": {"mode": "hosted"},
    }
    return OnboardTenant.model_validate(given | changes)
