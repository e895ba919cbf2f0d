"""A container that a customer's administrator made beforehand: taken by one tenant, and given back empty."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.cosmos import PartitionKey

from makoto.adapters.clouds.azure.cosmos_container import make_container, remove_container
from makoto.adapters.clouds.azure.cosmos_mark import MARK, PAGE, claim
from makoto.adapters.clouds.azure.cosmos_properties import indexing
from makoto.adapters.clouds.azure.documents import CosmosDocuments
from makoto.adapters.system import SystemClock, SystemIds
from makoto.domain.clouds.azure import CosmosDatabase
from makoto.errors import Unavailable
from makoto.ports.documents import Key, Put, Scan
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.cosmos_keys_only import (
    OURS,
    THEIRS,
    Subscription,
    container_of,
    items_of,
    subscription,
)
from tests.contract.clouds.cosmos_world import REAL_URL, made_beforehand
from tests.contract.clouds.test_cosmos_faults import Held

pytestmark = pytest.mark.skipif(bool(REAL_URL), reason="it plays with the stand-in's options")

BEFORE_THE_DELETE = 3
"""Requests for items when a container is removed: the mark, the query's plan, its page."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subscription]:
    with subscription(tmp_path_factory.mktemp("cosmos")) as account:
        yield account


@pytest.fixture
def database(served: Subscription) -> str:
    return served.database().database


@pytest.fixture
def administrator(served: Subscription, database: str) -> Any:
    return served.administrator(CosmosDatabase(endpoint=served.url, database=database))


@pytest.fixture
def platform(served: Subscription, database: str) -> Any:
    return served.platform(CosmosDatabase(endpoint=served.url, database=database))


def test_what_the_administrator_made_is_taken_by_one_tenant(administrator: Any, platform: Any, database: str) -> None:
    made_beforehand(administrator, database)

    make_container(platform, database, OURS)
    make_container(platform, database, OURS)

    with pytest.raises(StoreTaken):
        make_container(platform, database, THEIRS)


def test_of_tenants_that_take_a_container_at_once_one_has_it(administrator: Any, database: str) -> None:
    made_beforehand(administrator, database)
    together = threading.Barrier(8)

    def take(number: int) -> bool:
        together.wait()
        try:
            make_container(administrator, database, f"t{number:012d}")
        except StoreTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert len(items_of(administrator, database)) == 1


def test_a_mark_is_never_overwritten(administrator: Any, database: str) -> None:
    """Both found the container empty and unmarked before either marked it."""
    container = made_beforehand(administrator, database)

    assert claim(container, OURS) == OURS
    assert claim(container, THEIRS) == OURS
    assert claim(container, OURS) == OURS


def test_a_container_with_the_indexes_of_every_path_is_taken_too(
    administrator: Any, platform: Any, database: str
) -> None:
    """What the portal makes: `indexing` costs less, but the orders are there."""
    policy = {"indexingMode": "consistent", "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/d/*"}]}
    made_beforehand(administrator, database, indexing_policy=policy, default_ttl=3600)

    make_container(platform, database, OURS)

    assert len(items_of(administrator, database)) == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"partition_key": PartitionKey("/pk")}, "partition key must be /_pk"),
        ({"partition_key": PartitionKey("/_pk", version=1)}, "version 2"),
        ({"default_ttl": None}, "time to live"),
        ({"indexing_policy": {**indexing(), "indexingMode": "none"}}, "mode"),
        ({"indexing_policy": {**indexing(), "includedPaths": [{"path": "/id/?"}]}}, "must include /_id/"),
        (
            {
                "indexing_policy": {
                    **indexing(),
                    "includedPaths": [{"path": "/*"}],
                    "excludedPaths": [{"path": "/id/?"}],
                }
            },
            "must include /id/",
        ),
    ],
)
def test_a_container_that_cannot_hold_the_documents_is_refused_with_what_is_wrong(
    administrator: Any, platform: Any, database: str, changes: dict[str, Any], rule: str
) -> None:
    made_beforehand(administrator, database, **changes)

    with pytest.raises(StoreRefused, match=rf"{rule}.* az cosmosdb sql container create .* -p /_pk .* --ttl -1 --idx "):
        make_container(platform, database, OURS)

    assert items_of(administrator, database) == []


def test_a_container_with_items_that_nobody_marked_is_left_alone(
    administrator: Any, platform: Any, database: str
) -> None:
    made_beforehand(administrator, database).upsert_item({"id": "theirs", "_pk": "p"})

    with pytest.raises(StoreTaken):
        make_container(platform, database, OURS)
    assert not remove_container(administrator, database, OURS)

    assert [item["id"] for item in items_of(administrator, database)] == ["theirs"]


def test_a_container_that_a_token_may_not_remove_is_emptied_and_free_again(
    administrator: Any, platform: Any, database: str
) -> None:
    container = made_beforehand(administrator, database)
    make_container(platform, database, OURS)
    for number in range(2 * PAGE + 1):
        container.upsert_item({"id": f"{number}", "_pk": f"p{number % 3}"})
    container.upsert_item({"id": "without a partition"})

    assert remove_container(platform, database, OURS)
    assert not remove_container(platform, database, OURS)

    assert items_of(administrator, database) == []
    make_container(platform, database, THEIRS)


def test_the_mark_stays_until_the_last_item_is_gone(
    served: Subscription, administrator: Any, platform: Any, database: str
) -> None:
    container = made_beforehand(administrator, database)
    make_container(platform, database, OURS)
    container.upsert_item({"id": "a", "_pk": "p"})
    served.fail(after=BEFORE_THE_DELETE)

    with pytest.raises(Unavailable):
        remove_container(platform, database, OURS)
    served.fail(times=0)

    with pytest.raises(StoreTaken):
        make_container(platform, database, THEIRS)
    assert remove_container(platform, database, OURS)
    assert items_of(administrator, database) == []


def test_the_mark_is_no_document(administrator: Any, database: str) -> None:
    make_container(administrator, database, OURS)
    driver = CosmosDocuments(Held(container_of(administrator, database)), SystemIds(), "session")
    driver.write(Put(Key("p", "a"), {}), SystemClock().now())

    walked = driver.walk(None, 10)

    assert [document.key for document in walked.documents] == [Key("p", "a")]
    for partition in ("True", "true", MARK):
        assert driver.scan(Scan(partition, "", None, None, None, False, 10)).documents == []
        assert driver.read(Key(partition, MARK)) is None
