"""What PostgreSQL's adapter says and does when the way to the server, the server or its owner fails it."""

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.postgres import Postgres
from local.state import State
from makoto.adapters.clouds.memory import CountingIds
from makoto.adapters.stores.postgres import PostgresDocuments
from makoto.domain import TenantRecord
from makoto.errors import Forbidden, Throttled, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import Delete, Documents, IfAbsent, Key, MaybeApplied, Put, Query
from tests.contract.clouds.postgres_world import PostgresWorld, schema_of
from tests.contract.faults import FaultyProxy

KEY = Key("partition", "id")
OTHER = Key("partition", "other")


@pytest.fixture
def proxy(postgres_server: Postgres) -> Iterator[FaultyProxy]:
    with FaultyProxy(postgres_server.port) as started:
        yield started


@pytest.fixture
def world(postgres_server: Postgres) -> Iterator[PostgresWorld]:
    """The session's server, never a real one, over connections of the test's own."""
    own = PostgresWorld.on(postgres_server)
    yield own
    own.close()


@pytest.fixture
def tenant(world: PostgresWorld) -> TenantRecord:
    return world.tenant()


@pytest.fixture
def near(world: PostgresWorld, tenant: TenantRecord) -> Documents:
    """The tenant's documents by the straight way, to see what is really there."""
    return world.open(tenant).documents


@pytest.fixture
def far(world: PostgresWorld, tenant: TenantRecord, proxy: FaultyProxy) -> Iterator[Documents]:
    """The same documents by way of the proxy."""
    beyond = world.database.model_copy(update={"port": proxy.port})
    other = PostgresWorld(beyond, world.keys, world.network)
    yield other.open(tenant).documents
    other.close()


def test_a_read_whose_answer_is_lost_is_unavailable_and_the_next_one_succeeds(
    far: Documents, near: Documents, proxy: FaultyProxy
) -> None:
    near.put(KEY, {"n": 1})
    assert far.get(KEY).data == {"n": 1}
    proxy.cut_answer()

    with pytest.raises(Unavailable) as lost:
        far.get(KEY)

    assert not isinstance(lost.value, MaybeApplied)
    assert far.get(KEY).data == {"n": 1}


@pytest.mark.parametrize(("is_written", "cut"), [(False, FaultyProxy.cut_request), (True, FaultyProxy.cut_answer)])
@pytest.mark.parametrize("write", [Documents.put, Documents.delete])
def test_a_write_whose_answer_is_lost_may_be_applied(
    far: Documents,
    near: Documents,
    proxy: FaultyProxy,
    cut: Callable[[FaultyProxy], None],
    write: Callable[..., object],
    is_written: bool,
) -> None:
    near.put(KEY, {"n": 1})
    far.get(KEY)
    cut(proxy)

    with pytest.raises(MaybeApplied):
        write(far, KEY, *([{"n": 2}] if write is Documents.put else []))

    after = {"n": 2} if write is Documents.put else None
    found = near.find(KEY)
    assert (found and found.data) == (after if is_written else {"n": 1})


@pytest.mark.parametrize("at", [b"BEGIN", b"FOR UPDATE", b"INSERT", b"DELETE"])
@pytest.mark.parametrize("lose", ["request", "answer"])
def test_an_atomic_write_cut_before_its_commit_has_done_nothing(
    far: Documents, near: Documents, proxy: FaultyProxy, at: bytes, lose: str
) -> None:
    near.put(OTHER, {"n": 1})
    far.find(KEY)
    proxy.cut_request(at=at) if lose == "request" else proxy.cut_answer(to=at)

    with pytest.raises(Unavailable) as lost:
        far.atomic([Put(KEY, {}, IfAbsent()), Delete(OTHER)])

    assert not isinstance(lost.value, MaybeApplied)
    assert [found.key for found in near.query(Query("partition")).items] == [OTHER]
    far.atomic([Put(KEY, {}, IfAbsent()), Delete(OTHER)])


