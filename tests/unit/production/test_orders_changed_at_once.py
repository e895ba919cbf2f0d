"""Several people change an order at the same moment, or an answer is lost on its way."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.production.refusals import KeyReused, OperationNotRunning, OrderBusy, RunsElsewhere
from makoto.ports.documents import Documents, MaybeApplied
from tests.unit.production.shopfloor import GRINDER, Shop, operation, shop


@dataclass
class Between:
    """A store that lets something happen just before an order is written, and may lose the answer."""

    inner: Any  # a driver; what is not written here is its own
    before: list[Any] = field(default_factory=list)
    loses: list[bool] = field(default_factory=list)

    def write_all(self, *said: Any) -> Any:
        if self.before:
            self.before.pop()()
        answer = self.inner.write_all(*said)
        if self.loses and self.loses.pop():
            raise MaybeApplied("the answer was lost")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def watched() -> tuple[Shop, list[Any], list[bool]]:
    before, loses = list[Any](), list[bool]()

    def documents(found: Documents) -> Documents:
        return replace(found, driver=Between(found.driver, before, loses))

    return shop(documents), before, loses


def test_two_reports_at_the_same_moment_both_count() -> None:
    floor, before, _ = watched()
    floor.release()
    floor.start()

    before.append(lambda: floor.report(good=5, operator="another"))
    floor.report(good=7)

    assert operation(floor.read()).good == 12
    assert [each.version for each in floor.told()] == list(range(1, 7))


def test_what_another_did_first_is_decided_upon() -> None:
    floor, before, _ = watched()
    floor.release()
    floor.start()

    before.append(lambda: floor.pause(operator="another"))
    with pytest.raises(OperationNotRunning):
        floor.pause()

    assert operation(floor.read()).operator == "another"


def test_two_places_that_start_at_the_same_moment_are_told_apart() -> None:
    floor, before, _ = watched()
    floor.release()
    floor.start()
    floor.report(good=50)

    before.append(lambda: floor.start(20, GRINDER, operator="another"))
    with pytest.raises(RunsElsewhere, match=GRINDER):
        floor.start(20, "nagoya/machining/line-2")


def test_who_is_always_overtaken_is_told_to_come_back() -> None:
    floor, before, _ = watched()
    floor.release()
    floor.start()

    def once_more() -> None:
        before.clear()
        floor.report(good=1, operator="another")
        before.append(once_more)

    before.append(once_more)
    with pytest.raises(OrderBusy):
        floor.report(good=7)
    before.clear()
    assert operation(floor.read()).good == 8


def test_an_order_planned_twice_at_the_same_moment_is_one() -> None:
    floor, before, _ = watched()

    before.append(lambda: floor.plan())
    floor.plan()

    assert floor.listed() == ["wo-1"]
    assert len(floor.told()) == 1


def test_a_lost_answer_is_found_in_the_history_and_counts_once() -> None:
    floor, _, loses = watched()
    floor.release()
    floor.start()

    loses.append(True)
    view = floor.report(good=5)

    assert operation(view).good == 5
    assert operation(floor.read()).good == 5


def test_a_request_of_a_key_takes_effect_once(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=5, key="k-1")
    floor.later(hours=1)

    assert operation(floor.report(good=5, key="k-1")).good == 5
    assert operation(floor.report(good=5, key="k-2")).good == 10
    with pytest.raises(KeyReused) as refused:
        floor.report(good=6, key="k-1")
    assert refused.value.errors[0].pointer == "/header/Idempotency-Key"


def test_a_request_of_a_key_at_the_same_moment_takes_effect_once() -> None:
    floor, before, _ = watched()
    floor.release()
    floor.start()

    before.append(lambda: floor.report(good=5, key="k-1"))
    floor.report(good=5, key="k-1")

    assert operation(floor.read()).good == 5
