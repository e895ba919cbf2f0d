"""The gate before a tenant's writes, by what the record says."""

from collections.abc import Iterator

import pytest

from makoto.adapters.clouds.memory import CountingIds, FixedClock
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.domain import MovePhase, TenantMove, TenantRecord
from makoto.errors import NotFound
from makoto.ports.documents import Key
from makoto.ports.gate import Gate, TenantSwitched, TenantSwitching, UploadsWait
from makoto.ports.gated import Announcer
from makoto.ports.journal import KEYS_AN_INTENT, SHARDS, Journal, is_of_a_move
from tests.accounts import AZURE
from tests.builders import tenant_record

SOURCE = tenant_record()


def _moving(phase: MovePhase, **changes: object) -> TenantRecord:
    move = TenantMove(move_id="move-1", phase=phase, source=SOURCE.cloud, target=AZURE)
    return SOURCE.model_copy(update={"move": move, "version": 2, **changes})


def _gate(current: TenantRecord, opened: TenantRecord = SOURCE) -> Gate:
    return Gate(opened, lambda _: current)


def test_a_tenant_that_does_not_move_passes_unseen() -> None:
    assert not _gate(SOURCE).passes()


@pytest.mark.parametrize("opened", [SOURCE, _moving(MovePhase.COPYING)])
def test_while_it_is_copied_a_write_at_the_source_is_journalled(opened: TenantRecord) -> None:
    assert _gate(_moving(MovePhase.COPYING), opened).passes()


def test_in_its_grace_period_a_write_at_the_target_is_journalled() -> None:
    record = _moving(MovePhase.GRACE, cloud=AZURE)

    assert _gate(record, record).passes()


@pytest.mark.parametrize("cloud", [SOURCE.cloud, AZURE])
def test_in_the_pause_a_write_is_refused_on_either_side(cloud: object) -> None:
    record = _moving(MovePhase.SWITCHING, cloud=cloud)

    with pytest.raises(TenantSwitching):
        _gate(record, record).passes()


@pytest.mark.parametrize("record", [_moving(MovePhase.GRACE, cloud=AZURE), SOURCE.model_copy(update={"cloud": AZURE})])
def test_a_write_to_the_cloud_that_was_left_is_refused(record: TenantRecord) -> None:
    with pytest.raises(TenantSwitched):
        _gate(record).passes()


def test_a_write_to_the_target_is_refused_after_the_way_back() -> None:
    with pytest.raises(TenantSwitched):
        _gate(SOURCE, _moving(MovePhase.GRACE, cloud=AZURE)).passes()


def test_a_refusal_is_given_again_for_the_same_record() -> None:
    gate = _gate(_moving(MovePhase.SWITCHING))

    for _ in range(2):
        with pytest.raises(TenantSwitching):
            gate.passes()


def test_a_tenant_that_nobody_has_shown_yet_passes() -> None:
    def absent(tenant_id: str) -> TenantRecord:
        raise NotFound(tenant_id)

    assert not Gate(SOURCE, absent).passes()


@pytest.mark.parametrize("phase", [MovePhase.COPYING, MovePhase.GRACE])
def test_no_address_to_upload_to_is_given_out_while_it_moves(phase: MovePhase) -> None:
    with pytest.raises(UploadsWait):
        _gate(_moving(phase)).passes_unseen()


def test_a_write_whose_announcement_lasted_into_the_pause_is_refused() -> None:
    records: Iterator[TenantRecord] = iter([_moving(MovePhase.COPYING), _moving(MovePhase.SWITCHING)])
    journal = Journal(MemoryDocuments(), FixedClock(), CountingIds())
    announcer = Announcer(Gate(SOURCE, lambda _: next(records)), journal)

    with pytest.raises(TenantSwitching):
        announcer.pass_with("document", Key("line-1", "part-1"))


def test_an_announcement_of_many_keys_fits_into_every_store() -> None:
    documents, clock = MemoryDocuments(), FixedClock()
    journal = Journal(documents, clock, CountingIds())
    keys = [Key("p" * 2000, f"{number:04}" + "i" * 996) for number in range(3 * KEYS_AN_INTENT)]

    journal.announce("document", keys)

    found = [intent for shard in range(SHARDS) for intent in journal.first(shard, 100)]
    assert len(found) == 3
    assert {name for intent in found for name in intent.names} == set(keys)
    assert {(intent.kind, intent.at) for intent in found} == {("document", clock.now())}
    assert all(is_of_a_move(intent.key) for intent in found)


def test_a_tenants_own_partition_may_be_called_journal() -> None:
    assert not is_of_a_move(Key("journal/1", "entry"))
    assert not is_of_a_move(Key("journal", "\x01outbox/1"))
