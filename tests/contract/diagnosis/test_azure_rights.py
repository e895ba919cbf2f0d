"""Whether a tenant's application may manage its subscriptions, as Resource Manager's answers say it."""

from collections.abc import Iterator
from typing import Any

import pytest

from makoto.adapters.clouds.azure.diagnosis import rights
from makoto.ports.connection import CredentialsRefused
from makoto.ports.diagnosis import Level
from tests.contract.diagnosis.wire import Wire, serving


@pytest.fixture
def wire() -> Iterator[Wire]:
    with serving() as made:
        yield made


@pytest.mark.parametrize(
    ("actions", "level"),
    [
        (["*"], Level.WARNING),
        (["Microsoft.Storage/storageAccounts/blobServices/containers/read"], Level.OK),
        ([], Level.OK),
    ],
)
def test_an_owner_or_contributor_may_do_too_much(wire: Wire, actions: list[str], level: Level) -> None:
    wire.body = {"value": [{"subscriptionId": "s-1", "actions": actions, "notActions": []}]}

    found = rights(wire.url, "token-1")

    assert found.status is level
    assert ("s-1" in found.detail) is (level is Level.WARNING)
    assert [path.partition("?")[0] for path, _ in wire.asked] == [
        "/subscriptions",
        "/subscriptions/s-1/providers/Microsoft.Authorization/permissions",
    ]
    assert {headers["authorization"] for _, headers in wire.asked} == {"Bearer token-1"}


@pytest.mark.parametrize(("status", "body"), [(200, {"value": []}), (403, {})])
def test_who_sees_no_subscription_manages_none(wire: Wire, status: int, body: Any) -> None:
    wire.status, wire.body = status, body

    assert rights(wire.url, "token-1").status is Level.OK


def test_a_token_that_is_refused_is_told_as_one(wire: Wire) -> None:
    wire.status = 401

    with pytest.raises(CredentialsRefused):
        rights(wire.url, "token-1")
