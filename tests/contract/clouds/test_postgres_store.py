"""A tenant's store in PostgreSQL: made, marked, swept and removed, and the way to it."""

import ssl
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from socket import create_server, socket
from threading import Thread

import psycopg
import pytest

from local.postgres import Postgres
from local.servers.tls import Authority
from makoto.adapters.clouds import Network
from makoto.adapters.stores.postgres import connect, make_store, remove_store, sweep
from makoto.domain import TenantRecord
from makoto.domain.clouds import PostgresDatabase
from makoto.errors import Invalid, Unavailable
from makoto.ports.connection import CredentialsRefused
from makoto.ports.documents import Key, Leaf, Put, Query
from makoto.ports.key_ring import KeysMissing
from makoto.ports.provisioning import StoreRefused, StoreTaken
from tests.contract.clouds.postgres_world import PostgresWorld, schema_of
from tests.contract.clouds.worlds import new_tenant
from tests.contract.faults import FaultyProxy

KEY = Key("partition", "id")


@pytest.fixture(scope="module")
def world(postgres_server: Postgres) -> Iterator[PostgresWorld]:
    """The session's server, never a real one: users and databases are made in it."""
    own = PostgresWorld.on(postgres_server)
    yield own
    own.close()


@pytest.fixture
def record() -> TenantRecord:
    """A tenant without a store."""
    return new_tenant()


@pytest.fixture
def owner(world: PostgresWorld) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    with world.administrator() as connection:
        yield connection


def make(world: PostgresWorld, record: TenantRecord, schema: str | None = None) -> None:
    make_store(world.connection(record), schema or schema_of(record), record.tenant_id)


def remove(world: PostgresWorld, record: TenantRecord, schema: str | None = None) -> bool:
    return remove_store(world.connection(record), schema or schema_of(record), record.tenant_id)


def test_a_store_made_again_and_by_many_at_once_keeps_what_is_in_it(world: PostgresWorld, record: TenantRecord) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: make(world, record), range(12)))
    documents = world.open(record).documents
    documents.put(KEY, {"n": 1})

    make(world, record)

    assert documents.get(KEY).data == {"n": 1}
    assert remove(world, record)


def test_a_schema_of_another_tenant_is_taken_and_is_not_removed(world: PostgresWorld, record: TenantRecord) -> None:
    other = world.tenant()

    with pytest.raises(StoreTaken):
        make(world, record, schema_of(other))
    remove(world, record, schema_of(other))

    world.open(other).documents.put(KEY, {})