@pytest.mark.parametrize(("lose", "is_written"), [("request", False), ("answer", True)])
def test_an_atomic_write_cut_at_its_commit_may_be_applied_whole_or_not_at_all(
    far: Documents, near: Documents, proxy: FaultyProxy, lose: str, is_written: bool
) -> None:
    near.put(OTHER, {"n": 1})
    far.find(KEY)
    proxy.cut_request(at=b"COMMIT") if lose == "request" else proxy.cut_answer(to=b"COMMIT")

    with pytest.raises(MaybeApplied):
        far.atomic([Put(KEY, {}, IfAbsent()), Delete(OTHER)])

    found = [document.key for document in near.query(Query("partition")).items]
    assert found == ([KEY] if is_written else [OTHER])


def test_a_server_that_is_down_is_unavailable_also_for_a_write_and_served_again_when_it_is_back(
    far: Documents, proxy: FaultyProxy
) -> None:
    with proxy.refusing():
        for _ in range(2):
            with pytest.raises(Unavailable) as refused:
                far.put(KEY, {"n": 1})
            assert not isinstance(refused.value, MaybeApplied)

    far.put(KEY, {"n": 2})


def test_an_idle_connection_that_was_reset_is_noticed_before_a_write_is_sent(
    far: Documents, proxy: FaultyProxy
) -> None:
    far.put(KEY, {"n": 1})
    proxy.reset()
    time.sleep(0.05)  # the reset has to arrive

    far.put(KEY, {"n": 2})

    assert far.get(KEY).data == {"n": 2}


def test_an_idle_session_that_the_server_ended_is_replaced_unnoticed(world: PostgresWorld, near: Documents) -> None:
    near.put(KEY, {"n": 1})
    with world.administrator() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'makoto-contract' AND pid <> pg_backend_pid()"
        )

    near.put(KEY, {"n": 2})

    assert near.get(KEY).data == {"n": 2}


@dataclass
class KillingIds(CountingIds):
    """Kills the server when a version is asked for, in the middle of a transaction."""

    server: Postgres

    def __post_init__(self) -> None:
        super().__init__()

    def random(self, n: int) -> bytes:
        kill(self.server)
        return super().random(n)


def kill(server: Postgres) -> None:
    """Kill the server's processes at once, so that nothing is said to anybody."""
    first = server.child.pid()
    if first is None:
        return
    children = Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split()
    for pid in (first, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in children):
        time.sleep(0.01)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(State.prepare(tmp_path))
    started(server)
    yield server
    server.stop()
    server.wipe()


def started(server: Postgres) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the launcher lets go of its child, which is to outlive it
        server.start()


def test_a_server_killed_in_the_middle_of_a_transaction_has_kept_nothing_of_it(own_server: Postgres) -> None:
    world = PostgresWorld.on(own_server)
    record = world.tenant()
    documents = world.open(record).documents
    documents.put(OTHER, {"n": 1})
    killing = PostgresDocuments(world.connection(record), schema_of(record), KillingIds(own_server))

    with pytest.raises(Unavailable) as killed:
        killing.write_all([Put(KEY, {}, IfAbsent()), Delete(OTHER)], world.clock.now())
    assert not isinstance(killed.value, MaybeApplied)
    started(own_server)

    assert [found.key for found in documents.query(Query("partition")).items] == [OTHER]
    documents.atomic([Put(KEY, {}, IfAbsent()), Delete(OTHER)])
    assert [found.key for found in documents.query(Query("partition")).items] == [KEY]
    world.close()


@pytest.mark.parametrize("dropped", ["TABLE {}.documents", "SCHEMA {} CASCADE"])
def test_a_deleted_store_is_named_as_missing(
    world: PostgresWorld, tenant: TenantRecord, near: Documents, dropped: str
) -> None:
    with world.administrator() as connection:
        connection.execute(f"DROP {dropped.format(chr(34) + schema_of(tenant) + chr(34))}".encode())

    acts: list[Callable[[], object]] = [
        lambda: near.find(KEY),
        lambda: near.put(KEY, {}),
        lambda: near.atomic([Put(KEY, {}, IfAbsent())]),
    ]
    for act in acts:
        with pytest.raises(Unavailable, match="not there"):
            act()
    world.tenants.remove(tenant)


def test_a_wrong_password_and_an_unknown_user_are_refused_credentials(world: PostgresWorld) -> None:
    for changed in ({"password": "wrong"}, {"username": "nobody_of_this_name"}):
        other = PostgresWorld(world.database, world.keys | changed, world.network)
        with pytest.raises(CredentialsRefused):
            other.open(world.tenant()).documents.find(KEY)


