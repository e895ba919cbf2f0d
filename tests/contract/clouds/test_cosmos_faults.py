"""What Cosmos DB does wrong, in our words."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest

from makoto.adapters.clouds.azure.cosmos_client import connect_container, regions_of
from makoto.adapters.clouds.azure.cosmos_container import remove_container
from makoto.adapters.clouds.azure.documents import CosmosDocuments
from makoto.adapters.system import SystemIds
from makoto.domain import TenantRecord
from makoto.errors import Forbidden, Invalid, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import (
    Check,
    ConditionFailed,
    Datum,
    Delete,
    Documents,
    IfAbsent,
    IfVersion,
    Key,
    MaybeApplied,
    Put,
    Query,
)
from tests.contract.clouds.cosmos_world import REAL_URL, CosmosWorld, cosmos_world

if TYPE_CHECKING:
    from azure.cosmos import ContainerProxy

Result = TypeVar("Result")
pytestmark = pytest.mark.skipif(bool(REAL_URL), reason="faults are asked of the stand-in")
KEY = Key("p", "a")


@pytest.fixture(scope="module")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CosmosWorld]:
    with cosmos_world(tmp_path_factory.mktemp("cosmos")) as world:
        yield world


@pytest.fixture
def tenant(cosmos: CosmosWorld) -> TenantRecord:
    return cosmos.tenant()


@pytest.fixture
def documents(cosmos: CosmosWorld, tenant: TenantRecord) -> Documents:
    return cosmos.open(tenant).documents


@pytest.fixture(autouse=True)
def no_fault_left(cosmos: CosmosWorld) -> Iterator[None]:
    yield
    cosmos.fault("throttle", times=0)


@dataclass(frozen=True)
class Held:
    """One client, never replaced, and no circuit."""

    container: "ContainerProxy"

    def call(self, act: "Callable[[ContainerProxy], Result]") -> "Result":
        return act(self.container)


def patient(cosmos: CosmosWorld, tenant: TenantRecord, answer_within_s: float) -> CosmosDocuments:
    """A driver that waits this long for an answer."""
    database = cosmos.databases[tenant.tenant_id]
    container = connect_container(database, cosmos.key, cosmos.network, answer_within_s=answer_within_s)
    return CosmosDocuments(Held(container), SystemIds(), "session")


def test_a_busy_store_is_waited_for(cosmos: CosmosWorld, documents: Documents) -> None:
    documents.put(KEY, {"n": 1})
    cosmos.fault("throttle", times=3, value=5)
    documents.put(KEY, {"n": 2})
    cosmos.fault("throttle", times=1, value=5)

    assert documents.get(KEY).data == {"n": 2}


def test_a_store_that_stays_busy_is_throttled_and_says_how_long(cosmos: CosmosWorld, documents: Documents) -> None:
    cosmos.fault("throttle", times=10_000, value=900)

    with pytest.raises(Throttled) as refused:
        documents.driver.read(KEY)

    assert refused.value.retry_after_s == 1


def test_what_a_busy_store_did_not_answer_for_is_failed_and_never_missing(
    cosmos: CosmosWorld, documents: Documents
) -> None:
    keys = [Key(f"p{n % 3}", f"{n}") for n in range(12)]
    documents.batch_put([Put(key, {}) for key in keys])
    cosmos.fault("throttle", times=10_000, value=1)

    got = documents.batch_get([*keys, Key("p9", "absent")])
    stored = documents.batch_put([Put(key, {"n": 1}) for key in keys])

    assert (got.found, got.missing, set(got.failed)) == ({}, (), {*keys, Key("p9", "absent")})
    assert (stored.ok, set(stored.failed)) == ((), set(keys))


def test_a_store_busy_for_some_keys_answers_for_the_others(cosmos: CosmosWorld, documents: Documents) -> None:
    keys = [Key(f"p{n}", "a") for n in range(6)]
    documents.batch_put([Put(key, {}) for key in keys])
    cosmos.fault("throttle", times=2, value=1, after=3)

    found, failed = documents.driver.read_many(keys)

    assert sorted([*(document.key for document in found), *failed]) == keys


def test_a_write_under_way_elsewhere_is_tried_again(cosmos: CosmosWorld, documents: Documents) -> None:
    cosmos.fault("fail", times=2, value=449)

    documents.put(KEY, {"n": 1})

    assert documents.get(KEY).data == {"n": 1}


@pytest.mark.parametrize("kind", ["lose", "hang"])
@pytest.mark.parametrize("write", [Put(KEY, {"n": 1}), Put(KEY, {"n": 1}, IfAbsent())], ids=["upsert", "batch"])
def test_a_write_whose_answer_is_lost_may_have_been_applied(
    cosmos: CosmosWorld, tenant: TenantRecord, documents: Documents, kind: str, write: Put
) -> None:
    driver = patient(cosmos, tenant, 0.4)
    cosmos.fault(kind, times=1, value=1)

    with pytest.raises(MaybeApplied):
        driver.write(write, cosmos.clock.now())

    assert documents.get(KEY).data == {"n": 1}


def test_a_read_that_is_not_answered_is_unavailable(cosmos: CosmosWorld, tenant: TenantRecord) -> None:
    driver = patient(cosmos, tenant, 0.3)
    driver.write(Put(KEY, {}), cosmos.clock.now())
    cosmos.fault("hang", times=5, value=0.6)

    with pytest.raises(Unavailable) as refused:
        driver.read(KEY)

    assert not isinstance(refused.value, MaybeApplied)


@pytest.mark.parametrize(
    ("status", "expected"), [(401, CredentialsRefused), (403, Forbidden), (408, MaybeApplied), (503, MaybeApplied)]
)
def test_an_answer_to_a_write_is_one_of_our_kinds(
    cosmos: CosmosWorld, tenant: TenantRecord, status: int, expected: type[Exception]
) -> None:
    driver = patient(cosmos, tenant, 5)
    cosmos.fault("fail", times=10, value=status)

    with pytest.raises(expected):
        driver.write(Put(KEY, {}), cosmos.clock.now())
    cosmos.fault("fail", times=10, value=status)
    with pytest.raises(expected):
        driver.write_all([Put(KEY, {}, IfAbsent())], cosmos.clock.now())


def test_a_container_that_is_gone_is_unavailable_and_never_empty(
    cosmos: CosmosWorld, tenant: TenantRecord, documents: Documents
) -> None:
    documents.put(KEY, {})
    documents.query(Query("p"))
    database = cosmos.databases[tenant.tenant_id]
    with cosmos.account(database) as client:
        assert remove_container(client, database.database, tenant.tenant_id)
    driver = patient(cosmos, tenant, 5)

    acts: list[Callable[[], object]] = [
        lambda: driver.read(KEY),
        lambda: driver.read_many([KEY, Key("p", "b"), Key("q", "c")]),
        lambda: driver.write(Put(KEY, {}), cosmos.clock.now()),
        lambda: driver.write(Delete(KEY), cosmos.clock.now()),
        lambda: driver.write(Put(KEY, {}, IfAbsent()), cosmos.clock.now()),
        lambda: driver.walk(None, 10),
        lambda: documents.query(Query("p")),
        lambda: documents.find(KEY),
    ]
    for act in acts:
        with pytest.raises(Unavailable, match="not there"):
            act()


def test_a_wrong_key_is_refused_when_the_client_is_made(cosmos: CosmosWorld, tenant: TenantRecord) -> None:
    with pytest.raises(CredentialsRefused):
        connect_container(cosmos.databases[tenant.tenant_id], "AAAA", cosmos.network)


def test_an_account_that_is_not_there_is_unavailable(cosmos: CosmosWorld, tenant: TenantRecord) -> None:
    database = cosmos.databases[tenant.tenant_id].model_copy(update={"endpoint": "https://127.0.0.1:1"})

    with pytest.raises(Unavailable):
        connect_container(database, cosmos.key, cosmos.network)


def test_a_server_of_another_authority_is_not_spoken_to(cosmos: CosmosWorld, tenant: TenantRecord) -> None:
    with pytest.raises(Unavailable):
        connect_container(cosmos.databases[tenant.tenant_id], cosmos.key, replace(cosmos.network, ca_path=None))


def test_an_account_tells_its_regions_in_our_names(cosmos: CosmosWorld, tenant: TenantRecord) -> None:
    with cosmos.account(cosmos.databases[tenant.tenant_id]) as client:
        assert regions_of(client) == {"japaneast"}


def test_what_the_service_finds_too_large_is_invalid(documents: Documents) -> None:
    data: dict[str, Datum] = {"control": "\x01" * 390_000}

    with pytest.raises(Invalid):
        documents.put(KEY, data)


def test_writes_across_partitions_are_refused_before_sending(cosmos: CosmosWorld, documents: Documents) -> None:
    cosmos.fault("fail", times=1, value=500)

    with pytest.raises(Invalid):
        documents.atomic([Put(Key("p", "a"), {}), Put(Key("q", "a"), {})])


def test_a_check_changes_no_version_and_deletes_of_nothing_do_no_harm(documents: Documents) -> None:
    kept = documents.put(KEY, {"n": 1})

    documents.atomic([Check(KEY, IfVersion(kept.version)), Delete(Key("p", "absent")), Put(Key("p", "b"), {})])

    assert documents.get(KEY) == kept
    assert documents.find(Key("p", "absent")) is None
    assert documents.find(Key("p", "b")) is not None


@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_stale_version_in_a_batch_is_named_by_its_place(documents: Documents, at: int) -> None:
    stored = {n: documents.put(Key("p", f"{n}"), {"n": n}) for n in range(5)}
    documents.put(Key("p", f"{at}"), {"n": "changed"})
    writes = [Put(each.key, {"n": -1}, IfVersion(each.version)) for each in stored.values()]
    deletes = [Delete(each.key, IfVersion(each.version)) for each in stored.values()]
    checks = [Check(each.key, IfVersion(each.version)) for each in stored.values()]

    for some in (writes, deletes, checks):
        with pytest.raises(ConditionFailed) as refused:
            documents.atomic([Put(Key("p", "new"), {}), *some])
        assert refused.value.index == at + 1

    assert documents.find(Key("p", "new")) is None
    assert [found.data["n"] for found in documents.query(Query("p")).items][at] == "changed"


def test_a_forged_version_is_no_sql(documents: Documents) -> None:
    documents.put(KEY, {"n": 1})

    for forged in ('" OR true OR "" = "', "' OR 1=1", "\\", '"', ""):
        with pytest.raises(ConditionFailed):
            documents.put(KEY, {"n": 2}, when=IfVersion(forged))

    assert documents.get(KEY).data == {"n": 1}


def test_absence_is_checked_in_a_batch_and_leaves_nothing(cosmos: CosmosWorld, documents: Documents) -> None:
    soon = cosmos.clock.now() + timedelta(seconds=30)
    documents.put(Key("p", "over"), {}, expires_at=soon)
    cosmos.clock.advance(31)

    documents.atomic(
        [Check(Key("p", "none"), IfAbsent()), Put(Key("p", "over"), {"n": 2}, IfAbsent()), Put(Key("p", "b"), {})]
    )

    assert [found.key.id for found in documents.query(Query("p")).items] == ["b", "over"]
    with pytest.raises(ConditionFailed) as refused:
        documents.atomic([Put(Key("p", "c"), {}), Check(Key("p", "b"), IfAbsent())])
    assert refused.value.index == 1


def test_threads_that_share_a_client_miss_no_page(documents: Documents) -> None:
    fill = "x" * 150_000
    puts = [Put(Key("big", f"{n:02}"), {"fill": fill}) for n in range(60)]
    documents.batch_put(puts)
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            documents.find(Key("p", "absent"))

    disturbing = [threading.Thread(target=disturb) for _ in range(2)]
    for each in disturbing:
        each.start()
    try:
        got = documents.batch_get([put.key for put in puts])
    finally:
        stop.set()
        for each in disturbing:
            each.join()

    assert (len(got.found), got.missing, got.failed) == (60, (), ())


def test_items_of_the_tenants_own_tools_are_left_alone(
    cosmos: CosmosWorld, tenant: TenantRecord, documents: Documents
) -> None:
    documents.put(KEY, {})
    container = connect_container(cosmos.databases[tenant.tenant_id], cosmos.key, cosmos.network)
    container.upsert_item({"id": "report", "_pk": KEY.partition, "total": 5})

    assert [found.key for found in documents.walk().items] == [KEY]
    assert [found.key for found in documents.query(Query(KEY.partition)).items] == [KEY]
