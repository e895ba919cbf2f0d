"""What a moment counts as: OPC 40001-1 Annex C.2 and the elements of ISO 22400-2."""

import pytest

from makoto.analytics.performance.orders import OrderFact, OrderStep
from makoto.analytics.performance.terms import Terms
from makoto.analytics.performance.time_model import Maintenance, Term, decide
from makoto.domain.factory import PackmlState as P
from makoto.domain.factory import TimeCategory as C
from tests.unit.performance.shift import (
    EXECUTE,
    HELD,
    IDLE,
    MAINTENANCE,
    MIN,
    PRODUCTION,
    SETUP,
    START,
    SUSPENDED,
    at,
    completed,
    run,
    started,
    state,
    world,
)

WITH_ORDER = [
    (P.EXECUTE, PRODUCTION, None, Term.APT),
    (P.EXECUTE, PRODUCTION, C.DELAY_INTERNAL, Term.APT),
    (P.EXECUTE, PRODUCTION, C.SETUP, Term.ASUT),
    (P.EXECUTE, SETUP, None, Term.ASUT),
    (P.HELD, SETUP, None, Term.ASUT),
    (P.HELD, PRODUCTION, C.SETUP, Term.ASUT),
    (P.HELD, PRODUCTION, None, Term.ADET_INTERNAL),
    (P.HOLDING, PRODUCTION, None, Term.ADET_INTERNAL),
    (P.UNHOLDING, PRODUCTION, None, Term.ADET_INTERNAL),
    (P.ABORTED, PRODUCTION, None, Term.ADET_INTERNAL),
    (P.STOPPED, PRODUCTION, None, Term.ADET_INTERNAL),
    (P.IDLE, PRODUCTION, None, Term.ADET_INTERNAL),
    (P.EXECUTE, 3, None, Term.ADET_INTERNAL),
    (P.SUSPENDED, PRODUCTION, None, Term.ADET_EXTERNAL),
    (P.SUSPENDING, PRODUCTION, None, Term.ADET_EXTERNAL),
    (P.UNSUSPENDING, PRODUCTION, None, Term.ADET_EXTERNAL),
    (P.HELD, PRODUCTION, C.DELAY_EXTERNAL, Term.ADET_EXTERNAL),
    (P.SUSPENDED, PRODUCTION, C.DELAY_INTERNAL, Term.ADET_INTERNAL),
    (P.HELD, PRODUCTION, C.NO_ORDER, Term.ADOT),
    (P.HELD, PRODUCTION, C.PLANNED, Term.PLANNED_DOWNTIME),
    (P.HELD, PRODUCTION, C.PREVENTIVE_MAINTENANCE, Term.PREVENTIVE_MAINTENANCE),
    (P.EXECUTE, MAINTENANCE, None, Term.PREVENTIVE_MAINTENANCE),
    (P.ABORTED, MAINTENANCE, C.CORRECTIVE_MAINTENANCE, Term.ADET_INTERNAL),
    (P.UNDEFINED, PRODUCTION, None, Term.UNKNOWN),
]


@pytest.mark.parametrize(("packml", "mode", "category", "term"), WITH_ORDER)
def test_within_the_schedule_and_with_an_order(packml: P, mode: int, category: C | None, term: Term) -> None:
    found, _ = decide(packml, mode, category, is_ordered=True, is_scheduled=True, is_break=False)

    assert found is term


@pytest.mark.parametrize("packml", [P.EXECUTE, P.IDLE, P.STOPPED, P.HELD, P.SUSPENDED])
def test_without_a_registered_order_a_unit_is_down_whatever_it_does(packml: P) -> None:
    assert decide(packml, PRODUCTION, None, is_ordered=False, is_scheduled=True, is_break=False)[0] is Term.ADOT


def test_a_break_is_planned_and_outside_the_shift_nothing_is() -> None:
    assert decide(EXECUTE, PRODUCTION, None, is_ordered=True, is_scheduled=True, is_break=True)[0] is (
        Term.PLANNED_DOWNTIME
    )
    assert decide(EXECUTE, PRODUCTION, None, is_ordered=True, is_scheduled=False, is_break=False)[0] is (
        Term.OUTSIDE_SCHEDULE
    )


@pytest.mark.parametrize(("is_scheduled", "is_break"), [(True, False), (True, True), (False, False)])
def test_maintenance_is_seen_whatever_the_schedule_says(is_scheduled: bool, is_break: bool) -> None:
    def maintenance(mode: int, category: C | None) -> Maintenance | None:
        return decide(P.HELD, mode, category, is_ordered=True, is_scheduled=is_scheduled, is_break=is_break)[1]

    assert maintenance(PRODUCTION, C.CORRECTIVE_MAINTENANCE) is Maintenance.CORRECTIVE
    assert maintenance(MAINTENANCE, None) is Maintenance.PREVENTIVE
    assert maintenance(PRODUCTION, None) is None


