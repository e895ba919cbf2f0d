"""A move is taken back on demand: before the switch by forgetting the target, after it without losing a write."""

import pytest

from functions.moves import model
from functions.moves.advancing import advance, interrupt
from functions.moves.service import finish_move, read_move, roll_back_move
from makoto.domain import MovePhase
from makoto.errors import Unavailable
from makoto.ports.documents import Key
from makoto.ports.gate import TenantSwitching
from makoto.ports.move_entry import Direction, Move, MoveStatus, MoveStep
from tests.builders import TENANT
from tests.unit.moves.world import ACT, SEEN_S, World

NOTHING: dict[str, dict[str, object]] = {"documents": {}, "objects": {}, "secrets": {}}
BEFORE_THE_SWITCH = list(MoveStep)[: list(MoveStep).index(MoveStep.SWITCH) + 1]


def _roll_back(world: World) -> Move:
    roll_back_move(TENANT, world.move().move_id, ACT, world.ports)
    return world.run(through_grace=True)


@pytest.mark.parametrize("step", BEFORE_THE_SWITCH)
def test_before_the_switch_the_target_is_forgotten(world: World, step: MoveStep) -> None:
    world.start()
    world.key_ring.entrust(TENANT, world.target, {"client_secret": "new"})
    world.run([step])
    before = world.contents(world.source)
    before["documents"].pop(Key("line-0", "gone-soon"), None)  # expires on the way

    move = _roll_back(world)

    assert move.status is MoveStatus.ROLLED_BACK
    assert (world.record().cloud, world.record().move) == (world.source, None)
    assert world.contents(world.source) == before
    assert world.contents(world.target) == NOTHING
    assert world.left_of_moves(world.source) == world.left_of_moves(world.target) == []
    assert world.key_ring._kept == {}
    world.writer().documents.put(Key("line-0", "new"), {"n": 1})


def test_in_the_grace_period_every_write_since_the_switch_comes_back(world: World) -> None:
    world.start()
    world.run([MoveStep.GRACE])
    tenant = world.writer()
    tenant.documents.put(Key("line-0", "new"), {"n": 1})
    tenant.documents.delete(Key("line-0", "part-0000"))
    tenant.objects.upload("new.txt", b"new", content_type="text/plain")
    tenant.objects.delete("drawings/1.png")
    tenant.secrets.put("new", "value")
    expected = world.contents(world.target)

    move = _roll_back(world)

    assert move.status is MoveStatus.ROLLED_BACK
    assert move.source_tally == move.target_tally
    assert world.contents(world.source) == expected
    assert "new.txt" in expected["objects"]
    assert "drawings/1.png" not in expected["objects"]
    assert world.contents(world.target) == NOTHING
    assert (world.record().cloud, world.record().move) == (world.source, None)


def test_the_way_back_has_the_same_pause(world: World) -> None:
    world.start()
    world.run()
    roll_back_move(TENANT, world.move().move_id, ACT, world.ports)
    world.run([MoveStep.DRAIN])
    world.clock.advance(SEEN_S)

    with pytest.raises(TenantSwitching):
        world.writer().documents.put(Key("line-0", "new"), {"n": 1})


def test_a_way_back_that_is_barred_leaves_the_tenant_at_the_target(world: World) -> None:
    started = world.start()
    world.run()
    roll_back_move(TENANT, started.move_id, ACT, world.ports)

    def broken(name: str) -> None:
        if name.startswith("aws."):
            raise Unavailable("the source does not answer")

    world.writer().documents.put(Key("line-0", "new"), {"n": 1})
    world.fuse.is_counting, world.fuse.before = True, broken
    move = world.run([MoveStep.GRACE])

    assert move.direction is Direction.TO_TARGET
    assert "the source does not answer" in (move.cause or "")
    record = world.record()
    assert record.cloud == world.target
    assert record.move is not None
    assert record.move.phase is MovePhase.GRACE


def test_a_move_that_is_finished_is_not_rolled_back(world: World) -> None:
    started = world.start()
    world.run(through_grace=True)

    with pytest.raises(model.TooLate):
        roll_back_move(TENANT, started.move_id, ACT, world.ports)


def test_a_move_is_rolled_back_once(world: World) -> None:
    started = world.start()
    roll_back_move(TENANT, started.move_id, ACT, world.ports)

    with pytest.raises(model.TooLate):
        roll_back_move(TENANT, started.move_id, ACT, world.ports)


def test_before_the_switch_there_is_nothing_to_finish(world: World) -> None:
    started = world.start()

    with pytest.raises(model.NotYet):
        finish_move(TENANT, started.move_id, ACT, world.ports)


def test_the_execution_that_a_roll_back_overtakes_stops(world: World) -> None:
    started = world.start()
    world.run([MoveStep.COPY_DOCUMENTS])
    overtaken = world.task()
    roll_back_move(TENANT, started.move_id, ACT, world.ports)

    assert advance(overtaken, world.ports).next == "done"
    assert interrupt(overtaken, "Unavailable", world.ports).next == "done"
    assert world.move().step is MoveStep.ROLL_BACK


def test_a_roll_back_tells_why(world: World) -> None:
    started = world.start()
    world.run([MoveStep.COPY_DOCUMENTS])

    _roll_back(world)

    (*_, last) = world.publisher.published
    assert (last.detail_type, last.data["cause"]) == ("tenant.move_rolled_back.v1", "asked for")
    assert read_move(TENANT, started.move_id, world.ports).phase == "rolled_back"
