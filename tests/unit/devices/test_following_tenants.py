"""The devices of a tenant follow the tenant's status."""

import pytest

from functions.devices import certificates, service
from functions.devices.model import DeviceStatus, RegisterDevice
from makoto.domain import TenantStatus
from makoto.errors import Unavailable
from tests.builders import TENANT
from tests.unit.devices.conftest import Crash, Factory, certificate_of


def test_a_suspended_tenants_devices_are_refused_and_come_back_with_it(factory: Factory) -> None:
    first, second = certificate_of(factory.register("a")), certificate_of(factory.register("b"))

    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.follow()
    assert factory.working() == set()

    factory.set_tenant(TenantStatus.ACTIVE)
    factory.follow()
    assert factory.working() == {first, second}


def test_a_device_disabled_by_hand_stays_so_when_the_tenant_resumes(factory: Factory) -> None:
    kept = certificate_of(factory.register("a"))
    factory.register("b")
    service.set_device_status("b", DeviceStatus.DISABLED, factory.tenant, factory.ports)
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.follow()

    factory.set_tenant(TenantStatus.ACTIVE)
    factory.follow()

    assert factory.working() == {kept}


def test_a_late_event_does_what_the_present_status_says(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.set_tenant(TenantStatus.ACTIVE)

    for _ in ("resumed, first", "suspended, late", "suspended, twice"):
        factory.follow()

    assert factory.working() == {certificate_id}


def test_a_device_enabled_while_its_tenant_is_suspended_waits_for_the_tenant(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    service.set_device_status("edge-07", DeviceStatus.DISABLED, factory.tenant, factory.ports)
    factory.set_tenant(TenantStatus.SUSPENDED)

    service.set_device_status("edge-07", DeviceStatus.ACTIVE, factory.tenant, factory.ports)
    assert factory.working() == set()

    factory.set_tenant(TenantStatus.ACTIVE)
    factory.follow()
    assert factory.working() == {certificate_id}


def test_another_tenants_devices_are_not_touched(factory: Factory) -> None:
    factory.register()
    command = RegisterDevice(device_id="edge-07", site="nagoya", area="food", line="l1", cell="c1")
    theirs = certificate_of(service.register_device(command, factory.neighbour, factory.ports))

    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.follow()

    assert factory.working() == {theirs}


def test_a_deleted_tenant_leaves_no_thing_no_certificate_and_no_record(factory: Factory) -> None:
    factory.register("a")
    factory.register("b")
    factory.set_tenant(TenantStatus.DELETED)

    assert factory.follow() == 2
    assert factory.follow() == 0

    assert not factory.fleet.things
    assert not factory.fleet.active
    assert not factory.ports.configuration.certificates_of(TENANT)


def test_a_certificate_rotated_away_meanwhile_does_not_stop_the_others(factory: Factory) -> None:
    gone, kept = certificate_of(factory.register("a")), certificate_of(factory.register("b"))
    del factory.fleet.active[gone]
    factory.fleet.active[kept] = False

    factory.follow()

    assert factory.working() == {kept}


def test_a_broker_that_is_away_makes_the_event_come_again(factory: Factory) -> None:
    factory.register()
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.fleet.before["set_active"] = Unavailable("the broker is away")

    with pytest.raises(Unavailable):
        factory.follow()


def test_an_event_that_comes_again_goes_on_where_it_was_cut_off(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "PORTION", 2)
    for name in "abcde":
        factory.register(name)
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.fleet.calls_left = 3
    with pytest.raises(Crash):
        factory.follow("suspended")
    factory.fleet.calls_left = 3  # the first portion of two is not asked for again

    assert factory.follow("suspended") == 5

    assert factory.working() == set()
    assert factory.fleet.calls_left == 0


def test_a_tenant_whose_status_changed_is_followed_from_the_beginning(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    factory.set_tenant(TenantStatus.SUSPENDED)
    factory.follow("suspended")
    factory.set_tenant(TenantStatus.ACTIVE)

    factory.follow("suspended")

    assert factory.working() == {certificate_id}


def test_a_tenant_without_devices_is_no_error(factory: Factory) -> None:
    assert service.follow_tenant("tzzzzzzzzzzzz", factory.ports, factory.inbox, "event") == 0
