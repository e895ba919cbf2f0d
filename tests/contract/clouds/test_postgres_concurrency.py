"""Many at work in one PostgreSQL: those who want one document, and those who want one connection."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.postgres import Postgres
from makoto.domain import TenantRecord
from makoto.errors import Throttled
from makoto.ports.documents import Check, ConditionFailed, Documents, IfAbsent, Key, Put, Write
from tests.contract.clouds.postgres_world import PostgresWorld, schema_of

KEY = Key("partition", "id")
OTHER = Key("partition", "other")
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'makoto-contract'"


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
    return world.open(tenant).documents


def test_a_row_that_another_holds_is_throttled_within_seconds(
    world: PostgresWorld, tenant: TenantRecord, near: Documents
) -> None:
    near.put(KEY, {"n": 1})
    with world.administrator() as holder, holder.transaction():
        holder.execute(f'SELECT 1 FROM "{schema_of(tenant)}".documents FOR UPDATE'.encode())

        for write in (Put(KEY, {"n": 2}), Check(KEY, IfAbsent())):
            with pytest.raises(Throttled):
                world.driver(tenant).write_all([write, Put(OTHER, {})], world.clock.now())

    assert near.find(OTHER) is None
    near.put(KEY, {"n": 3})


@pytest.mark.parametrize("write", [Put(KEY, {"n": 2}, IfAbsent()), Check(KEY, IfAbsent())])
def test_what_another_puts_between_a_look_and_a_write_is_not_written_over(
    world: PostgresWorld, tenant: TenantRecord, near: Documents, write: Write
) -> None:
    insert = f"INSERT INTO \"{schema_of(tenant)}\".documents VALUES (%s, %s, '{{\"n\": 1}}', 'v')".encode()
    with world.administrator() as other, world.administrator() as watch, ThreadPoolExecutor(1) as thread:
        with other.transaction():
            other.execute(insert, KEY)
            writing = thread.submit(world.driver(tenant).write_all, [write, Put(OTHER, {})], world.clock.now())
            while watch.execute(WAITING).fetchone() is None:
                time.sleep(0.01)
        with pytest.raises(Throttled):
            writing.result()

    assert near.get(KEY).data == {"n": 1}
    assert near.find(OTHER) is None
    with pytest.raises(ConditionFailed):
        near.atomic([write, Put(OTHER, {})])


def test_a_transaction_left_open_is_never_lent_to_the_next(world: PostgresWorld) -> None:
    pool = world.pool()
    with pool.lend() as session:
        session.execute("BEGIN")
        left = session.info.backend_pid

    with pool.lend() as session:
        assert session.info.backend_pid != left
    pool.close()


def test_more_threads_than_sessions_wait_for_one_another(world: PostgresWorld) -> None:
    pool = world.pool()

    def ask(number: int) -> tuple[int, object]:
        with pool.lend() as session:
            answer = session.execute("SELECT %s::int", [number]).fetchone()
            assert answer == (number,)
            return session.info.backend_pid, answer

    with ThreadPoolExecutor(16) as threads:
        served = {pid for pid, _ in threads.map(ask, range(600))}

    assert 1 <= len(served) <= 4
    pool.close()


def test_a_closed_pool_closes_what_comes_back_to_it(world: PostgresWorld) -> None:
    pool = world.pool()
    with pool.lend() as session:
        pool.close()
        assert not session.closed

    assert session.closed
