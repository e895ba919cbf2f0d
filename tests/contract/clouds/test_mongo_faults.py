"""What MongoDB's adapter says and does when the way to the server, the server or its owner fails it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.servers.mongo import MongoServer
from makoto.adapters.clouds import Network
from makoto.adapters.stores.mongo import client as client_module
from makoto.adapters.stores.mongo import connect, transactions
from makoto.domain import TenantRecord
from makoto.errors import Forbidden, MakotoError, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import (
    Check,
    ConditionFailed,
    Delete,
    Documents,
    IfAbsent,
    IfVersion,
    Key,
    MaybeApplied,
    Put,
    Query,
)
from tests.contract.clouds.mongo_world import PASSWORD, USERNAME, MongoWorld, at, name_of
from tests.contract.faults import FaultyProxy

KEY = Key("partition", "id")
OTHER = Key("partition", "other")
ALL = "alwaysOn"


@pytest.fixture
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what never answers be given up soon."""
    monkeypatch.setattr(client_module, "ANSWER_MS", 1_500)
    monkeypatch.setattr(transactions, "TOGETHER_S", 1.5)


hurried = pytest.mark.usefixtures("_in_a_hurry")


@pytest.fixture
def server() -> Iterator[MongoServer]:
    started = MongoServer(users={USERNAME: PASSWORD}).start()
    yield started
    started.stop()


@pytest.fixture
def proxy(server: MongoServer) -> Iterator[FaultyProxy]:
    with FaultyProxy(int(server.address.rpartition(":")[2])) as started:
        server.advertise(f"127.0.0.1:{started.port}")
        yield started


@pytest.fixture
def world(server: MongoServer) -> Iterator[MongoWorld]:
    stands = MongoWorld.on(server)
    yield stands
    stands.connections.close()


@pytest.fixture
def tenant(world: MongoWorld) -> TenantRecord:
    return world.tenant()


@pytest.fixture
def documents(world: MongoWorld, tenant: TenantRecord) -> Documents:
    return world.open(tenant).documents


@pytest.fixture
def far(world: MongoWorld, proxy: FaultyProxy) -> Iterator[Documents]:
    """A tenant's documents by way of the proxy."""
    other = MongoWorld(at(f"127.0.0.1:{proxy.port}"), world.keys, world.network)
    yield other.open(other.tenant()).documents
    other.connections.close()


def failing(world: MongoWorld, commands: list[str], mode: Any = ALL, **how: Any) -> None:
    """Set the server's own fail point."""
    with world.client() as client:
        data = {"failCommands": commands, **how}
        client.admin.command({"configureFailPoint": "failCommand", "mode": mode, "data": data})


def test_a_read_whose_answer_is_lost_is_asked_again_unnoticed(far: Documents, proxy: FaultyProxy) -> None:
    far.put(KEY, {"n": 1})
    proxy.cut_answer(to=b"find\0")

    assert far.get(KEY).data == {"n": 1}


@pytest.mark.parametrize("cut", [FaultyProxy.cut_request, FaultyProxy.cut_answer])
def test_a_write_cut_before_or_after_it_happened_happens_once(
    far: Documents, proxy: FaultyProxy, cut: Callable[..., None]
) -> None:
    far.find(KEY)
    cut(proxy, **{"at" if cut is FaultyProxy.cut_request else "to": b"update\0"})

    stored = far.put(KEY, {"n": 1}, when=IfAbsent())  # which its own first try would refuse

    assert far.get(KEY) == stored
    cut(proxy, **{"at" if cut is FaultyProxy.cut_request else "to": b"delete\0"})
    far.delete(KEY, when=IfVersion(stored.version))
    assert far.find(KEY) is None


@pytest.mark.parametrize("at", [b"update\0", b"delete\0", b"commitTransaction\0"])
@pytest.mark.parametrize("lose", ["request", "answer"])
def test_an_atomic_write_cut_at_any_command_happens_once(
    far: Documents, proxy: FaultyProxy, at: bytes, lose: str
) -> None:
    far.put(OTHER, {"n": 1})
    proxy.cut_request(at=at) if lose == "request" else proxy.cut_answer(to=at)

    far.atomic([Put(KEY, {}, IfAbsent()), Delete(OTHER)])

    assert [found.key for found in far.query(Query("partition")).items] == [KEY]


@hurried
@pytest.mark.parametrize("command", ["update", "delete"])
def test_a_write_that_never_gets_an_answer_may_be_applied(
    world: MongoWorld, documents: Documents, command: str
) -> None:
    documents.put(KEY, {"n": 1})
    failing(world, [command], closeConnection=True)

    with pytest.raises(MaybeApplied):
        documents.put(KEY, {"n": 2}) if command == "update" else documents.delete(KEY)


