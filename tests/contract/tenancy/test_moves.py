"""What both registers of moves promise."""

from datetime import timedelta

import psycopg
import pytest

from makoto.adapters.clouds.memory.moves import MemoryMoves
from makoto.adapters.database.connection import Database
from makoto.adapters.database.moves import PostgresMoves
from makoto.adapters.database.tenancy import PostgresTenancy
from makoto.domain import CloudAccount
from makoto.ports.move_entry import Checkpoint, Move, MoveStatus, MoveStep, Tally
from makoto.ports.move_store import MoveChanged, MoveNotFound, MoveStore, MoveUnderWay
from makoto.ports.tenancy import IdempotencyKeyReused
from tests.accounts import AZURE, EVERY_KIND
from tests.builders import OTHER_TENANT, TENANT, tenant_record
from tests.contract.tenancy.entries import NOON, admission, audit, entry


@pytest.fixture(params=["memory", "postgres"])
def moves(request: pytest.FixtureRequest) -> MoveStore:
    if request.param == "memory":
        return MemoryMoves()
    database: Database = request.getfixturevalue("database")
    for number, tenant_id in enumerate((TENANT, OTHER_TENANT)):
        PostgresTenancy(database).admit(entry(tenant_id), admission(f"key-{number}"), audit(tenant_id))
    return PostgresMoves(database)


def _move(move_id: str = "move-1", tenant_id: str = TENANT, minutes: int = 0, target: CloudAccount = AZURE) -> Move:
    at = NOON + timedelta(minutes=minutes)
    return Move(
        move_id=move_id,
        tenant_id=tenant_id,
        source=tenant_record().cloud,
        target=target,
        requested_by="operator@example.com",
        grace_hours=24,
        longest_pause_s=900,
        started_at=at,
        updated_at=at,
    )


def _ended(moves: MoveStore, move: Move) -> Move:
    return moves.save(move.model_copy(update={"status": MoveStatus.FINISHED, "ended_at": NOON}), NOON)


@pytest.mark.parametrize("target", EVERY_KIND, ids=lambda target: target.provider)
def test_a_move_is_read_as_it_was_stored(moves: MoveStore, target: CloudAccount) -> None:
    tally = Tally(documents=3, shares=((1 << 256) - 1,) * 64, objects=1, bytes=10**15, objects_sum=1 << 255, secrets=2)
    begun = moves.begin(_move(target=target), admission())
    advanced = {
        "step": MoveStep.VERIFY,
        "checkpoint": Checkpoint(stage="source documents", cursor='["a\\u0001", "部品"]'),
    }

    saved = moves.save(begun.model_copy(update={**advanced, "source_tally": tally}), NOON)

    assert moves.move(TENANT, "move-1") == saved
    assert saved.version == 2
    assert saved.source_tally == tally


def test_the_same_key_finds_the_same_move(moves: MoveStore) -> None:
    first = moves.begin(_move(), admission())

    assert moves.begin(_move("move-2"), admission()) == first
    assert len(moves.of_tenant(TENANT)) == 1


def test_a_key_with_another_content_is_refused(moves: MoveStore) -> None:
    moves.begin(_move(), admission())

    with pytest.raises(IdempotencyKeyReused):
        moves.begin(_move("move-2"), admission(fingerprint="print-2"))


def test_a_key_is_one_tenants_own(moves: MoveStore) -> None:
    moves.begin(_move(), admission())

    assert moves.begin(_move("move-2", OTHER_TENANT), admission(fingerprint="print-2")).move_id == "move-2"


def test_a_tenant_has_one_running_move(moves: MoveStore) -> None:
    first = moves.begin(_move(), admission())

    with pytest.raises(MoveUnderWay):
        moves.begin(_move("move-2"), admission("key-2"))

    _ended(moves, first)
    assert moves.begin(_move("move-2"), admission("key-2")).move_id == "move-2"


def test_of_two_who_advance_a_move_one_is_refused(moves: MoveStore) -> None:
    begun = moves.begin(_move(), admission())
    moves.save(begun, NOON)

    with pytest.raises(MoveChanged):
        moves.save(begun, NOON)


def test_a_tenants_moves_are_listed_newest_first(moves: MoveStore) -> None:
    first = _ended(moves, moves.begin(_move(), admission()))
    second = moves.begin(_move("move-2", minutes=1), admission("key-2"))
    moves.begin(_move("move-3", OTHER_TENANT), admission("key-3"))

    assert list(moves.of_tenant(TENANT)) == [second, first]


def test_another_tenants_move_is_not_found(moves: MoveStore) -> None:
    moves.begin(_move(), admission())

    with pytest.raises(MoveNotFound):
        moves.move(OTHER_TENANT, "move-1")


def test_what_is_overdue_is_found_and_what_rests_or_has_ended_is_not(moves: MoveStore) -> None:
    overdue = moves.begin(_move(), admission())
    resting = moves.begin(_move("move-2", OTHER_TENANT), admission("key-2"))
    later = NOON + timedelta(minutes=5)
    moves.save(resting.model_copy(update={"not_before": NOON + timedelta(hours=24)}), NOON)

    assert list(moves.overdue(later, 10)) == [overdue]
    _ended(moves, overdue)
    assert list(moves.overdue(later, 10)) == []
    assert len(moves.overdue(NOON + timedelta(hours=25), 10)) == 1


def test_the_database_shows_a_tenant_its_own_moves_only(database: Database) -> None:
    for number, tenant_id in enumerate((TENANT, OTHER_TENANT)):
        PostgresTenancy(database).admit(entry(tenant_id), admission(f"key-{number}"), audit(tenant_id))
        PostgresMoves(database).begin(_move(f"move-{number}", tenant_id), admission())

    with database.tenant(TENANT) as connection:
        rows = connection.execute("SELECT tenant_id FROM moves").fetchall()
        assert [row["tenant_id"] for row in rows] == [TENANT]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM moves")
