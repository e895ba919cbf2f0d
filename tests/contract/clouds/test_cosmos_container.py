"""A tenant's container in Cosmos DB, and who may speak to the account."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.servers.cosmos.access import AUDIENCE, KEY
from local.servers.entra import signing_key
from makoto.adapters.clouds import Network
from makoto.adapters.clouds.azure.cosmos_client import CONTAINER, connect_account, connect_container
from makoto.adapters.clouds.azure.cosmos_container import has_container, indexing, make_container, remove_container
from makoto.domain.clouds.azure import CosmosDatabase
from makoto.errors import Forbidden, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.cosmos_world import REAL_URL, running_cosmos

pytestmark = pytest.mark.skipif(bool(REAL_URL), reason="it plays with the stand-in's options")
OURS, THEIRS = "t000000000001", "t000000000002"
APPLICATION = "11111111-1111-1111-1111-111111111111"


class Token:
    """A credential with one token."""

    def __init__(self, folder: Path, **claims: object) -> None:
        import jwt

        now = int(time.time())
        told = {"aud": AUDIENCE, "oid": APPLICATION, "exp": now + 600, "iat": now, **claims}
        self._token = jwt.encode(told, signing_key(folder / "signing.pem"), algorithm="RS256")

    def get_token(self, *scopes: str, **options: Any) -> Any:
        from azure.core.credentials import AccessToken

        return AccessToken(self._token, int(time.time()) + 600)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cosmos")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[tuple[str, Network]]:
    signing_key(folder / "signing.pem")
    options = ["--signing-key", str(folder / "signing.pem"), "--principal", APPLICATION, "--keys-only-manage"]
    with running_cosmos(folder, *options) as place:
        yield place


@pytest.fixture
def database(served: tuple[str, Network], request: pytest.FixtureRequest) -> CosmosDatabase:
    url, network = served
    database = CosmosDatabase(endpoint=url, database=f"d{abs(hash(request.node.name))}")
    with connect_account(database, KEY, network) as client:
        client.create_database(database.database)
    return database


@pytest.fixture
def client(served: tuple[str, Network], database: CosmosDatabase) -> Iterator[Any]:
    with connect_account(database, KEY, served[1]) as client:
        yield client


def test_a_container_is_made_once_with_all_that_the_documents_need(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)
    made = client.get_database_client(database.database).get_container_client(CONTAINER).read()

    make_container(client, database.database, OURS)

    found = client.get_database_client(database.database).get_container_client(CONTAINER).read()
    assert found["_etag"] == made["_etag"]
    assert (found["partitionKey"]["paths"], found["defaultTtl"]) == (["/_pk"], -1)
    assert found["indexingPolicy"] == indexing(OURS)


def test_properties_that_were_changed_are_set_again(client: Any, database: CosmosDatabase) -> None:
    from azure.cosmos import PartitionKey

    make_container(client, database.database, OURS)
    held = client.get_database_client(database.database)
    held.replace_container(CONTAINER, PartitionKey("/_pk"), indexing_policy=indexing(OURS))

    make_container(client, database.database, OURS)

    assert held.get_container_client(CONTAINER).read()["defaultTtl"] == -1


def test_another_tenants_container_is_neither_taken_nor_removed(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, THEIRS)

    with pytest.raises(StoreTaken):
        make_container(client, database.database, OURS)
    with pytest.raises(StoreTaken):
        remove_container(client, database.database, OURS)

    assert has_container(client, database.database)


def test_a_container_that_somebody_else_made_is_left_alone(client: Any, database: CosmosDatabase) -> None:
    from azure.cosmos import PartitionKey

    client.get_database_client(database.database).create_container(CONTAINER, PartitionKey("/_pk"))

    with pytest.raises(StoreTaken):
        make_container(client, database.database, OURS)
    with pytest.raises(StoreTaken):
        remove_container(client, database.database, OURS)


def test_a_removed_container_is_gone_and_removing_it_again_is_no_error(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)

    assert remove_container(client, database.database, OURS)
    assert not remove_container(client, database.database, OURS)
    assert not has_container(client, database.database)


def test_a_database_that_is_not_there_is_unavailable(client: Any) -> None:
    with pytest.raises(Unavailable):
        make_container(client, "nobody", OURS)


def test_a_token_reads_and_writes_but_makes_no_container(
    served: tuple[str, Network], folder: Path, client: Any, database: CosmosDatabase
) -> None:
    with connect_account(database, Token(folder), served[1]) as ours:
        with pytest.raises(StoreRefused, match=r"az cosmosdb sql container create .* --idx .*_made_for_t000000000001"):
            make_container(ours, database.database, OURS)
        make_container(client, database.database, OURS)
        make_container(ours, database.database, OURS)
    container = connect_container(database, Token(folder), served[1])

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
    served: tuple[str, Network],
    folder: Path,
    database: CosmosDatabase,
    claims: dict[str, object],
    refusal: type[Exception],
) -> None:
    with pytest.raises(refusal):
        connect_account(database, Token(folder, **claims), served[1])


def test_a_token_that_another_directory_signed_opens_nothing(
    served: tuple[str, Network], tmp_path: Path, database: CosmosDatabase
) -> None:
    with pytest.raises(CredentialsRefused):
        connect_account(database, Token(tmp_path), served[1])


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
