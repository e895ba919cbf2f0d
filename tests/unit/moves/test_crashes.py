"""A crash at any call of any port, before or after it has taken effect, costs a move nothing but time."""

from collections.abc import Callable

import pytest

from functions.moves.service import roll_back_move
from makoto.errors import Unavailable
from makoto.ports.documents import Key
from makoto.ports.gate import TenantSwitched, TenantSwitching
from makoto.ports.move_entry import Move, MoveStatus, MoveStep
from tests.builders import TENANT
from tests.unit.moves.world import ACT, SEEN_S, Crash, Fuse, World, fill

WRITES = 12


class Worker:
    """The tenant at work beside the move: what was accepted is remembered, what was refused is not there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.accepted: dict[str, int] = {}
        self.tries = 0

    def __call__(self) -> None:
        if self.tries < WRITES:
            self._world.quietly(self._work)

    def _work(self) -> None:
        self.tries += 1
        key = f"{self.tries:04}"
        try:
            tenant = self._world.writer()
            tenant.documents.put(Key("live", key), {"n": self.tries})
            self.accepted[key] = self.tries
            tenant.documents.delete(Key("line-0", "part-0000"))
            tenant.objects.upload("live.txt", key.encode(), content_type="text/plain")
            tenant.secrets.put("live", key)
        except (TenantSwitching, TenantSwitched):
            return


def _play(world: World, until: Callable[[World, Worker], Move]) -> tuple[Move, Worker]:
    fill(world, count=4, files=1)
    worker = Worker(world)
    world.is_piecewise, world.fuse.is_counting = True, True
    world.survive(world.start)
    for _ in range(4):
        try:
            return until(world, worker), worker
        except Crash:
            continue
    raise AssertionError("it crashes again and again")


def _to_the_end(world: World, worker: Worker) -> Move:
    return world.run(meanwhile=worker, through_grace=True)


def _back_before_the_switch(world: World, worker: Worker) -> Move:
    if world.move().step not in (MoveStep.ROLL_BACK, MoveStep.CLEAR):
        world.run([MoveStep.VERIFY, MoveStep.ROLL_BACK], meanwhile=worker)
        _turn_round(world)
    return world.run(meanwhile=worker, through_grace=True)


def _back_in_the_grace_period(world: World, worker: Worker) -> Move:
    if world.move().switched_at is None:
        world.run([MoveStep.LATE_UPLOADS], meanwhile=worker)
    if world.move().step is MoveStep.LATE_UPLOADS:
        world.clock.advance(SEEN_S)
        world.quietly(lambda: world.writer().documents.put(Key("live", "after"), {"n": 99}))
        _turn_round(world)
    return world.run(meanwhile=worker, through_grace=True)


def _turn_round(world: World) -> None:
    move = world.move()
    if move.step is not MoveStep.ROLL_BACK:
        world.survive(
            lambda: world.move().step is MoveStep.ROLL_BACK or roll_back_move(TENANT, move.move_id, ACT, world.ports)
        )


SCRIPTS = {
    "to the end": _to_the_end,
    "back before the switch": _back_before_the_switch,
    "back in the grace period": _back_in_the_grace_period,
}


def _require_whole(world: World, move: Move, worker: Worker, script: str) -> None:
    is_back = script.startswith("back")
    here = world.contents(world.source if is_back else world.target)
    live = {key.id: data["n"] for key, (data, _) in here["documents"].items() if key.partition == "live"}
    expected = worker.accepted | ({"after": 99} if script == "back in the grace period" else {})
    assert live == expected
    assert here["objects"]["live.txt"].decode() == here["secrets"]["live"] == max(worker.accepted)
    assert Key("line-0", "part-0000") not in here["documents"]
    assert world.record().cloud == (world.source if is_back else world.target)
    assert move.status is (MoveStatus.ROLLED_BACK if is_back else MoveStatus.FINISHED)
    assert world.record().move is None
    assert world.left_of_moves(world.source) == world.left_of_moves(world.target) == []
    if is_back:
        assert world.contents(world.target) == {"documents": {}, "objects": {}, "secrets": {}}


@pytest.fixture(autouse=True)
def _few_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each shard is one more of the same kind of call."""
    for name in (
        "makoto.ports.journal.SHARDS",
        "functions.moves.catching_up.SHARDS",
        "functions.moves.clearing.SHARDS",
    ):
        monkeypatch.setattr(name, 2)
    for name in ("functions.moves.manifest.PARTITIONS", "functions.moves.clearing.PARTITIONS"):
        monkeypatch.setattr(name, 1)


@pytest.mark.parametrize("script", SCRIPTS)
def test_wherever_it_crashes_it_is_resumed_and_nothing_is_lost_or_doubled(script: str) -> None:
    """A crash right after a call leaves what one right before the next does."""
    whole = World()
    move, worker = _play(whole, SCRIPTS[script])
    _require_whole(whole, move, worker, script)
    assert whole.fuse.calls > 100

    for breaks_at in range(1, whole.fuse.calls + 1):
        world = World(Fuse(breaks_at))
        move, worker = _play(world, SCRIPTS[script])
        _require_whole(world, move, worker, script)
        assert move.differences == 0  # the journal alone made both sides equal


@pytest.mark.parametrize("script", SCRIPTS)
def test_wherever_a_part_does_not_answer_once_it_goes_on_later(script: str) -> None:
    whole = World()
    _play(whole, SCRIPTS[script])

    for breaks_at in range(2, whole.fuse.calls + 1):
        world = World(Fuse(breaks_at, error=Unavailable))
        try:
            move, worker = _play(world, SCRIPTS[script])
        except Unavailable:  # the request itself, or the writing down of the failure: whoever asked asks again
            continue
        _require_whole(world, move, worker, script)
