"""The lists: complete, in order, by page; and right again after any crash, in whichever order writers come."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.production import listing, lists, registry, service
from makoto.errors import Unavailable
from makoto.ports.documents import Documents, Key, Query
from tests.unit.production.shopfloor import DUE, GRINDER, LATHE, LINE, OTHER_LINE, Shop, operation, shop


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Failing:
    """A store that fails where one document is written, which is how lists are; not where an order is."""

    inner: Any  # a driver; what is not written here is its own
    fails: list[BaseException] = field(default_factory=list)

    def write(self, *said: Any) -> Any:
        if self.fails:
            raise self.fails[-1]
        return self.inner.write(*said)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def failing() -> tuple[Shop, list[BaseException]]:
    """A shop floor, and what its lists fail by."""
    plan = list[BaseException]()

    def documents(found: Documents) -> Documents:
        return replace(found, driver=Failing(found.driver, plan))

    return shop(documents), plan


def deliver(floor: Shop, order_id: str = "wo-1") -> None:
    """Let production react to every fact told so far, the last first, and to each twice."""
    for fact in (*reversed(floor.told(order_id)), *floor.told(order_id)):
        service.mend_lists(order_id, fact.version, floor.tenant)


def everything(floor: Shop) -> dict[str, Any]:
    """What all lists say."""
    return {
        "all": floor.listed(),
        **{each: floor.listed(status=each) for each in ("planned", "released", "in_progress", "complete", "cancelled")},
        **{each: floor.dispatched(each) for each in ("nagoya", LINE, LATHE, GRINDER, OTHER_LINE)},
    }


def test_dispatch_is_by_priority_then_due_date_then_id(floor: Shop) -> None:
    for order_id, priority, days in (
        ("b", 500, 1),
        ("a-1", 500, 1),
        ("a", 500, 1),
        ("0-late", 500, 9),
        ("soon", 900, 0),
        ("rush", 1, 30),
    ):
        floor.release(order_id, priority=priority, due_at=DUE + timedelta(days=days))

    assert floor.dispatched(LATHE) == [(each, 10) for each in ("rush", "a", "a-1", "b", "0-late", "soon")]


def test_a_place_sees_what_may_run_there_or_below(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=10)
    floor.release("wo-2")

    assert floor.dispatched(GRINDER) == [("wo-1", 20), ("wo-2", 10)]
    assert floor.dispatched(OTHER_LINE) == [("wo-1", 20)]
    assert floor.dispatched(LATHE) == [("wo-2", 10)]
    assert floor.dispatched("nagoya") == [("wo-1", 20), ("wo-2", 10)]
    assert floor.dispatched("osaka") == []


def test_only_what_can_run_now_is_dispatched(floor: Shop) -> None:
    floor.plan()
    assert floor.dispatched(LATHE) == []
    service.release_order("wo-1", floor.tenant)
    assert floor.dispatched(LATHE) == [("wo-1", 10)]
    floor.start()
    assert floor.dispatched(LATHE) == []
    floor.pause()
    assert [each.state for each in floor.dispatch(LATHE)] == ["paused"]
    floor.resume()
    floor.report(good=100)
    floor.complete()
    assert floor.dispatched(GRINDER) == [("wo-1", 20)]
    floor.cancel()
    assert floor.dispatched(GRINDER) == []


def test_a_dispatch_line_says_what_is_to_be_done_and_how_long_it_takes(floor: Shop) -> None:
    floor.release(due_at=floor.now() + timedelta(hours=1))
    floor.start()
    floor.report(good=40)
    floor.later(hours=2)

    (line,) = floor.dispatch(GRINDER)
    assert line.is_late
    assert float(line.available) == 40
    assert line.planned_run_s == 1200
    assert line.due_local.endswith("+09:00")


def test_a_new_priority_moves_an_operation_in_the_dispatch_list(floor: Shop) -> None:
    for order_id in ("a", "b", "c"):
        floor.release(order_id)

    floor.reschedule("c", priority=1)

    assert floor.dispatched(LATHE) == [("c", 10), ("a", 10), ("b", 10)]


def test_orders_are_listed_by_due_date_and_filtered(floor: Shop) -> None:
    for number in range(7):
        floor.plan(f"wo-{number}", due_at=DUE + timedelta(days=6 - number))
    for order_id in ("wo-1", "wo-3"):
        service.release_order(order_id, floor.tenant)
    floor.start(10, LATHE, "wo-3")
    floor.cancel("wo-5")

    assert floor.listed() == [f"wo-{number}" for number in range(6, -1, -1)]
    assert floor.listed(status="planned") == ["wo-6", "wo-4", "wo-2", "wo-0"]
    assert floor.listed(status="released") == ["wo-1"]
    assert floor.listed(status="in_progress") == ["wo-3"]
    assert floor.listed(status="cancelled") == ["wo-5"]
    assert floor.listed(due_from=DUE + timedelta(days=1), due_to=DUE + timedelta(days=3)) == ["wo-5", "wo-4"]
    assert floor.listed(product="gear", status="released") == ["wo-1"]
    assert floor.listed(product="blank") == []
    for place, count in ((LATHE, 7), (OTHER_LINE, 7), ("nagoya", 7), ("nagoya/painting", 0), ("osaka", 0)):
        assert len(floor.listed(equipment=place)) == count


def test_a_crash_between_an_order_and_its_lists_is_mended_by_the_fact() -> None:
    floor, fails = failing()
    floor.release("wo-0")
    before = everything(floor)
    fails.append(Crash())
    with pytest.raises(Crash):
        floor.plan()
    with pytest.raises(Crash):
        service.release_order("wo-1", floor.tenant)
    assert floor.read().status == "released"
    assert everything(floor) == before
    fails.clear()

    deliver(floor)

    assert floor.listed() == ["wo-0", "wo-1"]
    assert floor.listed(status="released") == ["wo-0", "wo-1"]
    assert floor.listed(status="planned") == []
    assert floor.dispatched(LATHE) == [("wo-0", 10), ("wo-1", 10)]


def test_a_list_that_cannot_be_written_fails_no_order() -> None:
    floor, fails = failing()
    fails.append(Unavailable("the store does not answer"))

    assert floor.release().status == "released"

    assert floor.listed() == []
    fails.clear()
    deliver(floor)
    assert floor.listed() == ["wo-1"]


def test_an_order_whose_lists_were_lost_on_the_way_is_never_shown_as_it_was() -> None:
    floor, fails = failing()
    floor.release()
    fails.append(Unavailable("the store does not answer"))
    floor.start()

    assert floor.dispatched(LATHE) == []
    assert floor.listed(status="released") == []
    fails.clear()
    deliver(floor)
    assert floor.listed(status="in_progress") == ["wo-1"]


def test_an_operation_is_never_dispatched_by_a_priority_that_it_has_no_more() -> None:
    floor, fails = failing()
    floor.release("a", priority=1)
    floor.release("b")
    fails.append(Unavailable("the store does not answer"))
    floor.reschedule("a", priority=900)

    assert floor.dispatched(LATHE) == [("b", 10)]
    fails.clear()
    deliver(floor, "a")
    assert floor.dispatched(LATHE) == [("b", 10), ("a", 10)]


def test_a_late_writer_takes_nothing_back(floor: Shop) -> None:
    """A writer that read the order long ago writes last: what it writes is older than what is there."""
    floor.release()
    old = registry.load("wo-1", floor.tenant)
    stale = dict(listing.entries(old.order, old.plan))
    floor.start()
    floor.report(good=100)
    floor.complete()
    now = everything(floor)

    lists.show(old.order.revision, stale, floor.tenant)
    lists.show(old.order.revision, dict.fromkeys(stale, None), floor.tenant)

    assert everything(floor) == now
    assert floor.dispatched(GRINDER) == [("wo-1", 20)]


def test_mending_what_is_right_changes_nothing(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=50)
    floor.start(20, GRINDER)
    floor.pause(20)
    before = everything(floor)

    deliver(floor)

    assert everything(floor) == before


def test_what_ended_leaves_no_mark_for_ever(floor: Shop) -> None:
    floor.release()
    floor.start()
    partition = listing.dispatch_partition(LINE)
    assert len(floor.tenant.documents.query(Query(partition)).items) == 1
    floor.later(minutes=21)

    assert floor.tenant.documents.query(Query(partition)).items == ()


def test_an_operators_work_is_found_again_after_a_crash() -> None:
    floor, fails = failing()
    for order_id, place in (("wo-1", LATHE), ("wo-2", GRINDER)):
        floor.release(order_id)
        floor.start(10, place, order_id)
    floor.labour("on", operator="a")
    fails.append(Unavailable("the store does not answer"))
    floor.labour("on", operator="a", order_id="wo-2")
    fails.clear()
    floor.later(hours=1)

    deliver(floor, "wo-2")
    deliver(floor)

    (line,) = service.report_order("wo-1", floor.tenant).operations[0].labour
    assert (line.worked_s, line.is_overlapping) == (1800, True)


def test_a_neighbour_sees_nothing(floor: Shop) -> None:
    floor.release()
    other = replace(floor, tenant=floor.neighbour)

    assert everything(other) == {name: [] for name in everything(floor)}


def test_a_truth_that_is_gone_is_mended_into_nothing(floor: Shop) -> None:
    service.mend_lists("wo-9", 1, floor.tenant)

    assert floor.listed() == []


def test_an_order_lies_in_a_partition_of_its_own(floor: Shop) -> None:
    floor.release()

    assert floor.tenant.documents.find(Key("order#wo-1", "order")) is not None
    assert operation(floor.read()).state == "ready"
    assert floor.read().due_at == datetime(2027, 1, 1, tzinfo=UTC)