def test_a_schema_that_holds_what_is_not_ours_is_taken_and_an_empty_one_is_used(
    world: PostgresWorld, record: TenantRecord, owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    schema = f'"{schema_of(record)}"'
    owner.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.documents (id text)".encode())
    with pytest.raises(StoreTaken):
        make(world, record)
    remove(world, record)
    owner.execute(f"DROP TABLE {schema}.documents".encode())

    make(world, record)

    world.open(record).documents.put(KEY, {})
    remove(world, record)


def test_removing_leaves_the_owners_own_tables_and_may_be_repeated(
    world: PostgresWorld, record: TenantRecord, owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    make(world, record)
    own = f'"{schema_of(record)}".parts_of_their_own'
    owner.execute(f"CREATE TABLE {own} (id text)".encode())

    assert remove(world, record)
    assert remove(world, record)

    assert owner.execute(f"SELECT count(*) FROM {own}".encode()).fetchone() == (0,)
    with pytest.raises(Unavailable, match="not there"):
        world.open(record).documents.find(KEY)
    owner.execute(f'DROP SCHEMA "{schema_of(record)}" CASCADE'.encode())


def test_a_user_who_may_not_create_a_schema_is_told_so(
    world: PostgresWorld, record: TenantRecord, owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    name = f"poor_{record.tenant_id}"
    owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'poor'".encode())
    poor = PostgresWorld(world.database, {"username": name, "password": "poor"}, world.network)

    with pytest.raises(StoreRefused, match=schema_of(record)):
        make(poor, record)

    poor.close()
    owner.execute(f"DROP ROLE {name}".encode())


def test_a_database_that_is_not_unicode_is_refused(
    world: PostgresWorld, record: TenantRecord, owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    name = f"latin_{record.tenant_id}"
    owner.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'".encode())
    latin = PostgresWorld(world.database.model_copy(update={"database": name}), world.keys, world.network)

    with pytest.raises(Invalid, match="UTF8"):
        make(latin, record)

    latin.close()
    owner.execute(f"DROP DATABASE {name}".encode())


@pytest.mark.parametrize("schema", ['x"; DROP SCHEMA public; --', "", "a b", "a.b", "-a", "x" * 64, "%s"])
def test_a_schema_whose_name_is_no_plain_name_is_refused(
    world: PostgresWorld, record: TenantRecord, schema: str
) -> None:
    with pytest.raises(Invalid):
        make_store(world.connection(record), schema, record.tenant_id)


def test_a_sweep_removes_the_expired_and_no_more_than_asked(world: PostgresWorld) -> None:
    record = world.tenant()
    documents, now = world.open(record).documents, world.clock.now()
    ends = [now - timedelta(hours=1), now + timedelta(hours=1), None]
    documents.batch_put([Put(Key("p", f"{n:04}"), {}, expires_at=ends[n % 3]) for n in range(1800)])

    swept = [sweep(world.connection(record), schema_of(record), now, most) for most in (50, 10_000, 10)]

    assert swept == [50, 550, 0]
    assert len(documents.driver.walk(None, 5000).documents) == 1200


def test_a_sweep_leaves_what_another_transaction_holds(
    world: PostgresWorld, owner: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    record = world.tenant()
    documents, now = world.open(record).documents, world.clock.now()
    ended = now - timedelta(hours=1)
    documents.batch_put([Put(Key("p", str(n)), {}, expires_at=ended) for n in range(3)])
    with owner.transaction():
        owner.execute(f"SELECT 1 FROM \"{schema_of(record)}\".documents WHERE id = '1' FOR UPDATE".encode())

        assert sweep(world.connection(record), schema_of(record), now, 10) == 2

    assert sweep(world.connection(record), schema_of(record), now, 10) == 1


def test_a_plan_names_the_statement_and_its_parameters(world: PostgresWorld) -> None:
    plan = world.open(world.tenant()).documents.explain(Query("p", where=Leaf("a", "eq", "x"), limit=5))

    assert plan.access == "partition"
    assert "WHERE partition = %s" in plan.native
    assert "ORDER BY id LIMIT %s" in plan.native
    assert '"p"' in plan.native


def test_a_database_without_tls_is_refused_where_the_network_demands_it(world: PostgresWorld) -> None:
    with pytest.raises(Invalid) as refused:
        connect(world.database.model_copy(update={"tls": "disable"}), world.keys, Network(allows_private=True))

    assert refused.value.errors[0].pointer == "/cloud/documents/tls"


@pytest.mark.parametrize("keys", [{}, {"username": "x"}, {"password": "x"}])
def test_a_database_without_its_keys_is_refused(world: PostgresWorld, keys: dict[str, str]) -> None:
    with pytest.raises(KeysMissing):
        connect(world.database, keys, world.network)


def test_a_server_without_tls_is_not_spoken_to_where_tls_is_asked_for(world: PostgresWorld) -> None:
    plain = world.database.model_copy(update={"tls": "verify-full"})

    with pytest.raises(Unavailable) as refused, connect(plain, world.keys, world.network).lend():
        pass

    assert not isinstance(refused.value, CredentialsRefused)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.in_folder(tmp_path / "authority")


@pytest.fixture
def encrypted(world: PostgresWorld, authority: Authority) -> Iterator[PostgresWorld]:
    """The server behind a proxy that speaks TLS with a certificate of this authority, for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server_certificate())

    def greet(client: socket) -> socket:
        client.recv(8)  # SSLRequest, https://www.postgresql.org/docs/16/protocol-message-formats.html
        client.sendall(b"S")
        return context.wrap_socket(client, server_side=True)

    with FaultyProxy(world.database.port, greet=greet) as proxy:
        changes = {"port": proxy.port, "tls": "verify-full"}
        network = Network(allows_private=True, ca_path=str(authority.ca_path))
        beyond = PostgresWorld(world.database.model_copy(update=changes), world.keys, network)
        yield beyond
        beyond.close()


def test_a_server_that_proves_its_name_is_spoken_to(world: PostgresWorld, encrypted: PostgresWorld) -> None:
    record = world.tenant()
    encrypted.open(record).documents.put(KEY, {"n": 1})

    assert world.open(record).documents.get(KEY).data == {"n": 1}


@pytest.mark.parametrize("doubt", ["public roots", "another authority", "another name"])
def test_a_server_that_does_not_prove_its_name_is_told_nothing(
    encrypted: PostgresWorld, tmp_path: Path, doubt: str
) -> None:
    if doubt == "another name":  # that leads to the same place
        encrypted.database = encrypted.database.model_copy(update={"host": "::ffff:127.0.0.1"})
    else:
        other = str(Authority.in_folder(tmp_path / "other").ca_path)
        encrypted.network = replace(encrypted.network, ca_path=other if doubt == "another authority" else None)

    with ExitStack() as stack, pytest.raises(Unavailable) as refused:
        stack.enter_context(encrypted.pool().lend())

    assert "certificate" in str(refused.value.__cause__)
    assert not isinstance(refused.value, CredentialsRefused)


def test_a_refused_password_is_known_in_every_language() -> None:
    said = "FATAL", "28P01", 'ユーザー"makoto"のパスワード認証に失敗しました'
    fields = b"".join(name + text.encode() + b"\0" for name, text in zip((b"S", b"C", b"M"), said, strict=True)) + b"\0"
    with create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(struct.pack("!cii", b"R", 8, 3))  # AuthenticationCleartextPassword
                client.recv(4096)
                client.sendall(struct.pack("!ci", b"E", 4 + len(fields)) + fields)

        database = PostgresDatabase(host="127.0.0.1", port=listener.getsockname()[1], database="x", tls="disable")
        server = Thread(target=refuse)
        server.start()
        pool = connect(database, {"username": "makoto", "password": "x"}, Network(allows_plaintext=True))
        with ExitStack() as stack, pytest.raises(CredentialsRefused):
            stack.enter_context(pool.lend())
        server.join()
