"""Laws that hold for every shift: identity of OEE, sums over parts, any order of arrival."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.analytics.performance.counting import Series
from makoto.analytics.performance.kpis import kpis
from makoto.analytics.performance.orders import OrderFact, OrderStep
from makoto.analytics.performance.states import Entry, StateFact
from makoto.analytics.performance.terms import Terms, added
from makoto.analytics.performance.time_model import Term
from makoto.analytics.performance.unit import Evaluation, UnitFacts, evaluate
from makoto.domain.factory import PackmlState
from tests.unit.performance.shift import at, world

minute = st.integers(-60, 540)
states = st.lists(
    st.tuples(minute, st.sampled_from([0, 2, 4, 5, 6, 6, 6, 9, 11]), st.sampled_from([1, 1, 1, 2, 4])), max_size=20
)
reasons = st.sampled_from([None, 60001, 140010, 160000, 170000, 180001, 190001, 210001])
entries = st.lists(st.tuples(minute, st.integers(1, 200), st.booleans(), reasons), max_size=4)
orders = st.lists(st.tuples(minute, st.integers(0, 2), st.sampled_from("ab")), max_size=8)
counts = st.lists(st.tuples(minute, st.integers(0, 400)), max_size=15)
PRODUCTS = {"a": "shaft", "b": "gear"}


@st.composite
def shifts(draw: st.DrawFn) -> UnitFacts:
    told = [StateFact(at(t), packml, mode) for t, packml, mode in draw(states)]
    said = [
        Entry(at(t), at(t + length), number, is_state, PackmlState.HELD, 1, reason)
        for number, (t, length, is_state, reason) in enumerate(draw(entries))
    ]
    ordered = [OrderFact(at(t), OrderStep(step), order, 10, PRODUCTS[order]) for t, step, order in draw(orders)]
    readings = {Series("plc", name): [(at(t), value) for t, value in draw(counts)] for name in ("good", "scrap")}
    return UnitFacts(told, said, ordered, readings)


def whole(facts: UnitFacts, start: float = 0, end: float = 480, **changes: Any) -> Evaluation:
    around = world({"shaft": "30", "gear": "90"}, breaks=[(at(200), at(230))], **changes)
    return evaluate(facts, around, at(start), at(end))


@given(shifts())
def test_every_moment_belongs_to_one_term(facts: UnitFacts) -> None:
    found = whole(facts, -30, 500)

    assert sum(int(found.terms[term] or 0) for term in Term) == at(500) - at(-30)


@given(shifts(), st.integers(1, 479))
def test_the_sums_over_two_parts_are_those_of_the_whole(facts: UnitFacts, cut: int) -> None:
    parts = added([("first", whole(facts, 0, cut).terms), ("second", whole(facts, cut, 480).terms)])
    all_of_it = whole(facts).terms

    assert {name: value for name, value in parts.values.items() if value != all_of_it[name]} == {}


@given(shifts(), st.randoms())
def test_any_order_of_arrival_gives_the_same_figures(facts: UnitFacts, random: Random) -> None:
    def mixed(listed: Any) -> Any:
        again = [*listed, *listed[:3]]
        random.shuffle(again)
        return again

    shuffled = UnitFacts(
        mixed(facts.states),
        mixed(facts.entries),
        mixed(facts.orders),
        {series: mixed(readings) for series, readings in reversed(list(facts.readings.items()))},
    )

    assert whole(shuffled).terms == whole(facts).terms
    assert whole(shuffled).portions == whole(facts).portions


@given(
    st.integers(1, 10**8), st.integers(0, 10**8), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**4)
)
def test_oee_is_availability_by_effectiveness_by_quality_and_what_good_units_should_take(
    apt: int, lost: int, good: int, bad: int, run_time_ms: int
) -> None:
    run_time = Decimal(run_time_ms) / 1000
    pq = Decimal(good + bad)
    values: dict[str, Decimal | int | None] = {
        "apt": apt, "pbt": apt + lost, "aupt": apt, "pq": pq, "gq": Decimal(good),
        "planned_run_s": run_time * pq, "planned_good_s": run_time * good,
    }  # fmt: skip
    made = kpis(Terms(values))

    by_identity = float(run_time * good) * 1000 / (apt + lost)
    assert made["oee"].value == pytest.approx(by_identity, rel=1e-9, abs=1e-12)
    if pq:
        factors = [made[name].value for name in ("availability", "effectiveness", "quality_ratio")]
        assert made["oee"].value == pytest.approx((factors[0] or 0) * (factors[1] or 0) * (factors[2] or 0))


@given(shifts(), shifts())
def test_a_line_is_the_sum_of_its_units_in_whatever_order(one: UnitFacts, other: UnitFacts) -> None:
    first, second = whole(one).terms, whole(other).terms

    forth, back = added([("a", first), ("b", second)]), added([("b", second), ("a", first)])

    assert forth.values == back.values
    assert forth["apt"] == int(first["apt"] or 0) + int(second["apt"] or 0)
