"""A tenant's keys to its PostgreSQL rotate between two users while it works: no request fails."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from psycopg import sql

from makoto.adapters.clouds import Connections
from makoto.domain import TenantRecord
from makoto.ports.context import TenantStores
from makoto.ports.documents import Key
from tests.contract.clouds.postgres_world import PostgresWorld, schema_of

USERS = ("makoto_rotated_a", "makoto_rotated_b")
WORKERS, ROTATIONS = 6, 20
GRANTS = ("USAGE ON SCHEMA {schema}", "ALL ON ALL TABLES IN SCHEMA {schema}")


@pytest.fixture
def record(postgres_world: PostgresWorld) -> TenantRecord:
    return postgres_world.tenant()


@pytest.fixture
def world(postgres_world: PostgresWorld, record: TenantRecord) -> Iterator[PostgresWorld]:
    """The server with two users of the tenant's schema, and connections of this test's."""
    told = {"schema": sql.Identifier(schema_of(record))}
    with postgres_world.administrator() as session:
        for user in USERS:
            session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(user)))
            for grant in GRANTS:
                session.execute(sql.SQL(f"GRANT {grant} TO {{user}}").format(user=sql.Identifier(user), **told))
    own = replace(postgres_world, connections=Connections(8), tenants=[])
    yield own
    own.connections.close()
    with postgres_world.administrator() as session:
        for user in USERS:
            for grant in GRANTS:
                session.execute(sql.SQL(f"REVOKE {grant} FROM {{user}}").format(user=sql.Identifier(user), **told))
            session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))


def rotate(number: int, world: PostgresWorld, own: PostgresWorld, tenant_id: str) -> None:
    """Give the idle user a new password, entrust it, and tell; then the other user's password holds no more."""
    user, other = (USERS[(number + n) % 2] for n in range(2))
    set_password = sql.SQL("ALTER ROLE {} PASSWORD {}")
    with world.administrator() as session:
        session.execute(set_password.format(sql.Identifier(user), sql.Literal(f"password-{number}")))
        own.keys = {"username": user, "password": f"password-{number}"}
        own.connections.forget(tenant_id)
        session.execute(set_password.format(sql.Identifier(other), sql.Literal(f"withdrawn-{number}")))


def test_rotations_under_load_fail_no_request(
    postgres_world: PostgresWorld, world: PostgresWorld, record: TenantRecord
) -> None:
    rotate(0, postgres_world, world, record.tenant_id)
    stores: TenantStores = world.open(record)
    has_answered, answered, stop = threading.Condition(), [0] * WORKERS, threading.Event()

    def work(worker: int) -> None:
        while not stop.is_set():
            key = Key("load", f"{worker}-{answered[worker]}")
            stores.documents.put(key, {"n": answered[worker]})
            assert stores.documents.find(key) is not None
            with has_answered:
                answered[worker] += 1
                has_answered.notify()

    def each_has_begun_anew(before: list[int]) -> bool:
        return any(future.done() for future in workers) or all(
            now >= then + 2 for now, then in zip(answered, before, strict=True)
        )

    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(work, worker) for worker in range(WORKERS)]
        try:
            for number in range(1, ROTATIONS + 1):
                rotate(number, postgres_world, world, record.tenant_id)
                with has_answered:
                    assert has_answered.wait_for(partial(each_has_begun_anew, list(answered)), 20)
        finally:
            stop.set()
        for worker in workers:
            worker.result()

    print(f"{sum(answered)} writes and reads under {ROTATIONS} rotations, 0 failed")
    assert world.open(record).documents.find(Key("load", "0-0")) is not None
