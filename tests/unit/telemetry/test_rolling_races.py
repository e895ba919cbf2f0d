"""A run that crashes, falls asleep or meets new readings leaves marks, never a wrong page that is believed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from functions.telemetry.pages import Level
from makoto.adapters.clouds.memory.documents import MemoryDocuments
from makoto.errors import Unavailable
from makoto.ports.documents import Write
from tests.unit.codecs.messages import NOW_MS
from tests.unit.telemetry.rolled import DAY_MS, GRIDS, HALF_MS, HOUR_MS, Rolled, edges, every_ten_minutes
from tests.unit.telemetry.world import World


class Dying(MemoryDocuments):
    """A store that fails at the chosen atomic writes, before or after doing them."""

    def __init__(self, *, before: Sequence[int] = (), after: Sequence[int] = ()) -> None:
        super().__init__()
        self.before, self.after, self.count = set(before), set(after), 0

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        self.count += 1
        if self.count in self.before:
            raise Unavailable("the line went dead before the write")
        super().write_all(writes, now)
        if self.count in self.after:
            raise Unavailable("the line went dead after the write")


@pytest.mark.parametrize("place", range(1, 7))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_write_of_a_run_is_made_good_by_the_next(place: int, when: str) -> None:
    driver, world = Dying(), World()
    world.tenant = replace(world.tenant, documents=replace(world.tenant.documents, driver=driver))
    rolled = Rolled(world).later(3 * DAY_MS)
    for number in range(60):
        rolled.send((NOW_MS + number * HALF_MS, 2.5, 192), metric=f"m{number}")
        rolled.send((NOW_MS + number * HALF_MS, float(number), 192))
    driver.count = 0
    setattr(driver, when, {place})
    try:
        rolled.roll()
        crashed = False
    except Unavailable:
        crashed = True
    assert rolled.ask(edges(HOUR_MS))[0] == rolled.expected(edges(HOUR_MS))
    assert crashed == (place <= 5)
    rolled.roll()
    assert rolled.marks() == []
    for grid in GRIDS:
        assert rolled.ask(edges(grid))[0] == rolled.expected(edges(grid))


class Interrupted(MemoryDocuments):
    """A store that lets something happen before a write that touches a page, or another kind of document."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[object] = []
        self.kind = "hours#"

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        if self.meanwhile and any(write.key.id.startswith(self.kind) for write in writes):
            happens = self.meanwhile.pop()
            assert callable(happens)
            happens()
        super().write_all(writes, now)


def interrupted() -> tuple[Rolled, Interrupted]:
    driver, world = Interrupted(), World()
    world.tenant = replace(world.tenant, documents=replace(world.tenant.documents, driver=driver))
    rolled = Rolled(world).later(DAY_MS + HOUR_MS)
    rolled.send(*every_ten_minutes(NOW_MS, NOW_MS + 2 * HOUR_MS))
    return rolled, driver


def test_a_reading_that_comes_while_its_hour_is_rolled_up_is_not_lost() -> None:
    rolled, driver = interrupted()
    driver.meanwhile = [lambda: rolled.send((NOW_MS + 1, 77.0, 192))]
    rolled.roll()
    assert rolled.marks() != []
    assert rolled.ask(edges(HOUR_MS, days=1))[0] == rolled.expected(edges(HOUR_MS, days=1))
    rolled.roll()
    assert rolled.marks() == []
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == rolled.expected(edges(HALF_MS, days=1))


def test_a_run_that_fell_asleep_does_not_undo_a_later_one() -> None:
    rolled, driver = interrupted()

    def another() -> None:
        rolled.send((NOW_MS + 1, 77.0, 192))
        rolled.roll()

    driver.meanwhile = [another]
    assert rolled.roll() == 0
    assert rolled.marks() == []
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == rolled.expected(edges(HALF_MS, days=1))


def test_a_run_that_fell_asleep_between_its_writes_does_not_undo_a_later_one_either() -> None:
    rolled, driver = interrupted()
    for metric in range(120):
        rolled.send((NOW_MS, float(metric), 192), metric=f"m{metric}")

    def another() -> None:
        rolled.send((NOW_MS + 1, 77.0, 192))
        rolled.roll()

    driver.meanwhile = [another]
    rolled.roll()
    assert rolled.marks() == []
    assert rolled.rows(Level.HALF_HOURS, NOW_MS) == rolled.expected(edges(HALF_MS, days=1))


def test_a_reading_that_comes_while_its_hour_is_sealed_is_not_lost() -> None:
    rolled, driver = interrupted()
    driver.kind = "stale#"
    driver.meanwhile = [lambda: rolled.send((NOW_MS + 5 * HOUR_MS, 77.0, 192))]
    assert rolled.roll() == 3
    assert rolled.ask(edges(HOUR_MS, days=1))[0] == rolled.expected(edges(HOUR_MS, days=1))
