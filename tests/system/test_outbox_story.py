"""What a tenant's use cases tell reaches the bus by way of its own store, and administrators see it on its way."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.company import Company, eventually
from tests.system.laptop import FOOD, MACHINING, LaptopCloud


@pytest.fixture(scope="module")
def company(laptop: LaptopCloud) -> Company:
    return laptop.company(MACHINING)


@pytest.fixture
def heard(laptop: LaptopCloud) -> Iterator[list[dict[str, Any]]]:
    """What the bus says of devices while the test runs."""
    sqs, events = laptop.aws.client("sqs"), laptop.aws.client("events")
    (bus,) = (each["Name"] for each in events.list_event_buses()["EventBuses"] if each["Name"].startswith("makoto-"))
    queue = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["makoto.devices"]})
    events.put_rule(Name="listener", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "listener", "Arn": arn}])
    found: list[dict[str, Any]] = []

    class Listening(list[dict[str, Any]]):
        def __iter__(self) -> Iterator[dict[str, Any]]:
            told = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
            found.extend(json.loads(message["Body"])["detail"] for message in told)
            return iter(found)

    yield Listening()
    events.remove_targets(Rule="listener", EventBusName=bus, Ids=["listener"])
    events.delete_rule(Name="listener", EventBusName=bus)
    sqs.delete_queue(QueueUrl=queue)


def test_a_devices_life_is_told_on_the_bus_in_order_and_can_be_told_again(
    laptop: LaptopCloud, company: Company, heard: list[dict[str, Any]]
) -> None:
    company.register("teller")
    for act in ("disable", "enable"):
        assert company.client.post(company.url("devices", "teller", act)).status_code == 200
    wanted = ["device.registered.v1", "device.disabled.v1", "device.enabled.v1"]

    def told() -> list[dict[str, Any]]:
        return [each for each in heard if each["aggregate"] == "device/teller"]

    envelopes = eventually(told, lambda each: len(each) >= 3)
    assert sorted({each["tenant_id"] for each in envelopes}) == [company.tenant_id]
    assert [each["detail_type"] for each in sorted(envelopes, key=lambda each: each["version"])] == wanted

    asked = {"partition": "device", "aggregate": "device/teller", "state": "published"}
    published = eventually(
        lambda: company.client.get(company.url("outbox", "events"), params=asked).json()["items"],
        lambda items: len(items) == 3,
    )
    assert [each["detail_type"] for each in published] == wanted
    again = {"partition": "device", "aggregate": "device/teller", "from_version": published[2]["version"]}
    assert company.client.post(company.url("outbox", "replay"), json=again).json() == {"events": 1}
    eventually(told, lambda each: [one["detail_type"] for one in each].count("device.enabled.v1") == 2)


def test_the_platforms_administrator_sees_any_tenants_outbox_and_a_tenant_its_own_only(
    laptop: LaptopCloud, company: Company
) -> None:
    state = laptop.platform_client().get(f"/api/v1/admin/outbox/{company.tenant_id}")
    assert (state.status_code, state.json()["parked"]) == (200, [])

    other = laptop.client(FOOD)
    assert other.get(company.url("outbox")).status_code == 403
    assert other.get(f"/api/v1/admin/outbox/{company.tenant_id}").status_code == 403
    assert laptop.client(MACHINING, "viewer").get(company.url("outbox")).status_code == 403
