"""Start, pause, resume and complete: what may follow what, when, and where."""

from datetime import date, timedelta

import pytest

from functions.production import service
from functions.production.actions import MOST_BEGUN
from functions.production.refusals import (
    AlreadyRunning,
    EarlierNotComplete,
    InTheFuture,
    NothingReported,
    NotReleased,
    OperationClosed,
    OperationNotPaused,
    OperationNotReady,
    OperationNotRunning,
    OperationNotStarted,
    OperationPaused,
    OrderClosed,
    OutOfOrder,
    PlaceNotAllowed,
    RunsElsewhere,
    TooManyBegun,
    UnitsInRework,
    UnknownPlace,
)
from makoto.domain.factory import OperationStep, Routing
from tests.unit.production.shopfloor import GRINDER, LATHE, LINE, OTHER_LINE, Shop, operation

OTHER_LATHE = f"{LINE}/mc-02"


def finished(floor: Shop) -> None:
    """An order of which both operations are complete."""
    floor.release()
    floor.start()
    floor.report(good=100)
    floor.complete()
    floor.start(20, GRINDER)
    floor.report(20, good=100)
    floor.complete(20)


def test_the_status_follows_from_what_was_done(floor: Shop) -> None:
    seen = [floor.plan().status, service.release_order("wo-1", floor.tenant).status, floor.start().status]
    floor.report(good=100)
    seen.append(floor.complete().status)
    floor.start(20, GRINDER)
    floor.report(20, good=100)
    seen.append(floor.complete(20).status)

    assert seen == ["planned", "released", "in_progress", "in_progress", "complete"]


def test_each_phase_is_timed_by_itself(floor: Shop) -> None:
    floor.release()
    floor.start(is_setup=True)
    floor.later(minutes=10)
    floor.start()
    floor.later(minutes=30)
    floor.pause(reason=60000)
    floor.later(minutes=5)
    floor.resume()
    floor.later(minutes=15)
    floor.report(good=100)
    floor.complete()
    floor.later(hours=5)

    times = service.report_order("wo-1", floor.tenant).operations[0].times
    assert (times.setup_s, times.processing_s, times.paused_s) == (600, 2700, 300)
    assert (times.planned_setup_s, times.planned_run_s, times.earned_run_s) == (600, 3000, 3000)
    assert times.effectiveness == pytest.approx(3000 / 2700)


