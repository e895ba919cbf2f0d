"""The devices of a tenant follow the tenant's status."""

import pytest

from functions.devices import service
from functions.devices.model import DeviceStatus, RegisterDevice
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from tests.builders import TENANT
from tests.unit.devices.conftest import Factory, certificate_of


def test_a_suspended_tenants_devices_are_refused_and_come_back_with_it(factory: Factory) -> None:
    first, second = certificate_of(factory.register("a")), certificate_of(factory.register("b"))

    factory.set_tenant(TenantStatus.SUSPENDED)
    service.follow_tenant(TENANT, factory.ports)
    assert factory.working() == set()

    factory.set_tenant(TenantStatus.ACTIVE)
    service.follow_tenant(TENANT, factory.ports)
    assert factory.working() == {first, second}


def test_a_device_disabled_by_hand_stays_so_when_the_tenant_resumes(factory: Factory) -> None:
    kept = certificate_of(factory.register("a"))
    factory.register("b")
    service.set_device_status("b", DeviceStatus.DISABLED, factory.tenant, factory.ports)
    factory.set_tenant(TenantStatus.SUSPENDED)
    service.follow_tenant(TENANT, factory.ports)

    factory.set_tenant(TenantStatus.ACTIVE)
    service.follow_tenant(TENANT, factory.ports)

    assert factory.working() == {kept}


def test_a_late_event_does_what_the_present_status_says(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.set_tenant(TenantStatus.ACTIVE)

    for _ in ("resumed, first", "suspended, late", "suspended, twice"):
        service.follow_tenant(TENANT, factory.ports)

    assert factory.working() == {certificate_id}


def test_a_device_enabled_while_its_tenant_is_suspended_waits_for_the_tenant(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    service.set_device_status("edge-07", DeviceStatus.DISABLED, factory.tenant, factory.ports)
    factory.set_tenant(TenantStatus.SUSPENDED)

    service.set_device_status("edge-07", DeviceStatus.ACTIVE, factory.tenant, factory.ports)
    assert factory.working() == set()

    factory.set_tenant(TenantStatus.ACTIVE)
    service.follow_tenant(TENANT, factory.ports)
    assert factory.working() == {certificate_id}


def test_another_tenants_devices_are_not_touched(factory: Factory) -> None:
    factory.register()
    command = RegisterDevice(device_id="edge-07", site="nagoya", area="food", line="l1", cell="c1")
    theirs = certificate_of(service.register_device(command, factory.neighbour, factory.ports))

    factory.set_tenant(TenantStatus.SUSPENDED)
    service.follow_tenant(TENANT, factory.ports)

    assert factory.working() == {theirs}


def test_a_deleted_tenant_leaves_no_thing_no_certificate_and_no_record(factory: Factory) -> None:
    factory.register("a")
    factory.register("b")
    factory.set_tenant(TenantStatus.DELETED)

    assert service.follow_tenant(TENANT, factory.ports) == 2
    assert service.follow_tenant(TENANT, factory.ports) == 0

    assert not factory.fleet.things
    assert not factory.fleet.active
    assert not factory.ports.configuration.certificates_of(TENANT)


def test_a_certificate_rotated_away_meanwhile_does_not_stop_the_others(factory: Factory) -> None:
    gone, kept = certificate_of(factory.register("a")), certificate_of(factory.register("b"))
    del factory.fleet.active[gone]
    factory.fleet.active[kept] = False

    service.follow_tenant(TENANT, factory.ports)

    assert factory.working() == {kept}


def test_a_broker_that_is_away_makes_the_event_come_again(factory: Factory) -> None:
    factory.register()
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.fleet.before["set_active"] = Unavailable("the broker is away")

    with pytest.raises(Unavailable):
        service.follow_tenant(TENANT, factory.ports)


def test_a_tenant_without_devices_is_no_error(factory: Factory) -> None:
    assert service.follow_tenant("tzzzzzzzzzzzz", factory.ports) == 0
