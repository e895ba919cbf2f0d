"""A tenant's container in Cosmos DB, and who may speak to the account."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.servers.cosmos.access import KEY
from makoto.adapters.clouds.azure.cosmos_client import CONTAINER, connect_account, connect_container
from makoto.adapters.clouds.azure.cosmos_container import has_container, make_container, remove_container
from makoto.adapters.clouds.azure.cosmos_properties import indexing
from makoto.domain.clouds.azure import CosmosDatabase
from makoto.errors import Forbidden, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.cosmos_keys_only import (
    OURS,
    THEIRS,
    Subscription,
    Token,
    container_of,
    items_of,
    subscription,
)
from tests.contract.clouds.cosmos_world import REAL_URL, running_cosmos

pytestmark = pytest.mark.skipif(bool(REAL_URL), reason="it plays with the stand-in's options")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subscription]:
    with subscription(tmp_path_factory.mktemp("cosmos")) as account:
        yield account


@pytest.fixture
def database(served: Subscription) -> CosmosDatabase:
    return served.database()


@pytest.fixture
def client(served: Subscription, database: CosmosDatabase) -> Any:
    return served.administrator(database)


@pytest.fixture
def tokened(served: Subscription, database: CosmosDatabase) -> Any:
    """A client that may not make or remove containers, as the service treats every token."""
    return served.platform(database)


def test_a_container_is_made_once_with_all_that_the_documents_need(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)
    made, marked = container_of(client, database.database).read(), items_of(client, database.database)

    make_container(client, database.database, OURS)

    found = container_of(client, database.database).read()
    assert found["_etag"] == made["_etag"]
    assert (found["partitionKey"]["paths"], found["partitionKey"]["version"], found["defaultTtl"]) == (["/_pk"], 2, -1)
    assert found["indexingPolicy"] == indexing()
    assert items_of(client, database.database) == marked


def test_properties_that_were_changed_are_set_again(client: Any, tokened: Any, database: CosmosDatabase) -> None:
    from azure.cosmos import PartitionKey

    make_container(client, database.database, OURS)
    held = client.get_database_client(database.database)
    held.replace_container(CONTAINER, PartitionKey("/_pk"), indexing_policy=indexing())

    with pytest.raises(StoreRefused, match=r"changed: its time to live must be on.* --ttl -1"):
        make_container(tokened, database.database, OURS)
    make_container(client, database.database, OURS)

    assert container_of(client, database.database).read()["defaultTtl"] == -1


def test_another_tenants_container_is_neither_taken_nor_removed(
    client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    make_container(client, database.database, THEIRS)
    marked = items_of(client, database.database)

    for ours in (client, tokened):
        with pytest.raises(StoreTaken):
            make_container(ours, database.database, OURS)
        with pytest.raises(StoreTaken):
            remove_container(ours, database.database, OURS)

    assert items_of(client, database.database) == marked


def test_a_removed_container_is_gone_and_removing_it_again_is_no_error(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)

    assert remove_container(client, database.database, OURS)
    assert not remove_container(client, database.database, OURS)
    assert not has_container(client, database.database)


def test_a_database_that_is_not_there_is_unavailable(client: Any) -> None:
    with pytest.raises(Unavailable):
        make_container(client, "nobody", OURS)


def test_a_token_reads_and_writes_but_makes_no_container(
    served: Subscription, client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    with pytest.raises(StoreRefused, match=r"no container.* az cosmosdb sql container create .* --ttl -1 --idx "):
        make_container(tokened, database.database, OURS)
    make_container(client, database.database, OURS)
    container = connect_container(database, Token(served.folder), served.network)

    container.upsert_item({"id": "a", "_pk": "p"})

    assert container.read_item("a", "p")["id"] == "a"


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"oid": "another application"}, Forbidden),
        ({"exp": 1}, CredentialsRefused),
        ({"aud": "https://vault.azure.net"}, CredentialsRefused),
    ],
)
def test_a_token_for_something_else_opens_nothing(
    served: Subscription,
    database: CosmosDatabase,
    claims: dict[str, object],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        connect_account(database, Token(served.folder, **claims), served.network)


def test_a_token_that_another_directory_signed_opens_nothing(
    served: Subscription, tmp_path: Path, database: CosmosDatabase
) -> None:
    with pytest.raises(CredentialsRefused):
        connect_account(database, Token(tmp_path), served.network)


def test_the_stand_in_keeps_its_data_when_it_is_killed(tmp_path: Path) -> None:
    options = ["--data", str(tmp_path / "data"), "--database", "d"]
    with running_cosmos(tmp_path, *options, ends_by=signal.SIGKILL) as (url, network):
        database = CosmosDatabase(endpoint=url, database="d")
        with connect_account(database, KEY, network) as client:
            make_container(client, "d", OURS)
        container = connect_container(database, KEY, network)
        stored = container.upsert_item({"id": "a", "_pk": "p", "n": 1.5})
        container.upsert_item({"id": "b", "_pk": "p"})
        container.delete_item("b", "p")

    with running_cosmos(tmp_path, *options) as (url, network):
        container = connect_container(CosmosDatabase(endpoint=url, database="d"), KEY, network)
        assert container.read_item("a", "p")["_etag"] == stored["_etag"]
        assert [item["n"] for item in container.query_items("SELECT * FROM c", partition_key="p")] == [1.5]


def test_the_stand_in_lets_items_live_as_long_as_they_may(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)
    container = client.get_database_client(database.database).get_container_client(CONTAINER)
    container.upsert_item({"id": "a", "_pk": "p", "ttl": 1})
    container.upsert_item({"id": "b", "_pk": "p", "ttl": -1})
    deadline = time.monotonic() + 5
    while len(found := list(container.query_items("SELECT * FROM c", partition_key="p"))) > 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert [item["id"] for item in found] == ["b"]
