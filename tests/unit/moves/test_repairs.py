"""What differs is repaired, what stays different or fails leads back, and no pause is longer than allowed."""

import pytest

from functions.moves import documents
from functions.moves.service import read_move
from makoto.errors import Unavailable
from makoto.ports.documents import Key
from makoto.ports.move_entry import MoveStatus, MoveStep
from tests.builders import TENANT
from tests.unit.moves.world import SEEN_S, World


def test_a_difference_is_found_and_repaired(world: World) -> None:
    world.start()
    world.run([MoveStep.VERIFY])
    there = world.raw(world.target)
    there.documents.put(Key("line-0", "part-0007"), {"n": "wrong"})
    there.documents.put(Key("line-0", "too-much"), {"n": 0})
    there.documents.delete(Key("line-1", "part-0001"))
    there.objects.upload("drawings/1.png", b"wrong", content_type="image/png")
    there.objects.upload("too-much", b"", content_type="image/png")
    there.secrets.put("mail-token", "wrong")
    there.secrets.put("too-much", "x")

    move = world.run()

    assert move.differences == 1
    assert move.step is MoveStep.LATE_UPLOADS
    assert world.contents(world.target) == world.contents(world.source)


def test_writers_go_on_between_two_pauses(world: World) -> None:
    world.start()
    world.run([MoveStep.VERIFY])
    world.raw(world.target).documents.put(Key("line-0", "too-much"), {"n": 0})
    world.run([MoveStep.COPY_DOCUMENTS])
    world.clock.advance(SEEN_S)

    world.writer().documents.put(Key("line-0", "between"), {"n": 1})
    world.run()

    assert world.raw(world.target).documents.find(Key("line-0", "between")) is not None


def test_sides_that_stay_different_lead_back_to_the_source(world: World) -> None:
    world.start()

    def spoil() -> None:
        if world.move().step is MoveStep.VERIFY and not world.move().checkpoint.stage:
            world.raw(world.target).documents.put(Key("line-0", "too-much"), {"n": 0})

    world.is_piecewise = True
    move = world.run(meanwhile=spoil)

    assert move.status is MoveStatus.ROLLED_BACK
    assert move.differences == 3
    assert "still-different" in (move.cause or "")
    assert (world.record().cloud, world.record().move) == (world.source, None)


def test_a_pause_is_never_longer_than_allowed(world: World) -> None:
    started = world.start(longest_pause_s=10)
    world.run([MoveStep.VERIFY])
    world.clock.advance(11)

    move = world.run()

    assert move.status is MoveStatus.ROLLED_BACK
    assert "pause-too-long" in (move.cause or "")
    world.writer().documents.put(Key("line-0", "new"), {"n": 1})
    assert read_move(TENANT, started.move_id, world.ports).phase == "rolled_back"


def test_a_large_tenant_is_copied_in_many_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PAGE", 7)
    monkeypatch.setattr("functions.moves.objects.PAGE", 2)
    monkeypatch.setattr("functions.moves.objects.MOST_BYTES", 1500)
    world.is_piecewise = True
    world.start()

    world.run()

    assert world.contents(world.target) == world.contents(world.source)


def test_a_target_that_breaks_for_good_leaves_the_tenant_working_at_the_source(world: World) -> None:
    world.start()
    world.run([MoveStep.COPY_DOCUMENTS])

    def broken(name: str) -> None:
        if name.startswith("azure."):
            raise Unavailable("the target does not answer")

    world.fuse.is_counting, world.fuse.before = True, broken
    move = world.run(through_grace=True)

    assert move.status is MoveStatus.ROLLED_BACK
    assert "the target does not answer" in (move.cause or "")
    assert "the target does not answer" in (move.residue or "")
    world.clock.advance(SEEN_S)
    world.writer().documents.put(Key("line-0", "new"), {"n": 1})
    assert (world.record().cloud, world.record().move) == (world.source, None)