def minutes(terms: Terms, *names: str) -> list[float]:
    return [float(terms[name] or 0) / MIN for name in names]


def test_a_shift_is_divided_without_remainder() -> None:
    states = [
        state(-60, IDLE),
        state(0, EXECUTE, mode=SETUP),
        state(30, EXECUTE),
        state(200, HELD, reason=180001),
        state(230, SUSPENDED),
        state(240, EXECUTE),
        state(400, HELD, reason=210001),
        state(420, EXECUTE),
        state(450, IDLE),
    ]
    orders = [started(0), completed(450)]
    terms = run(states, world(breaks=[(at(100), at(130))]), orders=orders).terms

    names = ("apt", "asut", "adet_internal", "adet_external", "adot", "planned_downtime", "preventive_maintenance")
    assert minutes(terms, *names) == [330, 30, 30, 10, 30, 30, 20]
    assert minutes(terms, "pot", "pbt", "aupt", "aubt", "adet", "aoet") == [480, 430, 360, 400, 40, 450]
    assert minutes(terms, "cmt", "pmt", "outside_schedule", "unknown") == [30, 20, 0, 0]


def test_what_straddles_the_shift_is_clipped_to_it() -> None:
    wide = (START - 120 * MIN, at(600))
    terms = run([state(-100, EXECUTE), state(470, HELD)], window=wide, orders=[started(-200)]).terms

    assert minutes(terms, "apt", "adet_internal", "outside_schedule") == [470, 10, 240]


def test_without_a_machine_that_tells_states_the_orders_tell_them() -> None:
    orders = [
        started(60),
        OrderFact(at(120), OrderStep.PAUSED, "wo-1", 10, "shaft", False, 190001),
        started(150),
        completed(300),
    ]
    terms = run([], orders=orders).terms

    assert minutes(terms, "unknown", "apt", "adet_external", "adot") == [60, 210, 30, 180]


def test_while_an_order_is_set_up_its_time_is_setup_whatever_the_machine_knows_of_it() -> None:
    """ASUT: preparation of an order at a unit; few machines have a mode for it."""
    setting_up = started(0)._replace(is_setup=True)
    states = [state(0, IDLE), state(20, EXECUTE), state(50, HELD, reason=180001), state(55, EXECUTE)]

    terms = run(states, orders=[setting_up, started(40), completed(480)]).terms

    assert minutes(terms, "asut", "apt", "adet_internal", "aoet") == [40, 435, 5, 480]


def test_of_a_setup_and_a_start_in_one_moment_the_start_came_last() -> None:
    setting_up = started(0)._replace(is_setup=True)

    for orders in ([setting_up, started(0)], [started(0), setting_up]):
        assert minutes(run([state(0, EXECUTE)], orders=orders).terms, "asut", "apt") == [0, 480]


def test_a_machine_without_modes_produces_where_it_executes() -> None:
    assert minutes(run([state(0, EXECUTE, mode=0)]).terms, "apt") == [480]


def test_an_order_that_the_machine_names_counts_as_registered() -> None:
    told = [state(0, EXECUTE)._replace(order="MO-1"), state(240, EXECUTE)]

    terms = run(told, orders=[]).terms

    assert minutes(terms, "apt", "adot", "aoet") == [240, 240, 240]


def test_a_unit_that_makes_one_product_always_has_its_order() -> None:
    terms = run([state(0, EXECUTE)], world(product="shaft"), orders=[]).terms

    assert minutes(terms, "apt", "aoet") == [480, 0]


def test_overlapping_orders_are_worked_on_once() -> None:
    terms = run(
        [state(0, EXECUTE)], orders=[started(0), started(60, "wo-2"), completed(200), completed(300, "wo-2")]
    ).terms

    assert minutes(terms, "apt", "adot", "aoet") == [300, 180, 300]


def test_of_two_orders_at_a_unit_the_one_that_began_last_is_worked_on() -> None:
    orders = [started(0), started(60, "wo-2", "gear"), completed(120, "wo-2", "gear")]

    portions = run([state(0, EXECUTE)], orders=orders).portions

    assert [(each.order, each.product, (each.end - each.start) // MIN) for each in portions] == [
        ("wo-1", "shaft", 60),
        ("wo-2", "gear", 60),
        ("wo-1", "shaft", 360),
    ]
