"""Whatever people do in whichever order: quantities add up, an order goes forward only, the lists are complete."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.production import listing, registry, service
from functions.production.model import OrderStatus, runnable
from functions.production.operation import Phase
from makoto.domain.factory import ancestors_of, is_within
from makoto.errors import MakotoError
from makoto.events.production import QuantityReported
from tests.unit.production.shopfloor import DUE, GRINDER, LATHE, LINE, OTHER_LINE, Shop, shop

ORDERS = ("wo-1", "wo-2", "wo-3")
PLACES = (LATHE, f"{LINE}/mc-02", GRINDER, OTHER_LINE)
FORWARD = list(OrderStatus)

made, taken = st.integers(0, 40), st.integers(-40, 2)
reasons = st.sampled_from((None, 60000))
orders, sequences = st.sampled_from(ORDERS), st.sampled_from((10, 20))
operators = st.sampled_from(("a", "b", None))


def call(name: str, *parts: Any, **more: Any) -> st.SearchStrategy[Callable[[Shop], object]]:
    """A call of the shop floor with arguments drawn."""
    return st.tuples(st.tuples(*parts), st.fixed_dictionaries(more)).map(
        lambda drawn: lambda floor: getattr(floor, name)(*drawn[0], **drawn[1])
    )


reports = call(
    "report", sequences, orders, good=made, scrap=st.integers(0, 3), rework=st.integers(0, 2), reason=reasons
)
actions = st.one_of(
    reports,
    reports,
    call("report", sequences, orders, good=st.integers(0, 2), scrap=st.integers(0, 2), from_rework=st.just(True)),
    call("report", sequences, orders, good=taken, scrap=taken, reason=reasons, correction=st.just("miscounted")),
    call("report", sequences, orders, good=st.integers(-2, 1), from_rework=st.just(True), correction=st.just("wrong")),
    call("start", sequences, st.sampled_from(PLACES), orders, is_setup=st.booleans(), operator=operators),
    call("pause", sequences, orders, operator=operators),
    call("resume", sequences, orders, operator=operators),
    call("complete", sequences, orders, operator=operators),
    call("complete", sequences, orders, operator=operators),
    call("labour", st.sampled_from(("on", "on", "off")), sequences, orders, operator=operators),
    call("labour", st.sampled_from(("on", "on", "off")), sequences, orders, operator=operators),
    call("reschedule", orders, priority=st.integers(1, 3)),
    call("cancel", st.sampled_from(("wo-3", "wo-9", "wo-9", "wo-9"))),
    st.integers(1, 3600).map(lambda seconds: lambda floor: floor.later(seconds=seconds)),
)


def opened() -> Shop:
    """Three orders: one runs at both its operations, one at its first, one is released."""
    floor = shop()
    for number, order_id in enumerate(ORDERS):
        floor.release(order_id, tolerance=Decimal("0.1") if number else Decimal(0), due_at=DUE + timedelta(days=number))
    for order_id, place in (("wo-1", LATHE), ("wo-2", PLACES[1])):
        floor.start(10, place, order_id)
        floor.report(10, order_id, good=30)
    floor.start(20, GRINDER, "wo-1")
    return floor


def act(floor: Shop, steps: list[Callable[[Shop], object]]) -> None:
    """Try every step; what cannot be is refused by a typed error and changes nothing."""
    for step in steps:
        before = [floor.read(each).status for each in ORDERS]
        with suppress(MakotoError):
            step(floor)
        after = [floor.read(each).status for each in ORDERS]
        for was, now in zip(before, after, strict=True):
            assert FORWARD.index(now) >= FORWARD.index(was)


few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@few
@given(st.lists(actions, max_size=40))
def test_reports_add_up_to_what_operations_and_orders_say(steps: list[Callable[[Shop], object]]) -> None:
    floor = opened()

    act(floor, steps)

    for order_id in ORDERS:
        order = registry.load(order_id, floor.tenant).order
        facts = [each for each in floor.told(order_id) if each.detail_type == QuantityReported.detail_type()]
        for operation in order.operations:
            own = [QuantityReported.model_validate(each.data) for each in facts]
            own = [each for each in own if each.sequence == operation.sequence]
            assert sum((each.good for each in own), Decimal(0)) == operation.counts.good
            assert sum((each.scrap for each in own), Decimal(0)) == operation.counts.scrap
            assert sum((each.rework for each in own), Decimal(0)) == operation.counts.rework
            assert sum((each.quantity for each in operation.scrapped), Decimal(0)) == operation.counts.scrap
        assert order.scrap == sum(each.counts.scrap for each in order.operations)
        assert [each.version for each in floor.told(order_id)] == list(range(1, order.revision + 1))


@few
@given(st.lists(actions, max_size=40))
def test_no_operation_makes_more_than_reached_it_nor_less_than_nothing(steps: list[Callable[[Shop], object]]) -> None:
    floor = opened()

    act(floor, steps)

    for order_id in ORDERS:
        order = registry.load(order_id, floor.tenant).order
        for place, operation in enumerate(order.operations):
            counts_ = operation.counts
            assert min(counts_.good, counts_.scrap, counts_.rework, counts_.in_rework) >= 0
            assert counts_.used == counts_.good + counts_.scrap + counts_.in_rework <= order.limit_of(place)
            if operation.phase is Phase.COMPLETE:
                assert all(each.phase is Phase.COMPLETE for each in order.operations[:place])


@few
@given(st.lists(actions, max_size=40))
def test_dispatch_lists_hold_all_that_can_run_and_nothing_else_in_order(
    steps: list[Callable[[Shop], object]],
) -> None:
    floor = opened()

    act(floor, steps)

    held = [registry.load(each, floor.tenant) for each in ORDERS]
    can_run = [(each, operation) for each in held for operation in runnable(each.order)]
    for place in (*PLACES, LINE, *ancestors_of(LINE)):
        here = {
            listing.dispatch_key(each.order, operation): (each.order.order_id, operation.sequence)
            for each, operation in can_run
            if any(
                is_within(place, allowed) or is_within(allowed, place)
                for allowed in each.plan.step(operation.sequence).equipment
            )
        }
        assert floor.dispatched(place) == [here[key] for key in sorted(here)]


@few
@given(st.lists(actions, max_size=40))
def test_an_operators_time_is_shared_out_once(steps: list[Callable[[Shop], object]]) -> None:
    floor = opened()

    act(floor, steps)
    floor.later(minutes=1)

    spans = [each for order_id in ORDERS for each in registry.labour_of(order_id, floor.tenant)]
    lines = [
        line
        for order_id in ORDERS
        for operation in service.report_order(order_id, floor.tenant).operations
        for line in operation.labour
    ]
    for operator in {each.operator for each in spans}:
        covered = {
            second
            for each in spans
            if each.operator == operator
            for second in range(int(each.start.timestamp()), int((each.end or floor.now()).timestamp()))
        }
        worked = sum(each.worked_s for each in lines if each.operator == operator)
        assert abs(worked - len(covered)) < 1e-6 * (1 + len(covered))
