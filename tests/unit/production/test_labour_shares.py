"""Who worked how long: clocking on and off, and the time of one who is at two operations at once."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.production import service
from functions.production.labour import MAX_CREW, shares
from functions.production.operation import Span
from functions.production.refusals import (
    AlreadyClockedOn,
    CrewIsFull,
    InTheFuture,
    LabourTooLong,
    NotClockedOn,
    OperationClosed,
    OperationNotStarted,
    OutOfOrder,
)
from tests.unit.production.shopfloor import GRINDER, Shop, operation

T0 = datetime(2026, 4, 1, tzinfo=UTC)
LATER = T0 + timedelta(days=3)


@pytest.fixture
def running(floor: Shop) -> Shop:
    floor.release()
    floor.start()
    return floor


def span(start: int, end: int | None, sequence: int = 10) -> Span:
    ends = None if end is None else T0 + timedelta(seconds=end)
    return Span(order_id="wo-1", sequence=sequence, operator="a", start=T0 + timedelta(seconds=start), end=ends)


def labour(floor: Shop, order_id: str = "wo-1", place: int = 0) -> list[tuple[str, float, float]]:
    lines = service.report_order(order_id, floor.tenant).operations[place].labour
    return [(each.operator, each.worked_s, each.overlapping_s) for each in lines]


def test_work_is_timed_from_on_to_off(running: Shop) -> None:
    running.labour("on", operator="a")
    running.later(minutes=10)
    running.labour("on", operator="b")
    running.later(minutes=10)
    running.labour("off", operator="a")
    running.later(minutes=10)

    assert labour(running) == [("a", 1200, 0), ("b", 1200, 0)]
    assert [each.operator for each in operation(running.read()).crew] == ["b"]


def test_time_on_two_orders_at_once_is_shared_and_flagged(running: Shop) -> None:
    running.release("wo-2")
    running.start(10, GRINDER, "wo-2")
    running.labour("on", operator="a")
    running.later(hours=1)
    running.labour("on", operator="a", order_id="wo-2")
    running.later(hours=1)
    running.labour("off", operator="a")
    running.later(hours=1)
    running.labour("off", operator="a", order_id="wo-2")

    assert labour(running) == labour(running, "wo-2") == [("a", 5400, 3600)]
    (line,) = service.report_order("wo-1", running.tenant).operations[0].labour
    assert line.is_overlapping


def test_another_operators_work_takes_nothing_away(running: Shop) -> None:
    running.labour("on", operator="a")
    running.labour("on", operator="b")
    running.later(hours=1)

    assert labour(running) == [("a", 3600, 0), ("b", 3600, 0)]


def test_an_operations_end_clocks_everybody_off(running: Shop) -> None:
    running.labour("on", operator="a")
    running.labour("on", operator="b")
    running.later(minutes=5)
    running.report(good=100)
    view = running.complete()
    running.later(hours=5)

    assert operation(view).crew == ()
    assert labour(running) == [("a", 300, 0), ("b", 300, 0)]
    with pytest.raises(OperationClosed):
        running.labour("on", operator="a")


def test_a_cancellation_clocks_everybody_off(running: Shop) -> None:
    running.labour("on", operator="a")
    running.later(minutes=5)
    running.cancel()
    running.later(minutes=5)

    assert labour(running) == [("a", 300, 0)]


def test_clocking_on_again_changes_nothing_at_the_same_time_and_is_refused_at_another(running: Shop) -> None:
    at = running.now()
    first = running.labour("on", operator="a", at=at)
    running.later(minutes=1)

    assert running.labour("on", operator="a") == running.labour("on", operator="a", at=at) == first
    with pytest.raises(AlreadyClockedOn):
        running.labour("on", operator="a", at=at + timedelta(seconds=1))


def test_what_cannot_be_clocked_is_refused(running: Shop) -> None:
    with pytest.raises(NotClockedOn):
        running.labour("off", operator="a")
    with pytest.raises(OperationNotStarted):
        running.labour("on", 20, operator="a")
    with pytest.raises(InTheFuture):
        running.labour("on", operator="a", at=running.now() + timedelta(minutes=6))
    running.labour("on", operator="a")
    with pytest.raises(OutOfOrder):
        running.labour("off", operator="a", at=running.now() - timedelta(seconds=1))


def test_who_forgot_to_clock_off_says_when_the_work_ended(running: Shop) -> None:
    came = running.now()
    running.labour("on", operator="a")
    running.later(hours=25)

    assert labour(running) == [("a", 86400, 0)]
    with pytest.raises(LabourTooLong):
        running.labour("off", operator="a")
    running.labour("off", operator="a", at=came + timedelta(hours=8))
    assert labour(running) == [("a", 28800, 0)]


def test_an_order_takes_as_many_people_as_its_end_can_clock_off(running: Shop) -> None:
    for number in range(MAX_CREW):
        running.labour("on", operator=f"operator-{number}")
    with pytest.raises(CrewIsFull):
        running.labour("on", operator="one more")

    assert operation(running.cancel()).crew == ()


@pytest.mark.parametrize(
    ("spans", "worked_s"),
    [
        ([span(0, 100)], [100]),
        ([span(0, 100), span(100, 200, 20)], [100, 100]),
        ([span(0, 100), span(50, 150, 20)], [75, 75]),
        ([span(0, 300), span(100, 200, 20)], [250, 50]),
        ([span(0, 60), span(0, 60, 20), span(0, 60, 30)], [20, 20, 20]),
        ([span(5, 5), span(0, 10, 20)], [0, 10]),
    ],
)
def test_the_shares_are_what_one_would_reckon_by_hand(spans: list[Span], worked_s: list[int]) -> None:
    assert [each.worked_ms / 1000 for each in shares(spans, LATER)] == worked_s


def union_s(stretches: list[tuple[int, int]]) -> int:
    """The seconds that any of the stretches covers, reckoned second by second."""
    return len({second for start, end in stretches for second in range(start, end)})


stretch = st.tuples(st.integers(0, 200), st.integers(0, 100)).map(lambda each: (each[0], each[0] + each[1]))


@given(st.lists(stretch, max_size=12))
def test_shares_add_up_to_the_time_that_the_operator_worked_at_all(stretches: list[tuple[int, int]]) -> None:
    spans = [span(start, end, number) for number, (start, end) in enumerate(stretches)]

    found = shares(spans, LATER)

    assert sum((each.worked_ms for each in found), Fraction(0)) == union_s(stretches) * 1000
    for each, (start, end) in zip(found, stretches, strict=True):
        assert 0 <= each.worked_ms <= (end - start) * 1000
        assert (each.overlapping_ms == 0) == (each.worked_ms == (end - start) * 1000)
