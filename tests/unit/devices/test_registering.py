"""Registering a device: credentials once, one device an id, and no certificate that nobody knows."""

import threading
from datetime import datetime

import pytest

from functions.devices import model, service
from functions.devices.model import ListDevices, RegisterDevice
from functions.devices.views import RegisteredDevice
from makoto.errors import Invalid, MakotoError, Unavailable
from makoto.ports.documents import Key, MaybeApplied, Write
from makoto.ports.fleet import IssuedCertificate
from tests.builders import TENANT
from tests.unit.devices.conftest import Crash, Factory, certificate_of

THING = f"{TENANT}_edge-07"


def test_a_registered_device_gets_what_it_needs_to_connect(factory: Factory) -> None:
    answer = factory.register()

    credentials = answer.credentials
    assert credentials.certificate_pem.startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE KEY" in credentials.private_key_pem
    assert credentials.client_id == THING
    assert credentials.topic == f"dt/{TENANT}/osaka/machining/l1/c3"
    assert (credentials.endpoint, credentials.port) == ("127.0.0.1", 8883)
    assert factory.fleet.things[THING] == {
        "tenant": TENANT,
        "site": "osaka",
        "area": "machining",
        "line": "l1",
        "cell": "c3",
        "device": "edge-07",
    }


def test_the_certificate_works_and_the_ingest_function_knows_whose_it_is(factory: Factory) -> None:
    certificate_id = certificate_of(factory.register())

    record = factory.ports.configuration.certificate(certificate_id)
    assert factory.working() == {certificate_id}
    assert record is not None
    assert (record.tenant_id, record.device_id, str(record.path)) == (TENANT, "edge-07", "osaka/machining/l1/c3")
    assert record.status == "active"


def test_the_private_key_is_in_the_answer_only(factory: Factory) -> None:
    answer = factory.register()

    key = answer.credentials.private_key_pem.splitlines()[1]
    stored = factory.tenant.documents.driver.read(Key("device", "edge-07"))  # as the store holds it
    assert key not in repr(stored)
    assert key not in repr(answer)
    assert key not in repr(factory.ports.fleet.issue_certificate(THING))


def test_an_id_is_registered_once(factory: Factory) -> None:
    first = factory.register()

    with pytest.raises(model.AlreadyRegistered):
        factory.register()

    assert factory.working() == {certificate_of(first)}


def test_the_same_request_again_replaces_the_credentials_that_were_lost(factory: Factory) -> None:
    lost = factory.register(key="a-key")

    again = factory.register(key="a-key")

    assert certificate_of(again) != certificate_of(lost)
    assert factory.working() == {certificate_of(again)}
    assert factory.record_status(certificate_of(lost)) is None
    assert factory.fleet.certificates_of(THING) == (certificate_of(again),)


@pytest.mark.parametrize(("key", "line"), [("another-key", "l1"), ("a-key", "l2"), (None, "l1")])
def test_another_request_for_the_same_id_is_a_conflict(factory: Factory, key: str | None, line: str) -> None:
    factory.register(key="a-key")

    with pytest.raises(model.AlreadyRegistered):
        factory.register(key=key, line=line)


def test_a_key_is_forgotten_after_a_day_and_when_the_device_was_changed_since(factory: Factory) -> None:
    factory.register(key="a-key")
    factory.register("edge-08", key="b-key")
    service.rotate_device("edge-08", model.RotateDevice(), factory.tenant, factory.ports)

    with pytest.raises(model.AlreadyRegistered):
        factory.register("edge-08", key="b-key")
    factory.clock.advance(24 * 3600)
    with pytest.raises(model.AlreadyRegistered):
        factory.register(key="a-key")


@pytest.mark.parametrize(
    ("when", "call"),
    [
        ("before", "create_certificate"),
        ("before", "attach"),
        ("after", "attach"),
        ("before", "set_active"),
        ("after", "set_active"),
    ],
)
def test_a_failed_registration_leaves_nothing_and_can_be_sent_again_at_once(
    factory: Factory, when: str, call: str
) -> None:
    getattr(factory.fleet, when)[call] = Unavailable("the broker is away")
    with pytest.raises(Unavailable):
        factory.register()
    assert not factory.fleet.active
    assert not factory.fleet.things
    assert not factory.ports.configuration.certificates_of(TENANT)
    assert not service.list_devices(ListDevices(), factory.tenant).items

    getattr(factory.fleet, when).clear()
    answer = factory.register()
    assert factory.working() == {certificate_of(answer)}


