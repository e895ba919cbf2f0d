"""Points judged as they come are judged as if all had been there, and bad input is refused or flagged."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makoto.analytics.spc import (
    START,
    ChartKind,
    ChartOptions,
    JudgedPoint,
    Rule,
    Samples,
    Statistic,
    StreamState,
    Track,
    counts,
    individuals,
    judge,
    phase_one,
    subgroups,
    vectors,
)
from makoto.analytics.spc.constants import NoSuchFactor
from makoto.analytics.spc.limits import Limits
from makoto.analytics.spc.samples import UnusableSamples
from makoto.errors import Invalid

ZONES = st.one_of(st.none(), st.sampled_from([-3.2, -2.1, -1.1, -0.4, 0.0, 0.3, 1.0, 1.2, 2.2, 3.0, 3.4]))
VALUES = st.lists(ZONES, min_size=1, max_size=60)


def limits_of(kind: ChartKind) -> Limits:
    return phase_one(kind, individuals([0.0, 1.0]), ChartOptions(mean=0, sigma=1, decision=4, head_start=0.2))


def in_portions(limits: Limits, samples: Samples, cuts: list[int]) -> list[JudgedPoint]:
    points, state, first = [], START, 0
    for last in [*sorted(cuts), len(samples)]:
        if last > first:
            judged = judge(limits, samples.part(first, last), state)
            points += judged.points
            state, first = StreamState.model_validate_json(judged.state.model_dump_json()), last
    return points


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from([ChartKind.I_MR, ChartKind.EWMA, ChartKind.CUSUM]),
    values=VALUES,
    cuts=st.lists(st.integers(0, 60), max_size=6),
    restarts=st.sets(st.integers(0, 59), max_size=3),
)
def test_portions_are_judged_as_the_whole(
    kind: ChartKind, values: list[float | None], cuts: list[int], restarts: set[int]
) -> None:
    samples = individuals(values, restarts=[each for each in restarts if each < len(values)])
    limits = limits_of(kind)

    assert in_portions(limits, samples, [min(cut, len(values)) for cut in cuts]) == judge(limits, samples).points


@settings(max_examples=100, deadline=None)
@given(values=VALUES)
def test_vectorised_rules_agree_with_rules_read_point_by_point(values: list[float | None]) -> None:
    present = [value for value in values if value is not None]
    limits = limits_of(ChartKind.I_MR)

    points = [point for point in judge(limits, individuals(values)).points if point.statistic is Statistic.INDIVIDUAL]
    found = [set(point.rules) for point in points if point.value is not None]

    assert found == [naive(present[: place + 1]) for place in range(len(present))]


def naive(z: list[float]) -> set[Rule]:
    """What the last point breaks, as the rules are written."""
    up = [later > earlier for earlier, later in pairwise(z)]
    down = [later < earlier for earlier, later in pairwise(z)]
    turns = [(a and d) or (c and b) for a, b, c, d in zip(up, up[1:], down, down[1:], strict=False)]
    tests: dict[Rule, bool] = {
        Rule.NELSON_1: abs(z[-1]) > 3,
        Rule.NELSON_2: whole(z, 9, lambda each: each > 0) or whole(z, 9, lambda each: each < 0),
        Rule.NELSON_3: len(z) >= 6 and (all(up[-5:]) or all(down[-5:])),
        Rule.NELSON_4: len(z) >= 14 and all(turns[-12:]),
        Rule.NELSON_5: most(z, 2, 3, 2.0),
        Rule.NELSON_6: most(z, 4, 5, 1.0),
        Rule.NELSON_7: whole(z, 15, lambda each: abs(each) <= 1),
        Rule.NELSON_8: whole(z, 8, lambda each: abs(each) > 1) and min(z[-8:]) < 0 < max(z[-8:]),
    }
    return {rule for rule, is_broken in tests.items() if is_broken}


def whole(z: list[float], points: int, test: Callable[[float], bool]) -> bool:
    return len(z) >= points and all(test(each) for each in z[-points:])


def most(z: list[float], points: int, window: int, zone: float) -> bool:
    sides = ([each > zone for each in z[-window:]], [each < -zone for each in z[-window:]])
    return len(z) >= window and any(side[-1] and sum(side) >= points for side in sides)


def test_a_state_is_small() -> None:
    state = judge(limits_of(ChartKind.I_MR), individuals(np.random.default_rng(1).normal(size=5000))).state

    assert len(state.model_dump_json()) < 1800
    assert [len(track.recent) for track in state.tracks] == [15, 15]
    assert state.count == 5000


@pytest.mark.parametrize("kind", [ChartKind.XBAR_R, ChartKind.XBAR_S])
def test_a_subgroup_of_one_is_refused_with_its_place(kind: ChartKind) -> None:
    with pytest.raises(NoSuchFactor) as refused:
        phase_one(kind, subgroups([[1.0, 2.0], [1.0, 3.0], [2.0, None]]))

    assert refused.value.errors[0].pointer == "/samples/2"


REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (lambda: subgroups([[1.0, float("nan")]]), "/samples/0/1", "finite"),
    (lambda: subgroups([[1.0, 2.0], [float("inf"), 2.0]]), "/samples/1/0", "finite"),
    (lambda: individuals([]), "/samples", "not_empty"),
    (lambda: individuals([1.0], restarts=[1]), "/restarts", "range"),
    (lambda: subgroups([[0.0] * 51]), "/samples/0", "subgroup_size"),
    (lambda: counts([1.0, -2.0]), "/samples/1", "not_negative"),
    (lambda: counts([1.0, 2.0], [10.0, 0.0]), "/sizes/1", "positive"),
    (lambda: counts([1.0, 2.0], [10.0]), "/sizes", "length"),
    (lambda: phase_one(ChartKind.P, counts([1.0, 11.0], 10)), "/samples/1", "at_most_size"),
    (lambda: phase_one(ChartKind.U, counts([1.0, 2.0])), "/sizes", "required"),
    (lambda: phase_one(ChartKind.I_MR, subgroups([[1.0, 2.0]] * 3)), "/samples/0", "subgroup_size"),
    (lambda: phase_one(ChartKind.I_MR, individuals([1.0])), "/samples", "enough"),
    (lambda: phase_one(ChartKind.I_MR, individuals([1.0, None, 2.0])), "/samples", "enough"),
    (lambda: vectors([[1.0, 2.0], [1.0]]), "/samples", "shape"),
    (lambda: phase_one(ChartKind.T2, vectors([[1.0, 2.0]] * 3)), "/samples", "enough"),
    (lambda: phase_one(ChartKind.T2, vectors([[float(i), 2.0 * i] for i in range(9)])), "/samples", "independent"),
]


@pytest.mark.parametrize(("ask", "pointer", "rule"), REFUSED)
def test_what_cannot_be_charted_is_refused_with_its_field(ask: Callable[[], object], pointer: str, rule: str) -> None:
    with pytest.raises(UnusableSamples) as refused:
        ask()

    assert [(error.pointer, error.rule) for error in refused.value.errors] == [(pointer, rule)]
    assert isinstance(refused.value, Invalid)


CONSTANT = [
    (ChartKind.I_MR, individuals([0.1] * 6)),
    (ChartKind.XBAR_R, subgroups([[0.1] * 3] * 6)),
    (ChartKind.XBAR_S, subgroups([[0.1] * 7] * 6)),
    (ChartKind.EWMA, individuals([0.1] * 6)),
    (ChartKind.CUSUM, individuals([0.1] * 6)),
    (ChartKind.P, counts([0.0] * 6, 50)),
    (ChartKind.C, counts([0.0] * 6)),
    (ChartKind.T2, vectors([[0.1, 0.2]] * 6)),
]


@pytest.mark.parametrize(("kind", "samples"), CONSTANT)
def test_constant_data_are_flagged_and_give_no_infinity(kind: ChartKind, samples: Samples) -> None:
    limits = phase_one(kind, samples)
    judged = judge(limits, samples)

    assert limits.is_constant
    assert "NaN" not in limits.model_dump_json()
    assert "Infinity" not in limits.model_dump_json()
    assert judged.is_stable
    assert all(point.z is None for point in judged.points)
    assert all(np.isfinite(each).all() for track in judged.tracks for each in finite(track))


def finite(track: Track) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return [column[~np.isnan(column)] for column in (track.value, track.lcl, track.center, track.ucl)]


def test_whatever_differs_from_constant_data_is_beyond_the_limits() -> None:
    limits = phase_one(ChartKind.I_MR, individuals([5.0] * 6))

    (signal, *_) = judge(limits, individuals([5.0, 5.1])).signals

    assert (signal.index, signal.value, signal.z, signal.rules) == (1, 5.1, None, (Rule.NELSON_1,))


def test_a_missing_sample_has_no_value_and_no_limits_are_invented_for_it() -> None:
    limits = phase_one(ChartKind.XBAR_R, subgroups([[1.0, 2.0], [1.5, 2.5], [None, None], [1.0, 3.0]]))

    points = judge(limits, subgroups([[None, None], [1.0, 2.0]])).points

    assert limits.count == 3
    assert [point.value for point in points if point.index == 0] == [None, None]
    assert all(point.rules == () for point in points if point.index == 0)