@hurried
def test_a_transaction_that_never_gets_to_its_commit_has_done_nothing(world: MongoWorld, documents: Documents) -> None:
    documents.put(OTHER, {})
    failing(world, ["delete"], closeConnection=True)

    with pytest.raises(Unavailable) as lost:
        documents.atomic([Put(KEY, {}), Delete(OTHER)])

    assert not isinstance(lost.value, MaybeApplied)
    assert [found.key for found in documents.query(Query("partition")).items] == [OTHER]


@hurried
def test_a_commit_without_an_answer_may_be_applied(world: MongoWorld, documents: Documents) -> None:
    documents.find(KEY)
    failing(world, ["commitTransaction"], closeConnection=True)

    with pytest.raises(MaybeApplied):
        documents.atomic([Put(KEY, {}, IfAbsent())])


@hurried
def test_a_commit_that_a_majority_does_not_confirm_may_be_applied(world: MongoWorld, documents: Documents) -> None:
    unconfirmed = {"code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out"}
    failing(world, ["commitTransaction"], writeConcernError=unconfirmed)
    with pytest.raises(MaybeApplied):
        documents.atomic([Put(KEY, {})])

    failing(world, ["update"], writeConcernError=unconfirmed)
    with pytest.raises(MaybeApplied):
        documents.put(KEY, {})


@hurried
def test_a_server_that_is_down_is_unavailable_also_for_a_write_and_served_again_when_it_is_back(
    world: MongoWorld, proxy: FaultyProxy
) -> None:
    other = MongoWorld(at(f"127.0.0.1:{proxy.port}"), world.keys, world.network)
    documents = other.open(other.tenant()).documents
    other.connections.close()
    with proxy.refusing():
        for _ in range(2):
            with pytest.raises(Unavailable) as refused:
                documents.put(KEY, {"n": 1})
            assert not isinstance(refused.value, MaybeApplied)

    documents.put(KEY, {"n": 2})
    other.connections.close()


def test_connections_that_were_reset_are_replaced_unnoticed(far: Documents, proxy: FaultyProxy) -> None:
    far.put(KEY, {"n": 1})
    proxy.reset()

    far.put(KEY, {"n": 2})

    assert far.get(KEY).data == {"n": 2}


def test_another_primary_is_found_unnoticed(world: MongoWorld, documents: Documents) -> None:
    documents.put(KEY, {"n": 1})
    for command in ("update", "find", "commitTransaction"):
        failing(world, [command], {"times": 1}, errorCode=10107)

        documents.atomic([Put(OTHER, {})])
        assert documents.get(KEY).data == {"n": 1}


@hurried
def test_without_a_primary_reads_are_unavailable_and_writes_may_be_applied(
    world: MongoWorld, documents: Documents
) -> None:
    documents.put(KEY, {"n": 1})
    failing(world, ["update", "find"], errorCode=10107)

    with pytest.raises(Unavailable) as read:
        documents.get(KEY)
    assert not isinstance(read.value, MaybeApplied)
    with pytest.raises(MaybeApplied):
        documents.put(KEY, {"n": 2})


@pytest.mark.parametrize("code", [16500, 112, 24, 462, 11000])
def test_a_busy_store_is_tried_again_and_then_throttled(
    world: MongoWorld, tenant: TenantRecord, documents: Documents, code: int
) -> None:
    documents.put(KEY, {"n": 1})
    failing(world, ["update"], {"times": 2}, errorCode=code, errorLabels=[])
    documents.put(KEY, {"n": 2})

    failing(world, ["update", "find"], errorCode=code, errorLabels=[])
    driver = world.driver(tenant)
    for act in (
        lambda: driver.read(KEY),
        lambda: driver.write(Put(KEY, {}), world.clock.now()),
        lambda: driver.write_many([Put(KEY, {})]),
        lambda: driver.write_all([Put(KEY, {})], world.clock.now()),
    ):
        with pytest.raises(Throttled):
            act()


def test_a_document_that_an_open_transaction_holds_is_throttled(
    world: MongoWorld, tenant: TenantRecord, documents: Documents
) -> None:
    documents.put(KEY, {"n": 1})
    with world.client() as client, client.start_session() as session:
        session.start_transaction()
        stored = client[name_of(tenant)]["documents"]
        stored.update_one({"_id": {"p": "partition", "i": "id"}}, {"$set": {"_held": "x"}}, session=session)

        for write in (Put(KEY, {"n": 2}), Delete(KEY), Check(KEY, IfAbsent())):
            with pytest.raises((Throttled, ConditionFailed)) as refused:
                documents.atomic([write, Put(OTHER, {})])
            assert isinstance(refused.value, ConditionFailed) == isinstance(write, Check)
        session.abort_transaction()

    assert documents.find(OTHER) is None
    documents.atomic([Put(KEY, {"n": 3})])


