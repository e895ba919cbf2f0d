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


@pytest.fixture
def tokened(served: tuple[str, Network], folder: Path, database: CosmosDatabase) -> Iterator[Any]:
    """A client that may not make or remove containers, as the service treats every token."""
    with connect_account(database, Token(folder), served[1]) as client:
        yield client


def by_administrator(client: Any, database: CosmosDatabase, **changes: Any) -> Any:
    """Make the container as the runbook tells the customer's administrator."""
    told = {"partition_key": PartitionKey("/_pk"), "indexing_policy": indexing(), "default_ttl": -1, **changes}
    return client.get_database_client(database.database).create_container(CONTAINER, **told)


def items_of(client: Any, database: CosmosDatabase) -> list[Any]:
    return list(_container(client, database).query_items("SELECT * FROM c", enable_cross_partition_query=True))


def _container(client: Any, database: CosmosDatabase) -> Any:
    return client.get_database_client(database.database).get_container_client(CONTAINER)


def test_a_container_is_made_once_with_all_that_the_documents_need(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)
    made, marked = _container(client, database).read(), items_of(client, database)

    make_container(client, database.database, OURS)

    found = _container(client, database).read()
    assert found["_etag"] == made["_etag"]
    assert (found["partitionKey"]["paths"], found["partitionKey"]["version"], found["defaultTtl"]) == (["/_pk"], 2, -1)
    assert found["indexingPolicy"] == indexing()
    assert items_of(client, database) == marked


def test_properties_that_were_changed_are_set_again(client: Any, tokened: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)
    held = client.get_database_client(database.database)
    held.replace_container(CONTAINER, PartitionKey("/_pk"), indexing_policy=indexing())

    with pytest.raises(StoreRefused, match=r"changed: its time to live must be on.* --ttl -1"):
        make_container(tokened, database.database, OURS)
    make_container(client, database.database, OURS)

    assert _container(client, database).read()["defaultTtl"] == -1


def test_another_tenants_container_is_neither_taken_nor_removed(
    client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    make_container(client, database.database, THEIRS)
    marked = items_of(client, database)

    for ours in (client, tokened):
        with pytest.raises(StoreTaken):
            make_container(ours, database.database, OURS)
        with pytest.raises(StoreTaken):
            remove_container(ours, database.database, OURS)

    assert items_of(client, database) == marked


def test_what_the_administrator_made_is_taken_by_one_tenant(
    client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    by_administrator(client, database)

    make_container(tokened, database.database, OURS)
    make_container(tokened, database.database, OURS)

    with pytest.raises(StoreTaken):
        make_container(tokened, database.database, THEIRS)


def test_of_tenants_that_take_a_container_at_once_one_has_it(client: Any, database: CosmosDatabase) -> None:
    by_administrator(client, database)
    together = threading.Barrier(8)

    def take(number: int) -> bool:
        together.wait()
        try:
            make_container(client, database.database, f"t{number:012d}")
        except StoreTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert len(items_of(client, database)) == 1


def test_a_container_with_the_indexes_of_every_path_is_taken_too(
    client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    """What the portal makes: `indexing` costs less, but the orders are there."""
    policy = {"indexingMode": "consistent", "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/d/*"}]}
    by_administrator(client, database, indexing_policy=policy, default_ttl=3600)

    make_container(tokened, database.database, OURS)

    assert len(items_of(client, database)) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"partition_key": PartitionKey("/pk")}, "partition key must be /_pk"),
        ({"partition_key": PartitionKey("/_pk", version=1)}, "version 2"),
        ({"default_ttl": None}, "time to live"),
        ({"indexing_policy": {**indexing(), "indexingMode": "none"}}, "mode"),
        ({"indexing_policy": {**indexing(), "includedPaths": [{"path": "/id/?"}]}}, "must include /_id/"),
        (
            {"indexing_policy": {**indexing(), "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/id/?"}]}},
            "must include /id/",
        ),
    ],
)
def test_a_container_that_cannot_hold_the_documents_is_refused_with_what_is_wrong(
    client: Any, tokened: Any, database: CosmosDatabase, changes: dict[str, Any], rule: str
) -> None:
    by_administrator(client, database, **changes)

    with pytest.raises(StoreRefused, match=rf"{rule}.* az cosmosdb sql container create .* -p /_pk .* --ttl -1 --idx "):
        make_container(tokened, database.database, OURS)

    assert items_of(client, database) == []


def test_a_container_with_items_that_nobody_marked_is_left_alone(
    client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    by_administrator(client, database).upsert_item({"id": "theirs", "_pk": "p"})

    with pytest.raises(StoreTaken):
        make_container(tokened, database.database, OURS)
    assert not remove_container(client, database.database, OURS)

    assert [item["id"] for item in items_of(client, database)] == ["theirs"]


def test_a_removed_container_is_gone_and_removing_it_again_is_no_error(client: Any, database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)

    assert remove_container(client, database.database, OURS)
    assert not remove_container(client, database.database, OURS)
    assert not has_container(client, database.database)


def test_a_container_that_a_token_may_not_remove_is_emptied_and_free_again(
    client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    container = by_administrator(client, database)
    make_container(tokened, database.database, OURS)
    for number in range(2 * PAGE + 1):
        container.upsert_item({"id": f"{number}", "_pk": f"p{number % 3}"})
    container.upsert_item({"id": "without a partition"})

    assert remove_container(tokened, database.database, OURS)
    assert not remove_container(tokened, database.database, OURS)

    assert items_of(client, database) == []
    make_container(tokened, database.database, THEIRS)


def test_the_mark_stays_until_the_last_item_is_gone(client: Any, tokened: Any, database: CosmosDatabase) -> None:
    container = by_administrator(client, database)
    make_container(tokened, database.database, OURS)
    container.upsert_item({"id": "a", "_pk": "p"})
    fault(database.endpoint, "fail", value=503, after=3)  # the mark read, the query's plan, its page; then the delete

    with pytest.raises(Unavailable):
        remove_container(tokened, database.database, OURS)
    fault(database.endpoint, "fail", times=0)

    with pytest.raises(StoreTaken):
        make_container(tokened, database.database, THEIRS)
    assert remove_container(tokened, database.database, OURS)
    assert items_of(client, database) == []


def test_the_mark_is_no_document(client: Any, served: tuple[str, Network], database: CosmosDatabase) -> None:
    make_container(client, database.database, OURS)
    driver = CosmosDocuments(Held(_container(client, database)), SystemIds(), "session")
    driver.write(Put(Key("p", "a"), {}), SystemClock().now())

    walked = driver.walk(None, 10)

    assert [document.key for document in walked.documents] == [Key("p", "a")]
    for partition in ("True", "true", MARK):
        assert driver.scan(Scan(partition, "", None, None, None, False, 10)).documents == []
        assert driver.read(Key(partition, MARK)) is None


def test_a_database_that_is_not_there_is_unavailable(client: Any) -> None:
    with pytest.raises(Unavailable):
        make_container(client, "nobody", OURS)


def test_a_token_reads_and_writes_but_makes_no_container(
    served: tuple[str, Network], folder: Path, client: Any, tokened: Any, database: CosmosDatabase
) -> None:
    with pytest.raises(StoreRefused, match=r"no container.* az cosmosdb sql container create .* --ttl -1 --idx "):
        make_container(tokened, database.database, OURS)
    make_container(client, database.database, OURS)
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
