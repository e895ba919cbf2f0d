"""What the relay's own AWS adapters keep to: the bus tells of each event, and a wake comes when it was asked for."""

import json
import time
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from local.emulator import Emulator
from makoto.adapters.clouds.aws.publisher import EventBridgePublisher, NotPublished
from makoto.adapters.clouds.aws.wakes import SqsWakes
from makoto.adapters.system import SystemClock
from makoto.errors import Unavailable
from makoto.events import Envelope, Event
from tests.builders import TENANT
from tests.contract.clouds.worlds import AwsWorld

BUS = "makoto-outbox-contract"


class OrderPlaced(Event):
    """A fact of these tests."""

    name: ClassVar[str] = "order.placed"
    source: ClassVar[str] = "makoto.orders"

    text: str = ""


def envelope(number: int, text: str = "部品") -> Envelope:
    return Envelope.around(
        OrderPlaced(text=text),
        tenant_id=TENANT,
        aggregate=f"order/{number}",
        version=1,
        occurred_at=SystemClock().now(),
        correlation_id="request-1",
    )


@pytest.fixture(scope="module")
def world(emulator: Emulator) -> AwsWorld:
    made = AwsWorld(emulator.endpoint)
    made.root("events").create_event_bus(Name=BUS)
    return made


class Answering:
    """A bus that answers each event with a code; what it took is kept."""

    def __init__(self, code: Callable[[str], str]) -> None:
        self.calls: list[list[str]] = []
        self._code = code

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        names = [json.loads(entry["Detail"])["aggregate"] for entry in Entries]
        self.calls.append(names)
        return {"Entries": [{"ErrorCode": self._code(name)} if self._code(name) else {} for name in names]}


def answering(code: Callable[[str], str]) -> tuple[EventBridgePublisher, Answering]:
    wire: Any = Answering(code)
    return EventBridgePublisher(wire, BUS), wire


def test_any_number_of_events_reaches_the_bus(world: AwsWorld) -> None:
    publisher = EventBridgePublisher(world.root("events"), BUS)

    assert publisher.deliver([envelope(number) for number in range(23)]) == []


def test_a_call_holds_ten_events_and_a_quarter_of_a_megabyte() -> None:
    publisher, wire = answering(lambda _: "")

    publisher.deliver([envelope(n) for n in range(23)])
    publisher.deliver([envelope(n, "x" * 100_000) for n in range(5)])

    assert [len(call) for call in wire.calls] == [10, 10, 3, 2, 2, 1]


def test_an_event_too_large_for_the_bus_is_refused_for_good_without_asking() -> None:
    publisher, wire = answering(lambda _: "")

    (refusal,) = publisher.deliver([envelope(1), envelope(2, "部" * 90_000), envelope(3)])

    assert (refusal.event_id, refusal.is_final) == (envelope(2).id, True)
    assert "bytes" in refusal.reason
    assert wire.calls == [["order/1", "order/3"]]


@pytest.mark.parametrize(
    ("code", "is_final"),
    [("MalformedDetail", True), ("ThrottlingException", False), ("NotAuthorizedForSourceException", False)],
)
def test_the_bus_tells_which_events_it_refuses_and_whether_for_good(code: str, is_final: bool) -> None:
    publisher, _ = answering(lambda name: code if name == "order/2" else "")

    (refusal,) = publisher.deliver([envelope(1), envelope(2), envelope(3)])

    assert (refusal.event_id, refusal.reason, refusal.is_final) == (envelope(2).id, code, is_final)
    with pytest.raises(NotPublished):
        publisher.publish([envelope(2)])


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure"])
def test_a_bus_that_is_busy_counts_against_no_event(code: str) -> None:
    publisher, _ = answering(lambda _: code)

    with pytest.raises(Unavailable):
        publisher.deliver([envelope(1), envelope(2)])


def test_a_wake_comes_at_once_or_when_it_was_asked_for(world: AwsWorld) -> None:
    sqs = world.root("sqs")
    url = sqs.create_queue(QueueName="contract-wakes")["QueueUrl"]
    wakes = SqsWakes(url, sqs)
    begun = time.monotonic()

    wakes.wake(TENANT, "later", delay_s=2, attempt=3)
    wakes.wake(TENANT, "部品/1")

    found: list[tuple[dict[str, Any], float]] = []
    while len(found) < 2 and time.monotonic() < begun + 20:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            found.append((json.loads(message["Body"]), time.monotonic() - begun))
    assert [body for body, _ in found] == [
        {"tenant_id": TENANT, "partition": "部品/1", "attempt": 0},
        {"tenant_id": TENANT, "partition": "later", "attempt": 3},
    ]
    assert found[1][1] >= 1.5


def test_a_queue_that_is_not_there_is_unavailable(world: AwsWorld) -> None:
    wakes = SqsWakes(f"{world.endpoint_url}/000000000000/absent", world.root("sqs"))

    with pytest.raises(Unavailable):
        wakes.wake(TENANT, "orders")
