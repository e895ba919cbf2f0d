"""Listing, disabling, enabling and rotating devices."""

import pytest

from functions.devices import model, service
from functions.devices.model import DeviceStatus, ListDevices, RotateDevice
from functions.devices.views import RegisteredDevice
from makoto.errors import Conflict, Invalid, NotFound, Unavailable
from makoto.ports.configuration import CertificateRecord
from tests.unit.devices.conftest import Crash, Factory, certificate_of

DISABLED, ACTIVE = DeviceStatus.DISABLED, DeviceStatus.ACTIVE


def set_status(factory: Factory, status: DeviceStatus) -> None:
    service.set_device_status("edge-07", status, factory.tenant, factory.ports)


def rotate(factory: Factory, *, keep_previous: bool = False) -> RegisteredDevice:
    command = RotateDevice(keep_previous=keep_previous)
    return service.rotate_device("edge-07", command, factory.tenant, factory.ports)


def test_devices_are_listed_by_id_with_filters_and_pages(factory: Factory) -> None:
    for device_id, line in [("c", "l1"), ("a", "l2"), ("b", "l1"), ("d", "l1")]:
        factory.register(device_id, line=line)
    service.set_device_status("d", DISABLED, factory.tenant, factory.ports)

    first = service.list_devices(ListDevices(line="l1", limit=2), factory.tenant)
    rest = service.list_devices(ListDevices(line="l1", limit=2, cursor=first.next_cursor), factory.tenant)
    disabled = service.list_devices(ListDevices(site="osaka", status=DISABLED), factory.tenant)

    assert [each.device_id for each in first.items] == ["b", "c"]
    assert [each.device_id for each in rest.items] == ["d"]
    assert rest.next_cursor is None
    assert [each.device_id for each in disabled.items] == ["d"]


def test_a_cursor_of_another_tenant_or_another_listing_is_refused(factory: Factory) -> None:
    for device_id in ("a", "b"):
        factory.register(device_id)
    cursor = service.list_devices(ListDevices(limit=1), factory.tenant).next_cursor

    with pytest.raises(Invalid):
        service.list_devices(ListDevices(limit=1, cursor=cursor), factory.neighbour)
    with pytest.raises(Invalid):
        service.list_devices(ListDevices(limit=1, cursor=cursor, line="l1"), factory.tenant)


def test_a_device_of_another_tenant_is_not_found(factory: Factory) -> None:
    factory.register()

    with pytest.raises(NotFound):
        service.read_device("edge-07", factory.neighbour)
    with pytest.raises(NotFound):
        service.set_device_status("edge-07", DISABLED, factory.neighbour, factory.ports)
    with pytest.raises(NotFound):
        service.rotate_device("edge-07", RotateDevice(), factory.neighbour, factory.ports)

    assert len(factory.working()) == 1


def test_a_disabled_device_is_refused_by_the_broker_and_by_the_ingest_function(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())

    set_status(factory, DISABLED)

    assert factory.working() == set()
    assert factory.record_status(certificate_id) == "disabled"


