"""`makoto outbox …` through the real handlers."""

import json
from typing import ClassVar

import pytest

from functions.outbox import relay
from makoto.adapters.clouds.memory.publisher import MemoryPublisher
from makoto.events import Event
from makoto.ports.documents import Key, Put
from makoto.ports.outbox import Fact
from tests.builders import TENANT, lambda_context
from tests.unit.cli.conftest import ADMIN, OPERATOR, VIEWER, Terminal, World


class OrderPlaced(Event):
    """A fact of these tests."""

    name: ClassVar[str] = "order.placed"
    source: ClassVar[str] = "makoto.orders"


def relayed() -> None:
    body = json.dumps({"tenant_id": TENANT, "partition": "orders"})
    relay.handler({"Records": [{"messageId": "m0", "body": body}]}, lambda_context())


@pytest.fixture
def bus(world: World) -> MemoryPublisher:
    """One aggregate is parked, another has told its facts."""
    found: MemoryPublisher = world.platform.adapter("publisher")
    found.refusing["order/1"] = True
    tenant = world.platform.open_tenant(TENANT, None, "request-1")
    for aggregate, version in (("order/1", 1), ("order/2", 1), ("order/2", 2)):
        tenant.commit([Put(Key("orders", "order"), {})], [Fact(OrderPlaced(), aggregate, version)])
    relayed()
    return found


@pytest.mark.parametrize(("who", "named"), [(ADMIN, ()), (OPERATOR, ("--tenant", TENANT))])
def test_a_parked_aggregate_is_seen_and_tried_again(
    makoto: Terminal, bus: MemoryPublisher, who: str, named: tuple[str, ...]
) -> None:
    makoto.sign_in(who)
    assert "order/1" in makoto("outbox", "list", *named).out
    assert "MalformedDetail" in makoto("outbox", "list", *named).out
    shown = makoto("outbox", "events", "orders", "--state", "parked", "--json", *named)
    assert [each["version"] for each in json.loads(shown.out)] == [1]

    bus.refusing.clear()
    assert makoto("outbox", "redrive", "orders", "order/1", *named).code == 0
    relayed()

    assert json.loads(makoto("outbox", "list", "--json", *named).out) == {"behind": [], "parked": []}
    assert [each.aggregate for each in bus.published].count("order/1") == 1


def test_published_facts_go_out_again(makoto: Terminal, bus: MemoryPublisher) -> None:
    makoto.sign_in(ADMIN)
    bus.published.clear()

    said = makoto("outbox", "replay", "orders", "order/2", "--from-version", "2")
    relayed()

    assert (said.code, said.out) == (0, "1 events go out again.\n")
    assert [each.version for each in bus.published] == [2]


def test_what_cannot_be_done_is_said(makoto: Terminal, bus: MemoryPublisher) -> None:
    makoto.sign_in(ADMIN)
    assert makoto("outbox", "redrive", "orders", "order/2").code != 0
    assert makoto("outbox", "events", "orders", "--state", "lost").code != 0
    makoto.sign_in(VIEWER)
    assert makoto("outbox", "list").err.startswith("403")