def test_an_unknown_database_is_a_store_that_is_not_there(world: PostgresWorld, tenant: TenantRecord) -> None:
    absent = world.database.model_copy(update={"database": "absent"})

    with pytest.raises(Unavailable, match="not there") as refused:
        PostgresWorld(absent, world.keys, world.network).open(tenant).documents.find(KEY)

    assert not isinstance(refused.value, CredentialsRefused)


@pytest.fixture
def guest(world: PostgresWorld, tenant: TenantRecord) -> Iterator[PostgresWorld]:
    """The server as a user who may use the tenant's schema and no other."""
    name, schema = f"guest_{tenant.tenant_id}", f'"{schema_of(tenant)}"'
    with world.administrator() as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'first' CONNECTION LIMIT 2".encode())
        connection.execute(f"GRANT {name} TO CURRENT_USER".encode())
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}".encode())
        connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {name}".encode())
        guest = PostgresWorld(world.database, {"username": name, "password": "first"}, world.network)
        yield guest
        guest.close()
        connection.execute(f"DROP OWNED BY {name}".encode())
        connection.execute(f"DROP ROLE {name}".encode())


def test_a_user_without_the_right_is_forbidden(
    world: PostgresWorld, guest: PostgresWorld, tenant: TenantRecord
) -> None:
    with pytest.raises(Forbidden):
        guest.open(world.tenant()).documents.find(KEY)

    guest.open(tenant).documents.put(KEY, {})


def test_a_rotated_password_is_taken_up_when_the_old_session_has_ended(
    world: PostgresWorld, guest: PostgresWorld, tenant: TenantRecord
) -> None:
    documents = guest.open(tenant).documents
    documents.put(KEY, {"n": 1})
    with world.administrator() as connection:
        connection.execute(f"ALTER ROLE {guest.keys['username']} PASSWORD 'second'".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s", [guest.keys["username"]]
        )
    with pytest.raises(CredentialsRefused):
        documents.get(KEY)

    guest.keys["password"] = "second"

    assert documents.get(KEY).data == {"n": 1}


def test_a_server_that_takes_no_more_connections_is_throttled(guest: PostgresWorld, tenant: TenantRecord) -> None:
    pool = guest.pool()
    with pool.lend(), pool.lend(), pytest.raises(Throttled), pool.lend():
        pass
    pool.close()


def test_keys_are_of_one_tenant_even_where_a_partition_is_written_as_sql(world: PostgresWorld, near: Documents) -> None:
    hostile = [
        "'; DROP TABLE documents; --",
        '" OR partition <> "',
        "%s%(x)s{table}$1",
        "\\x00\\'",
        "partition' COLLATE \"C\" OR '1'='1",
    ]
    for text in hostile:
        near.put(Key(text, text), {text: text})

    for text in hostile:
        assert near.get(Key(text, text)).data == {text: text}
        assert [found.key.id for found in near.query(Query(text, prefix=text[:3])).items] == [text]
    assert world.open(world.tenant()).documents.driver.walk(None, 10).documents == []


def test_the_longest_keys_that_do_not_compress_are_stored_walked_and_told_apart(near: Documents) -> None:
    words = CountingIds()
    partition, each = words.random(1000).hex(), words.random(500).hex()
    keys = [Key(partition, each), Key(partition[:-1] + "x", each), Key(partition[:1600], each)]
    for n, key in enumerate(keys):
        near.put(key, {"n": n})

    assert [near.get(key).data["n"] for key in keys] == [0, 1, 2]
    assert [found.key for found in near.query(Query(partition)).items] == [keys[0]]
    assert {found.key for found in near.driver.walk(None, 10).documents} == set(keys)
    assert set(near.batch_get(keys).found) == set(keys)


def test_a_batch_of_many_megabytes_is_stored_whole(near: Documents) -> None:
    puts = [Put(Key("p", f"{n:03}"), {"fill": "x" * 390_000, "n": n}) for n in range(50)]

    assert len(near.batch_put(puts).ok) == 50

    assert near.get(Key("p", "049")).data["n"] == 49