def test_what_runs_still_is_timed_until_now(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.later(minutes=7)

    assert service.report_order("wo-1", floor.tenant).operations[0].times.processing_s == 420


def test_an_operation_that_is_not_released_does_not_start(floor: Shop) -> None:
    floor.plan()

    with pytest.raises(NotReleased):
        floor.start()
    with pytest.raises(NotReleased):
        floor.report(good=1)


def test_an_operation_waits_until_the_one_before_made_something_good(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(scrap=1)
    with pytest.raises(OperationNotReady):
        floor.start(20, GRINDER)

    floor.report(good=1)

    assert operation(floor.start(20, GRINDER), 20).state == "running"


@pytest.mark.parametrize("place", [OTHER_LINE, "nagoya/machining", "nagoya"])
def test_an_operation_starts_only_where_its_routing_allows(floor: Shop, place: str) -> None:
    floor.release()

    with pytest.raises(PlaceNotAllowed) as refused:
        floor.start(10, place)

    assert refused.value.errors[0].pointer == "/body/equipment"
    assert LINE in refused.value.errors[0].detail


def test_a_place_that_is_not_in_the_plant_is_unknown(floor: Shop) -> None:
    floor.release()

    with pytest.raises(UnknownPlace):
        floor.start(10, f"{LINE}/mc-77")


def test_an_operation_runs_at_one_place_at_a_time(floor: Shop) -> None:
    floor.release()
    floor.start(10, LATHE)

    with pytest.raises(RunsElsewhere, match=LATHE):
        floor.start(10, OTHER_LATHE)
    with pytest.raises(RunsElsewhere):
        floor.resume(10, equipment=OTHER_LATHE)


def test_a_paused_operation_goes_on_at_another_place(floor: Shop) -> None:
    floor.release()
    floor.start(10, LATHE)
    floor.pause()

    assert operation(floor.resume(10, equipment=OTHER_LATHE)).equipment == OTHER_LATHE
    floor.pause()
    with pytest.raises(PlaceNotAllowed):
        floor.resume(10, equipment=OTHER_LINE)


def test_what_cannot_follow_is_refused_by_its_reason(floor: Shop) -> None:
    floor.release()
    for refusal, attempt in (
        (OperationNotRunning, floor.pause),
        (OperationNotPaused, floor.resume),
        (OperationNotRunning, floor.complete),
    ):
        with pytest.raises(refusal):
            attempt()
    with pytest.raises(OperationNotStarted):
        floor.report(good=1)
    floor.start()
    with pytest.raises(OperationNotPaused):
        floor.resume()
    with pytest.raises(AlreadyRunning):
        floor.start(operator="another")
    with pytest.raises(AlreadyRunning):
        floor.start(is_setup=True)
    with pytest.raises(NothingReported):
        floor.complete()
    floor.pause()
    with pytest.raises(OperationPaused):
        floor.start()
    with pytest.raises(OperationNotRunning):
        floor.pause(reason=60000)


@pytest.mark.parametrize("action", ["start", "pause", "complete"])
def test_the_same_action_again_changes_nothing(floor: Shop, action: str) -> None:
    floor.release()
    floor.start()
    floor.report(good=100)
    at = floor.now()
    first = getattr(floor, action)()
    floor.later(minutes=3)

    assert getattr(floor, action)() == first
    assert getattr(floor, action)(at=at) == first
    assert len(floor.told()) == 5 + (action != "start")


def test_resuming_again_changes_nothing(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.pause()
    first = floor.resume()
    floor.later(minutes=3)

    assert floor.resume() == first


def test_completing_twice_is_the_same_only_by_the_same_person_and_time(floor: Shop) -> None:
    finished(floor)
    first = floor.read()
    at = floor.now()
    floor.later(minutes=1)

    assert floor.complete(20) == floor.complete(20, at=at) == first
    with pytest.raises(OrderClosed):
        floor.complete(20, operator="another")
    with pytest.raises(OrderClosed):
        floor.complete(20, at=floor.now())


def test_a_complete_operation_takes_no_more(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=50)
    floor.complete()

    with pytest.raises(OperationClosed):
        floor.start()
    with pytest.raises(OperationClosed):
        floor.report(good=1)
    with pytest.raises(OperationClosed):
        floor.complete(operator="another")


def test_operations_complete_in_their_order(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=50)
    floor.start(20, GRINDER)
    floor.report(20, good=50)

    with pytest.raises(EarlierNotComplete, match="10"):
        floor.complete(20)


def test_units_in_rework_keep_an_operation_open(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=90, rework=10)

    with pytest.raises(UnitsInRework, match="10 pcs"):
        floor.complete()

    floor.report(good=8, scrap=2, from_rework=True)
    assert operation(floor.complete()).good == 98


def test_a_time_is_neither_ahead_nor_before_what_was_done_last(floor: Shop) -> None:
    floor.release()
    floor.later(hours=1)
    started = floor.now()
    floor.start(at=started)

    with pytest.raises(InTheFuture) as ahead:
        floor.pause(at=floor.now() + timedelta(minutes=5, milliseconds=1))
    with pytest.raises(OutOfOrder) as before:
        floor.pause(at=started - timedelta(milliseconds=1))

    assert {each.errors[0].pointer for each in (ahead.value, before.value)} == {"/body/at"}
    paused = floor.pause(at=floor.now() + timedelta(minutes=5))
    assert operation(paused).since == started + timedelta(minutes=5)
    assert operation(floor.resume()).since == started + timedelta(minutes=5)


def test_an_action_is_not_before_a_report_either(floor: Shop) -> None:
    floor.release()
    floor.start()
    started = floor.now()
    floor.later(minutes=10)
    floor.report(good=1)

    with pytest.raises(OutOfOrder):
        floor.pause(at=started + timedelta(minutes=9))


def test_what_was_done_yesterday_may_be_entered_today(floor: Shop) -> None:
    floor.release()
    yesterday = floor.now() - timedelta(days=1)
    floor.start(at=yesterday)
    floor.report(good=100, at=yesterday + timedelta(hours=1))
    floor.complete(at=yesterday + timedelta(hours=2))

    assert service.report_order("wo-1", floor.tenant).operations[0].times.processing_s == 7200


def test_a_cancelled_order_stops_all_that_runs_and_keeps_what_was_made(floor: Shop) -> None:
    floor.release()
    floor.start()
    floor.report(good=40)
    floor.later(minutes=10)
    view = floor.cancel()
    floor.later(hours=1)

    assert (view.status, [each.state for each in view.operations]) == ("cancelled", ["cancelled", "cancelled"])
    assert operation(view).good == 40
    assert service.report_order("wo-1", floor.tenant).operations[0].times.processing_s == 600
    with pytest.raises(OrderClosed):
        floor.report(good=1)


def test_an_order_runs_at_as_many_places_at_once_as_its_cancellation_can_stop(floor: Shop) -> None:
    steps = tuple(OperationStep(sequence=each, name="x", equipment=(LINE,)) for each in range(1, MOST_BEGUN + 2))
    floor.master(Routing(id="long", product="gear", effective_from=date(2026, 3, 1), operations=steps))
    floor.release()
    for sequence in range(1, MOST_BEGUN + 1):
        floor.start(sequence, LATHE)
        floor.report(sequence, good=100)
        floor.labour("on", sequence, operator=f"operator-{sequence}")

    with pytest.raises(TooManyBegun):
        floor.start(MOST_BEGUN + 1, LATHE)

    assert floor.cancel().status == "cancelled"


def test_a_complete_order_cannot_be_cancelled(floor: Shop) -> None:
    finished(floor)

    with pytest.raises(OrderClosed):
        floor.cancel()


def test_the_operator_is_the_caller_unless_another_is_named(floor: Shop) -> None:
    floor.release()

    assert operation(floor.start()).operator == "hanako@example.com"
    assert operation(floor.pause(operator="太郎")).operator == "太郎"
    lines = service.read_history("wo-1", 50, None, floor.tenant).items
    assert [(each.operator, each.by) for each in lines[-2:]] == [
        ("hanako@example.com", "hanako@example.com"),
        ("太郎", "hanako@example.com"),
    ]