def test_an_enabled_device_works_again_with_the_same_certificate(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    set_status(factory, DISABLED)

    set_status(factory, ACTIVE)

    assert factory.working() == {certificate_id}
    assert factory.record_status(certificate_id) == "active"


def test_disabling_again_completes_what_a_crash_left_half_done(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    factory.fleet.before["set_active"] = Crash()
    with pytest.raises(Crash):
        set_status(factory, DISABLED)
    assert factory.working() == {certificate_id}
    factory.fleet.before.clear()

    set_status(factory, DISABLED)

    assert factory.working() == set()


def test_a_device_whose_certificate_vanished_at_the_broker_can_still_be_disabled(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())
    del factory.fleet.active[certificate_id]

    set_status(factory, DISABLED)

    assert factory.record_status(certificate_id) == "disabled"


def test_rotation_ends_the_previous_certificate_at_once(factory: Factory) -> None:
    old = certificate_of(factory.register())

    new = certificate_of(rotate(factory))

    assert factory.working() == {new}
    assert factory.record_status(old) is None
    assert old not in factory.fleet.active


def test_a_kept_certificate_works_until_it_is_retired(factory: Factory) -> None:
    old = certificate_of(factory.register())
    new = certificate_of(rotate(factory, keep_previous=True))
    assert factory.working() == {old, new}

    left = service.retire_certificate("edge-07", old, factory.tenant, factory.ports)

    assert factory.working() == {new}
    assert [each.certificate_id for each in left.certificates] == [new]
    with pytest.raises(model.LastCertificate):
        service.retire_certificate("edge-07", new, factory.tenant, factory.ports)
    with pytest.raises(model.CertificateNotFound):
        service.retire_certificate("edge-07", old, factory.tenant, factory.ports)


def test_at_most_two_certificates_work_at_a_time(factory: Factory) -> None:
    factory.register()
    second = certificate_of(rotate(factory, keep_previous=True))

    third = certificate_of(rotate(factory, keep_previous=True))

    assert factory.working() == {second, third}


def test_a_disabled_device_gets_no_new_certificate(factory: Factory) -> None:
    factory.register()
    set_status(factory, DISABLED)

    with pytest.raises(model.DeviceIsDisabled):
        rotate(factory)

    assert factory.working() == set()


@pytest.mark.parametrize("call", ["create_certificate", "attach"])
def test_a_failed_rotation_leaves_the_old_certificate_working_and_may_be_asked_again(
    factory: Factory, call: str
) -> None:
    old = certificate_of(factory.register())
    factory.fleet.before[call] = Unavailable("the broker is away")
    with pytest.raises(Unavailable):
        rotate(factory)
    assert set(factory.fleet.active) == factory.working() == {old}
    factory.fleet.before.clear()

    new = certificate_of(rotate(factory))

    assert factory.working() == {new}


def test_a_rotation_that_crashed_leaves_no_certificate_behind_after_the_next(factory: Factory) -> None:
    old = certificate_of(factory.register())
    factory.fleet.after["attach"] = Crash()
    with pytest.raises(Crash):
        rotate(factory)
    assert factory.working() == {old}
    factory.fleet.after.clear()
    with pytest.raises(model.CertificateBeingIssued):
        rotate(factory)
    factory.clock.advance(model.LEASE.total_seconds())

    new = certificate_of(rotate(factory))

    assert set(factory.fleet.active) == {new}


def test_a_device_disabled_during_its_rotation_stays_disabled(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.register()
    issue = factory.ports.fleet.issue_certificate

    def disabled_meanwhile(thing_name: str) -> object:
        set_status(factory, DISABLED)
        return issue(thing_name)

    monkeypatch.setattr(factory.ports.fleet, "issue_certificate", disabled_meanwhile)
    with pytest.raises(Conflict, match="changed in the meantime"):
        rotate(factory)

    assert factory.working() == set()
    assert len(factory.fleet.active) == 1


def test_enabling_what_is_enabled_does_not_disturb_a_rotation(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.register()
    issue = factory.ports.fleet.issue_certificate

    def enabled_meanwhile(thing_name: str) -> object:
        issued = issue(thing_name)
        set_status(factory, ACTIVE)
        return issued

    monkeypatch.setattr(factory.ports.fleet, "issue_certificate", enabled_meanwhile)

    new = certificate_of(rotate(factory))

    assert factory.working() == set(factory.fleet.active) == {new}


def test_certificates_follow_a_change_that_comes_while_they_are_being_switched(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate_id = certificate_of(factory.register())
    set_status(factory, DISABLED)
    save = factory.ports.configuration.save_certificate

    def disabled_by_another(record: CertificateRecord) -> None:
        monkeypatch.undo()
        save(record)
        set_status(factory, DISABLED)

    monkeypatch.setattr(factory.ports.configuration, "save_certificate", disabled_by_another)
    set_status(factory, ACTIVE)

    assert factory.working() == set()
    assert factory.record_status(certificate_id) == "disabled"


def test_what_happened_to_a_device_can_be_read(factory: Factory) -> None:
    factory.register()
    set_status(factory, DISABLED)
    set_status(factory, DISABLED)
    set_status(factory, ACTIVE)

    history = service.read_device("edge-07", factory.tenant).history

    assert [each.what for each in history] == ["registered", "disabled", "active"]
    assert {each.by for each in history} == {"hanako@example.com"}


def test_an_unfinished_registration_can_be_neither_enabled_nor_rotated(factory: Factory) -> None:
    factory.fleet.before["attach"] = Crash()
    with pytest.raises(Crash):
        factory.register()

    with pytest.raises(model.CertificateBeingIssued):
        set_status(factory, ACTIVE)
    with pytest.raises(model.CertificateBeingIssued):
        rotate(factory)