@pytest.mark.parametrize("when", [IfVersion, IfAbsent])
def test_two_checks_that_cross_do_not_both_hold(world: MongoWorld, tenant: TenantRecord, when: Any) -> None:
    """Each puts what the other checks: under a snapshot alone both would see it unchanged (write skew)."""
    openings = [world.open(tenant).documents for _ in range(2)]
    for round_ in range(10):
        keys = [Key(f"r{round_}", "a"), Key(f"r{round_}", "b")]
        conditions = [IfAbsent() if when is IfAbsent else IfVersion(openings[0].put(key, {}).version) for key in keys]

        def cross(n: int, keys: list[Key] = keys, conditions: Any = conditions) -> bool:
            try:
                openings[n].atomic([Check(keys[n], conditions[n]), Put(keys[1 - n], {"by": n})])
            except ConditionFailed:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(cross, range(2))) == 1


def test_a_wrong_password_and_an_unknown_user_are_refused_credentials(world: MongoWorld) -> None:
    tenant = world.tenant()
    for changed in ({"password": "wrong"}, {"username": "nobody"}, {"username": "", "password": ""}):
        other = MongoWorld(world.database, world.keys | changed, world.network)
        with pytest.raises(CredentialsRefused):
            other.open(tenant).documents.get(KEY)
        with pytest.raises(CredentialsRefused):
            other.open(tenant).documents.put(KEY, {})
        with pytest.raises(CredentialsRefused):
            other.open(tenant).documents.atomic([Put(KEY, {}), Put(OTHER, {})])
        other.connections.close()


def test_a_rotated_password_is_taken_up_without_a_failed_request(
    server: MongoServer, world: MongoWorld, documents: Documents
) -> None:
    documents.put(KEY, {"n": 1})
    with world.client() as client:
        client.admin.command("updateUser", USERNAME, pwd="new 鍵")
    world.keys["password"] = "new 鍵"
    server.disconnect()

    documents.put(KEY, {"n": 2})
    server.disconnect()
    documents.atomic([Put(KEY, {"n": 3}), Delete(OTHER)])

    assert documents.get(KEY).data == {"n": 3}


def test_a_user_sees_its_own_database_only(server: MongoServer, world: MongoWorld) -> None:
    mine, theirs = world.tenant(), world.tenant()
    with world.client() as client:
        role = {"role": "readWrite", "db": name_of(mine)}
        client.admin.command("createUser", "mine", pwd="p", roles=[role])
    other = MongoWorld(world.database, {"username": "mine", "password": "p"}, world.network)
    other.open(mine).documents.put(KEY, {"n": 1})

    beyond = other.open(theirs).documents
    for act in (lambda: beyond.get(KEY), lambda: beyond.put(KEY, {}), lambda: beyond.atomic([Delete(KEY)])):
        with pytest.raises(Forbidden):
            act()
    with world.client() as client:
        client.admin.command("dropUser", "mine")
    with pytest.raises(CredentialsRefused):
        other.open(mine).documents.get(KEY)
    other.connections.close()


def test_keys_stay_texts_even_where_they_are_written_as_operators(world: MongoWorld, documents: Documents) -> None:
    hostile = ["$gt", '{"$ne": null}', "$where", "a.b", "$[]", "\uffff"]
    for text in hostile:
        documents.put(Key(text, text), {text: text, "$set": {"$inc": text}})

    for text in hostile:
        assert documents.get(Key(text, text)).data == {text: text, "$set": {"$inc": text}}
        assert [found.key.id for found in documents.query(Query(text)).items] == [text]
    assert world.open(world.tenant()).documents.driver.walk(None, 10).documents == []


def test_no_error_shows_the_password(world: MongoWorld) -> None:
    client = connect(world.database, {"username": USERNAME, "password": "hunter2"}, Network(allows_plaintext=True))
    other = MongoWorld(world.database, {"username": USERNAME, "password": "hunter2"}, world.network)

    with pytest.raises(MakotoError) as refused:
        other.open(world.tenant()).documents.get(KEY)

    assert "hunter2" not in f"{client!r} {refused.value!r} {refused.value.__cause__!r}"
    client.close()
    other.connections.close()
