"""Derived metrics over long times, one behind the other, and as many as a tenant may have."""

from typing import Any

import pytest

from functions.telemetry.derived import list_derived, put_derived
from functions.telemetry.derived_model import MAX_DEPTH, MAX_DERIVED, DerivedMetric, TooManyDerived, check_made_of
from functions.telemetry.derived_values import basis_of
from functions.telemetry.series import read_series
from functions.telemetry.series_model import AskSeries, Figure
from makoto.domain import instant_from_ms
from makoto.errors import Invalid
from tests.unit.codecs.messages import NOW_MS
from tests.unit.telemetry.rolled import DAY_MS, EDGE, HOUR_MS, Rolled
from tests.unit.telemetry.world import World

MINUTE_MS = 60_000


def of(metric: str, expression: str = "x * 2", **more: Any) -> DerivedMetric:
    return DerivedMetric.model_validate({"expression": expression, "inputs": {"x": {"metric": metric}}, **more})


@pytest.mark.parametrize(
    ("edges", "basis"),
    [
        ([0, DAY_MS], "1m"),
        ([0, 14 * DAY_MS], "1m"),
        ([0, 15 * DAY_MS], "30m"),
        ([0, 400 * DAY_MS], "30m"),
        ([15 * MINUTE_MS, 15 * MINUTE_MS + DAY_MS], "1m"),
    ],
)
def test_the_basis_is_the_finest_of_which_there_are_not_too_many(edges: list[int], basis: str) -> None:
    assert basis_of(edges) == basis


@pytest.mark.parametrize("edges", [[0, 3000 * DAY_MS], [15 * MINUTE_MS, 15 * MINUTE_MS + 30 * DAY_MS]])
def test_a_time_too_long_for_any_basis_is_refused(edges: list[int]) -> None:
    with pytest.raises(Invalid):
        basis_of(edges)


def test_over_a_month_half_hours_on_pages_are_the_basis_and_the_answer_says_so() -> None:
    rolled = Rolled().later(31 * DAY_MS)
    for day in range(30):
        rolled.send(*((NOW_MS + day * DAY_MS + minute * MINUTE_MS, float(minute), 192) for minute in (0, 10, 40)))
    rolled.roll()
    put_derived("squared", of("a", "x ** 2"), rolled.world.tenant)
    span = {"start": instant_from_ms(NOW_MS), "end": instant_from_ms(NOW_MS + 30 * DAY_MS)}
    command = AskSeries(
        devices=(EDGE,),
        metrics=("derived/squared",),
        resolution="1d",
        zone="UTC",
        figures=(Figure.MEAN, Figure.COUNT),
        **span,
    )
    answer = read_series(command, rolled.world.tenant, rolled.history)
    (found,) = answer.series
    assert found.basis == "30m"
    assert set(found.values["mean"]) == {(5.0**2 + 40.0**2) / 2}
    assert set(found.values["count"]) == {2}
    assert (answer.read.minutes, answer.read.files) == (0, 0)
    short = command.model_copy(update={"end": instant_from_ms(NOW_MS + DAY_MS)})
    (found,) = read_series(short, rolled.world.tenant, rolled.history).series
    assert (found.basis, found.values["mean"]) == ("1m", ((0.0 + 10.0**2 + 40.0**2) / 3,))


def test_one_uncertain_input_makes_a_step_uncertain() -> None:
    rolled = Rolled().later(HOUR_MS)
    rolled.send((NOW_MS, 1.0, 192), (NOW_MS + MINUTE_MS, 2.0, 64), (NOW_MS + 2 * MINUTE_MS, 3.0, 0))
    put_derived("twice", of("a"), rolled.world.tenant)
    command = AskSeries(
        devices=(EDGE,),
        metrics=("derived/twice",),
        start=instant_from_ms(NOW_MS),
        end=instant_from_ms(NOW_MS + 3 * MINUTE_MS),
        resolution="1m",
        figures=(Figure.MEAN, Figure.GOOD_SHARE, Figure.UNCERTAIN_SHARE, Figure.BAD_SHARE),
    )
    (found,) = read_series(command, rolled.world.tenant, rolled.history).series
    assert found.values == {
        "mean": (2.0, 4.0, None),
        "good_share": (1.0, 0.0, 0.0),
        "uncertain_share": (0.0, 1.0, 0.0),
        "bad_share": (0.0, 0.0, 1.0),
    }
    assert found.failures == {"bad_input": 1}


def test_a_definition_is_the_same_however_often_it_is_given() -> None:
    tenant = World().tenant
    given = [put_derived("twice", of("a", unit="kW"), tenant) for _ in range(2)]
    assert given[0] == given[1] == list_derived(10, None, tenant).items[0]


def test_a_tenant_has_so_many_definitions_and_no_more() -> None:
    tenant = World().tenant
    for number in range(MAX_DERIVED):
        put_derived(f"d{number}", of("a"), tenant)
    with pytest.raises(TooManyDerived):
        put_derived("one-more", of("a"), tenant)
    put_derived("d7", of("b"), tenant)


def test_definitions_stand_on_each_other_so_deep_and_no_deeper() -> None:
    chain = {f"d{number}": of(f"derived/d{number - 1}" if number else "a") for number in range(MAX_DEPTH)}
    check_made_of(chain)
    with pytest.raises(Invalid):
        check_made_of({**chain, "deep": of(f"derived/d{MAX_DEPTH - 1}")})


def test_many_ways_through_the_same_definitions_are_walked_once() -> None:
    layers = {
        f"l{layer}-{place}": DerivedMetric.model_validate(
            {
                "expression": " + ".join(f"x{other}" for other in range(20)),
                "inputs": {
                    f"x{other}": {"metric": f"derived/l{layer - 1}-{other}" if layer else "a"} for other in range(20)
                },
            }
        )
        for layer in range(MAX_DEPTH)
        for place in range(20)
    }
    check_made_of(layers)
