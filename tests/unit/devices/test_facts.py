"""What devices tell other domains."""

from collections.abc import Sequence

import pytest

from functions.devices import service
from functions.devices.model import DeviceNotFound, DeviceStatus, RotateDevice
from makoto.errors import Unavailable
from makoto.events import Envelope
from makoto.ports.documents import Query
from makoto.ports.outbox import PENDING
from tests.unit.devices.conftest import Factory, certificate_of


def told(factory: Factory) -> Sequence[Envelope]:
    """The facts that wait for the relay."""
    found = factory.tenant.documents.system().query(Query("device", prefix=PENDING)).items
    return [Envelope.model_validate_json(str(each.data["envelope"])) for each in found]


def test_each_change_of_a_device_is_told_in_order_with_a_version_of_its_own(factory: Factory) -> None:
    first = factory.register("edge-07")
    service.set_device_status("edge-07", DeviceStatus.DISABLED, factory.tenant, factory.ports)
    service.set_device_status("edge-07", DeviceStatus.DISABLED, factory.tenant, factory.ports)
    service.set_device_status("edge-07", DeviceStatus.ACTIVE, factory.tenant, factory.ports)
    service.rotate_device("edge-07", RotateDevice(keep_previous=True), factory.tenant, factory.ports)
    service.retire_certificate("edge-07", certificate_of(first), factory.tenant, factory.ports)

    facts = told(factory)
    assert [fact.detail_type for fact in facts] == [
        "device.registered.v1",
        "device.disabled.v1",
        "device.enabled.v1",
        "device.credentials_rotated.v1",
        "device.certificate_retired.v1",
    ]
    assert {(fact.aggregate, fact.tenant_id) for fact in facts} == {("device/edge-07", factory.tenant.tenant_id)}
    versions = [fact.version for fact in facts]
    assert versions == sorted(set(versions))
    assert facts[0].data["path"] == {"site": "osaka", "area": "machining", "line": "l1", "cell": "c3"}


def test_a_registration_that_fails_is_not_told(factory: Factory) -> None:
    factory.fleet.before["attach"] = Unavailable("the broker does not answer")

    with pytest.raises(Unavailable):
        factory.register("edge-07")

    assert told(factory) == []
    with pytest.raises(DeviceNotFound):
        service.read_device("edge-07", factory.tenant)


def test_a_device_id_that_is_taken_again_repeats_no_version(factory: Factory) -> None:
    factory.register("edge-07", key="once")
    first = told(factory)[-1].version
    factory.clock.advance(1)
    factory.register("edge-07", key="once")

    assert [fact.version for fact in told(factory)] == [first, first + 2]
    assert len({fact.id for fact in told(factory)}) == 2
