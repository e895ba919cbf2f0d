"""A tenant, its neighbour and a broker that can be made to fail, all in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest

from functions.devices import service
from functions.devices.model import RegisterDevice
from functions.devices.service import DevicesPorts
from functions.devices.views import RegisteredDevice
from makoto.adapters.clouds.memory import CountingIds, FixedClock, MemoryCloud
from makoto.adapters.clouds.memory.configuration import MemoryConfiguration
from makoto.adapters.clouds.memory.fleet import MemoryFleet
from makoto.adapters.clouds.memory.inbox import MemoryInbox
from makoto.adapters.clouds.memory.wakes import MemoryWakes
from makoto.domain import TenantStatus
from makoto.ports.configuration import Configuration
from makoto.ports.context import TenantContext
from makoto.ports.fleet import Fleet, IssuedCertificate
from tests.builders import OTHER_TENANT, TENANT, principal, tenant_record


class Crash(BaseException):
    """The process dies here."""


@dataclass
class FailingFleet(MemoryFleet):
    """Raises at the named call, before or after the call took effect."""

    before: dict[str, BaseException] = field(default_factory=dict)
    after: dict[str, BaseException] = field(default_factory=dict)
    calls_left: int | None = None
    """How many switches the process lives to see."""

    def create_certificate(self) -> IssuedCertificate:
        self._fail(self.before, "create_certificate")
        return super().create_certificate()

    def attach(self, thing_name: str, certificate_id: str) -> None:
        self._fail(self.before, "attach")
        super().attach(thing_name, certificate_id)
        self._fail(self.after, "attach")

    def set_active(self, certificate_id: str, *, active: bool) -> None:
        self._fail(self.before, "set_active")
        if self.calls_left is not None:
            if self.calls_left == 0:
                raise Crash
            self.calls_left -= 1
        super().set_active(certificate_id, active=active)
        self._fail(self.after, "set_active")

    def delete_certificate(self, thing_name: str, certificate_id: str) -> None:
        self._fail(self.before, "delete_certificate")
        super().delete_certificate(thing_name, certificate_id)

    @staticmethod
    def _fail(plan: dict[str, BaseException], call: str) -> None:
        if call in plan:
            raise plan[call]


@dataclass
class Factory:
    """What the tests act on."""

    tenant: TenantContext
    neighbour: TenantContext
    ports: DevicesPorts
    fleet: FailingFleet
    clock: FixedClock
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    events: Iterator[int] = field(default_factory=count)

    def register(self, device_id: str = "edge-07", *, key: str | None = None, line: str = "l1") -> RegisteredDevice:
        command = RegisterDevice(device_id=device_id, site="osaka", area="machining", line=line, cell="c3")
        return service.register_device(command, self.tenant, self.ports, idempotency_key=key)

    def set_tenant(self, status: TenantStatus) -> None:
        record = self.ports.configuration.tenant(TENANT)
        changed = record.model_copy(update={"status": status, "version": record.version + 1})
        self.ports.configuration.save_tenant(changed)

    def follow(self, event_id: str = "") -> int:
        """Let the devices follow their tenant, for a new event or for the same again."""
        return service.follow_tenant(TENANT, self.ports, self.inbox, event_id or f"event-{next(self.events)}")

    def working(self) -> set[str]:
        """The certificates that the broker accepts."""
        return {certificate_id for certificate_id, active in self.fleet.active.items() if active}

    def record_status(self, certificate_id: str) -> str | None:
        """What the ingest function would be told."""
        record = self.ports.configuration.certificate(certificate_id)
        return None if record is None else record.status


@pytest.fixture
def factory() -> Factory:
    clock, ids, wakes = FixedClock(), CountingIds(), MemoryWakes()
    cloud, configuration, fleet = MemoryCloud(clock, ids), Configuration(MemoryConfiguration()), FailingFleet()

    def context(tenant_id: str) -> TenantContext:
        stores, record = cloud.stores(tenant_id), tenant_record(tenant_id)
        configuration.save_tenant(record)
        return TenantContext(
            record=record,
            principal=principal(tenant_id=tenant_id),
            documents=stores.documents,
            objects=stores.objects,
            secrets=stores.secrets,
            clock=clock,
            ids=ids,
            correlation_id="correlation-1",
            wakes=wakes,
        )

    return Factory(context(TENANT), context(OTHER_TENANT), DevicesPorts(Fleet(fleet), configuration), fleet, clock)


def certificate_of(answer: RegisteredDevice) -> str:
    """The id of the newest certificate."""
    return answer.device.certificates[-1].certificate_id
