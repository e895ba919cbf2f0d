"""Two writers to one unit, facts delivered again, figures asked for at once: nothing twice, nothing lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from functions.performance import service
from makoto.errors import Unavailable
from makoto.events.telemetry import CountReport, MachineReported, StateReport
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, Document, Key, Write
from makoto.ports.inbox import AlreadyHandled
from tests.builders import TENANT
from tests.unit.performance.factory import END, MC1, SHIFT, World, minute


@dataclass
class Overtaken:
    """A store in which somebody else writes just before each of the first writes."""

    driver: Any
    others: list[Callable[[], None]]

    def write_all(self, writes: Sequence[Write], now: datetime) -> None:
        if self.others:
            self.others.pop(0)()
        self.driver.write_all(writes, now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


@dataclass
class Silent:
    """A store that does not answer for many keys at once."""

    driver: Any

    def read_many(self, keys: Sequence[Key]) -> tuple[list[Document], Sequence[Key]]:
        return [], keys

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


def overtaken(world: World, *others: Callable[[], None]) -> TenantContext:
    tenant = world.reacting()
    documents = replace(tenant.documents, driver=Overtaken(tenant.documents.driver, list(others)))
    return replace(tenant, documents=documents)


def reported(*, states: tuple[tuple[float, int], ...] = (), total: tuple[float, int] | None = None) -> MachineReported:
    counts = () if total is None else (CountReport(t=minute(total[0]), counters={"total": total[1], "scrap": 0}),)
    told = tuple(StateReport(t=minute(t), packml=packml, mode=1) for t, packml in states)
    return MachineReported(tenant_id=TENANT, device_id="mc-01", equipment=MC1, states=told, counts=counts)


def test_who_was_overtaken_reads_again_and_adds_to_what_the_other_wrote() -> None:
    world = World()
    world.started()
    other = lambda: world.states((0, 6), (10, 11))  # noqa: E731 - a callback of one call

    service.take_machine(reported(states=((20, 6),)), overtaken(world, other))

    intervals = service.list_intervals(MC1, SHIFT, END, world.tenant, limit=10, cursor=None).items
    assert [(each.start.minute, each.state) for each in intervals[:3]] == [
        (0, "execute"),
        (10, "held"),
        (20, "execute"),
    ]
    assert len(world.told("machine_started")) == 2
    assert len(world.told("machine_stopped")) == 1


def test_who_is_overtaken_again_and_again_gives_the_fact_back_to_the_queue() -> None:
    world = World()
    others = [lambda at=at: world.states((at, 6 if at % 2 else 11)) for at in range(10)]

    with pytest.raises(ConditionFailed):
        service.take_machine(reported(states=((30, 6),)), overtaken(world, *others))


def test_a_fact_that_was_handled_is_refused_by_its_mark_and_one_without_news_is_marked() -> None:
    world = World()
    tenant = world.reacting()
    service.take_machine(reported(states=((0, 6),)), tenant)

    with pytest.raises(AlreadyHandled):
        service.take_machine(reported(states=((5, 11),)), tenant)

    again = world.reacting()
    service.take_machine(reported(states=((0, 6),)), again)
    with pytest.raises(AlreadyHandled):
        service.take_machine(reported(states=((0, 6),)), again)


def test_two_who_ask_for_the_same_closed_window_at_once_tell_one_figure() -> None:
    world = World()
    world.vorne()
    other: list[int | None] = []

    def ask() -> None:
        other.append(service.read_oee(MC1, SHIFT, END, world.tenant).revision)

    figure = service.read_oee(MC1, SHIFT, END, overtaken(world, ask))

    assert (figure.revision, other) == (1, [1])
    assert len(service.list_revisions(figure.figure_id, 10, None, world.tenant).items) == 1


def test_a_fact_of_a_place_that_is_not_in_the_master_data_is_kept_and_followed_without_a_figure() -> None:
    world = World()

    world.states((0, 6), unit="nagoya/machining/line-1/mc-99")
    world.settle()

    assert service.read_oee("", SHIFT, END, world.tenant).units == ()


def test_what_the_store_does_not_answer_for_is_not_taken_for_a_silent_unit() -> None:
    world = World()
    world.vorne()
    documents = replace(world.tenant.documents, driver=Silent(world.tenant.documents.driver))

    with pytest.raises(Unavailable):
        service.read_oee(MC1, SHIFT, END, replace(world.tenant, documents=documents))
