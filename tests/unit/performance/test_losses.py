"""Losses by reason and kind, failures and their means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.analytics.performance.losses import Losses, losses, stops
from makoto.analytics.performance.reliability import pooled, reliability
from makoto.analytics.performance.states import StateFact
from makoto.analytics.performance.unit import Evaluation
from makoto.domain.factory import Loss, Reason, TimeCategory, reason_of
from tests.unit.performance.shift import (
    EXECUTE,
    HELD,
    MIN,
    SETUP,
    SUSPENDED,
    at,
    completed,
    counted,
    run,
    started,
    state,
    world,
)

OWN = {
    180100: Reason(id="180100", parent="180000", name="Spindle", category=TimeCategory.CORRECTIVE_MAINTENANCE),
    180110: Reason(id="180110", parent="180100", name="Bearing", category=TimeCategory.CORRECTIVE_MAINTENANCE),
}


def resolve(code: int) -> Reason | None:
    return reason_of(code, OWN)


def lost(found: Evaluation) -> Losses:
    terms = found.terms
    planned = {name: terms[name] for name in ("planned_run_s", "planned_good_s")}
    return losses(stops(found.portions, resolve), resolve, apt_ms=int(terms["apt"] or 0), **planned)  # type: ignore[arg-type]  # Decimal by construction


def test_losses_are_ordered_by_their_time_and_rolled_up_the_tree() -> None:
    states = [
        state(0, EXECUTE),
        state(100, HELD, reason=180110),
        state(130, EXECUTE),
        state(200, HELD, reason=180100),
        state(210, EXECUTE),
        state(300, HELD, reason=60001),
        state(304, EXECUTE),
        state(350, HELD, reason=60001),
        state(351, EXECUTE),
    ]

    found = lost(run(states))

    assert [(row.code, row.own_ms // MIN, row.own_stops) for row in found.rows] == [
        (180110, 30, 1),
        (180100, 10, 1),
        (60000, 5, 2),
    ]
    rolled = {row.code: (row.total_ms // MIN, row.total_stops) for row in found.tree}
    assert rolled[180000] == rolled[180100] == (40, 2)
    assert found.lost_ms == 45 * MIN


def test_a_loop_in_the_tree_ends() -> None:
    loop = {
        code: Reason(id=str(code), parent=str(999 - code), name="x", category=TimeCategory.SETUP) for code in (1, 998)
    }
    found = run([state(0, HELD, reason=1)])

    made = losses(stops(found.portions, loop.get), loop.get, apt_ms=0, planned_run_s=None, planned_good_s=None)

    assert {row.code: row.total_ms // MIN for row in made.tree} == {1: 480, 998: 480}


def test_a_short_delay_is_a_minor_stop_and_a_long_one_a_breakdown() -> None:
    states = [state(0, EXECUTE), state(100, HELD), state(104.9, EXECUTE), state(200, HELD), state(205, EXECUTE)]

    found = lost(run(states, readings=counted(total=0, scrap=0)))

    assert found.minor_stops == 1
    assert found.big[Loss.MINOR_STOP] == pytest.approx(4.9 * MIN)
    assert found.big[Loss.BREAKDOWN] == 5 * MIN


def test_idling_is_a_loss_of_minor_stops_and_counts_as_one_only_where_it_is_short() -> None:
    states = [state(0, EXECUTE), state(100, SUSPENDED, reason=190001), state(160, EXECUTE)]
    states += [state(200, SUSPENDED, reason=190001), state(202, EXECUTE)]

    found = lost(run(states))

    assert (found.big[Loss.MINOR_STOP], found.minor_stops) == (62 * MIN, 1)


def test_a_stop_that_the_window_cuts_is_not_taken_for_a_minor_one() -> None:
    found = lost(run([state(0, EXECUTE), state(478, HELD)]))

    assert (found.minor_stops, found.big[Loss.BREAKDOWN]) == (0, 2 * MIN)


def test_a_stop_of_changing_states_is_as_long_as_all_of_it() -> None:
    found = lost(run([state(0, EXECUTE), state(100, HELD), state(103, SUSPENDED), state(106, EXECUTE)]))

    assert found.minor_stops == 0


@given(
    st.lists(st.tuples(st.integers(0, 479), st.sampled_from([5, 6, 6, 9, 11]), st.sampled_from([1, 4])), max_size=12),
    st.integers(0, 300),
    st.integers(0, 50),
)
def test_the_big_losses_add_up_to_what_good_units_leave_of_the_planned_busy_time(
    told: list[tuple[int, int, int]], total: int, scrap: int
) -> None:
    found = run(
        [StateFact(at(t), packml, mode) for t, packml, mode in told],
        world("60"),
        orders=[started(20), completed(460)],
        readings=counted(total=total + scrap, scrap=scrap),
    )

    made = lost(found)

    left = int(found.terms["pbt"] or 0) - float(found.terms["planned_good_s"] or 0) * 1000
    assert sum(each or 0.0 for each in made.big.values()) == pytest.approx(left)


FAILING = [
    state(0, EXECUTE),
    state(60, HELD, reason=180001),
    state(80, EXECUTE),
    state(140, HELD, reason=180002),
    state(150, HELD, reason=180003),
    state(170, EXECUTE, mode=SETUP),
    state(180, EXECUTE),
    state(300, SUSPENDED),
    state(330, EXECUTE),
    state(400, HELD, reason=180001),
    state(410, EXECUTE),
]


def test_the_means_are_those_of_the_observed_times() -> None:
    found = reliability(run(FAILING).portions)

    assert [(end - start) // MIN for start, end in found.failures] == [20, 30, 10]
    assert [each // MIN for each in found.ttr_ms] == [20, 30, 10]
    assert [each // MIN for each in found.ttf_ms] == [60, 200]
    assert [each // MIN for each in found.tbf_ms] == [80, 230]
    assert (found.mttr_ms, found.mttf_ms, found.mtbf_ms) == (20 * MIN, 130 * MIN, 155 * MIN)


def test_a_failure_that_the_window_cuts_has_no_time_to_repair() -> None:
    found = reliability(
        run([state(0, HELD, reason=180001), state(10, EXECUTE), state(470, HELD, reason=180001)]).portions
    )

    assert len(found.failures) == 2
    assert found.mttr_ms is None
    assert [each // MIN for each in found.ttf_ms] == [460]
    assert found.mtbf_ms is None


def test_a_line_pools_what_its_units_observed() -> None:
    one = reliability(run(FAILING).portions)

    both = pooled([one, one])

    assert len(both.failures) == 6
    assert both.mttr_ms == one.mttr_ms