@pytest.mark.parametrize(("when", "call"), [("after", "attach"), ("before", "set_active"), ("after", "set_active")])
def test_a_crash_is_repaired_by_registering_again_once_the_claim_has_ended(
    factory: Factory, when: str, call: str
) -> None:
    getattr(factory.fleet, when)[call] = Crash()
    with pytest.raises(Crash):
        factory.register()
    getattr(factory.fleet, when).clear()

    with pytest.raises(model.CertificateBeingIssued):
        factory.register()
    factory.clock.advance(model.LEASE.total_seconds())
    answer = factory.register()

    assert factory.fleet.certificates_of(THING) == (certificate_of(answer),)
    assert set(factory.fleet.active) == {certificate_of(answer)}
    assert [each.certificate_id for each in factory.ports.configuration.certificates_of(TENANT)] == [
        certificate_of(answer)
    ]


def test_a_crash_before_the_certificate_is_attached_leaves_one_that_can_do_nothing(factory: Factory) -> None:
    factory.fleet.before["attach"] = Crash()

    with pytest.raises(Crash):
        factory.register()

    assert factory.working() == set()


def test_of_two_registrations_at_once_one_wins(factory: Factory) -> None:
    outcomes: list[RegisteredDevice | MakotoError] = []
    start = threading.Barrier(8)

    def register() -> None:
        start.wait()
        try:
            outcomes.append(factory.register())
        except MakotoError as refused:
            outcomes.append(refused)

    threads = [threading.Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [each for each in outcomes if isinstance(each, RegisteredDevice)]
    assert len(won) == 1
    assert {type(each) for each in outcomes} <= {
        RegisteredDevice,
        model.AlreadyRegistered,
        model.CertificateBeingIssued,
    }
    assert factory.working() == {certificate_of(won[0])}


@pytest.mark.parametrize("fault", [None, Unavailable("the broker is away")])
def test_one_that_wakes_up_after_its_claim_ended_harms_only_itself(
    factory: Factory, monkeypatch: pytest.MonkeyPatch, fault: MakotoError | None
) -> None:
    create = factory.fleet.create_certificate
    others: list[RegisteredDevice] = []

    def overtaken() -> IssuedCertificate:
        monkeypatch.undo()
        factory.clock.advance(model.LEASE.total_seconds())
        others.append(factory.register())
        if fault:
            raise fault
        return create()

    monkeypatch.setattr(factory.fleet, "create_certificate", overtaken)
    with pytest.raises(MakotoError):
        factory.register()

    assert factory.working() == set(factory.fleet.active) == {certificate_of(others[0])}
    assert service.read_device("edge-07", factory.tenant).certificates == others[0].device.certificates
    assert factory.fleet.things


def test_a_write_whose_answer_was_lost_counts_if_it_was_made(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = factory.tenant.documents.driver
    write = driver.write

    def lost(put: Write, now: datetime) -> str:
        write(put, now)
        raise MaybeApplied("the answer was lost")

    monkeypatch.setattr(driver, "write", lost)

    answer = factory.register()

    assert factory.working() == {certificate_of(answer)}
    assert service.read_device("edge-07", factory.tenant).status == "active"


def test_a_write_whose_answer_was_lost_fails_if_it_was_not_made(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(put: Write, now: datetime) -> str:
        raise MaybeApplied("the answer was lost")

    monkeypatch.setattr(factory.tenant.documents.driver, "write", lost)

    with pytest.raises(MaybeApplied):
        factory.register()

    assert not factory.fleet.active


def test_a_place_too_deep_for_a_topic_is_refused_before_anything_is_made(factory: Factory) -> None:
    long = "a" * 63
    command = RegisterDevice(device_id="edge-07", site=long, area=long, line=long, cell=long)

    with pytest.raises(Invalid, match="256 bytes"):
        service.register_device(command, factory.tenant, factory.ports)

    assert not factory.fleet.things


def test_two_tenants_may_use_one_device_id_and_never_see_each_other(factory: Factory) -> None:
    factory.register()
    command = RegisterDevice(device_id="edge-07", site="nagoya", area="food", line="l1", cell="c1")
    other = service.register_device(command, factory.neighbour, factory.ports)

    assert service.read_device("edge-07", factory.tenant).path.site == "osaka"
    assert service.read_device("edge-07", factory.neighbour).path.site == "nagoya"
    assert other.credentials.client_id != THING
    assert len(factory.working()) == 2
