"""What keeps a move from being wrong when everything is slow, stale or broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.moves.clearing import clear
from functions.moves.model import MovedOtherwise
from functions.moves.ports import Desk
from functions.moves.standing import entered
from makoto.ports.context import TenantStores
from makoto.ports.documents import Key, Write
from makoto.ports.gate import Gate
from makoto.ports.gated import gated
from makoto.ports.journal import Journal
from makoto.ports.move_entry import MoveStep
from tests.unit.moves.world import World

SLOW = Key("line-0", "slow")


class _SlowDocuments:
    """A store that takes its time over one key."""

    def __init__(self, driver: Any, meanwhile: Callable[[], None]) -> None:
        self._driver, self._meanwhile = driver, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def write(self, write: Write, now: datetime) -> str:
        if write.key == SLOW:
            self._meanwhile()
        return str(self._driver.write(write, now))


def _slow(world: World, meanwhile: Callable[[], None]) -> TenantStores:
    stores = world.raw(world.source)
    slow = replace(stores.documents, driver=_SlowDocuments(stores.documents.driver, meanwhile))
    return gated(replace(stores, documents=slow), Gate(world.record(), world.cached.tenant))


@pytest.mark.parametrize("took_s", [0, 59])
def test_a_write_that_is_slow_is_not_overtaken_by_the_mover(world: World, took_s: int) -> None:
    """It was announced and has not happened when the mover works the journal off."""
    world.start()
    world.run([MoveStep.COPY_SECRETS])

    def mover() -> None:
        world.clock.advance(took_s)
        world.run([MoveStep.CATCH_UP])
        world.turn()

    _slow(world, mover).documents.put(SLOW, {"n": 1})
    move = world.run()

    assert move.differences == 0
    assert world.raw(world.target).documents.get(SLOW).data == {"n": 1}


def test_a_secret_that_another_process_changed_is_copied_as_it_is_now(world: World) -> None:
    world.start()
    world.run([MoveStep.CATCH_UP])
    stores = world.raw(world.source)
    Journal(stores.documents.driver, world.clock, world.ids).announce("secret", [("mail-token",)])
    stores.secrets._driver.update("mail-token", "changed elsewhere")

    move = world.run()

    assert move.differences == 0
    assert world.raw(world.target).secrets.read_through("mail-token").reveal() == "changed elsewhere"


def test_the_side_where_a_tenant_works_is_never_emptied(world: World) -> None:
    before = world.contents(world.source)
    desk = Desk(world.record(), "request-1", world.ports)
    move = entered(world.start(remove_source=True), MoveStep.CLEAR, desk)

    with pytest.raises(MovedOtherwise):
        clear(move, desk)

    assert world.contents(world.source) == before


def test_another_expiry_is_a_difference(world: World) -> None:
    world.start()
    world.run([MoveStep.VERIFY])
    there = world.raw(world.target).documents
    found = there.get(Key("line-0", "part-0000"))
    there.put(found.key, found.data, expires_at=(found.expires_at or world.clock.now()) + timedelta(days=1))

    assert world.run().differences == 1


def test_what_a_store_removes_by_itself_between_the_readings_is_no_difference(world: World) -> None:
    soon = world.clock.now() + timedelta(minutes=30)
    world.raw(world.source).documents.put(Key("line-0", "short"), {"n": 1}, expires_at=soon)
    world.start()
    world.run([MoveStep.VERIFY])
    world.raw(world.target).documents.delete(Key("line-0", "short"))

    assert world.run().differences == 0


def test_a_copy_that_came_out_wrong_is_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = world.raw(world.target).objects.driver
    put, spoilt = driver.put, list[str]()

    def spoil_once(key: str, body: bytes, *given: Any, **named: Any) -> Any:
        if key.startswith("drawings/") and not spoilt:
            spoilt.append(key)
            body = body + b"!"
        return put(key, body, *given, **named)

    monkeypatch.setattr(driver, "put", spoil_once)
    world.start()

    world.run()

    assert spoilt
    assert world.contents(world.target)["objects"] == world.contents(world.source)["objects"]
