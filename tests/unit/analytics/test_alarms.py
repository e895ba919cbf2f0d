"""Alarms raise and clear as their rules say, at the instants of the process, in whatever portions readings come."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makoto.analytics.alarms import (
    AlarmCondition,
    AlarmRule,
    AlarmState,
    AlarmWords,
    MachineStates,
    Point,
    Samples,
    Shelf,
    Step,
    Transition,
    acknowledged,
    due_at,
    evaluated,
    passed,
    shelved,
    unshelved,
    withdrawn,
)
from makoto.domain.factory import PackmlState, UnitMismatch

S = 1000
GOOD, BAD, UNCERTAIN = 192, 0, 64
NAN = float("nan")


def rule(condition: str = "high", **fields: Any) -> AlarmRule:
    words = AlarmWords(en="Too hot", ja="過熱")
    limits: dict[str, Any] = {
        "high": {"high": 80.0},
        "low": {"low": 10.0},
        "outside": {"low": 10.0, "high": 80.0},
        "inside": {"low": 40.0, "high": 50.0},
        "deviation": {"target": 50.0, "high": 5.0},
        "rate_of_change": {"high": 2.0},
        "stale": {"stale_after_s": 60.0},
        "bad_quality": {},
    }[condition]
    given = {"rule_id": "hot", "text": words, "metric": "temperature", "severity": 3, **limits, **fields}
    return AlarmRule(condition=AlarmCondition(condition), **given)


def samples(*readings: tuple[int, float], q: list[int] | None = None) -> Samples:
    t, v = [t for t, _ in readings], [v for _, v in readings]
    return Samples(np.array(t, np.int64), np.array(v), None if q is None else np.array(q, np.uint16))


def steps(given: list[Transition]) -> list[tuple[str, int]]:
    return [(each.step.value, each.t) for each in given]


def judged(of: AlarmRule, *readings: tuple[int, float]) -> list[tuple[str, int]]:
    return steps(evaluated(of, Point(), samples(*readings))[1])


def test_a_high_alarm_raises_above_its_limit_and_clears_below_the_deadband() -> None:
    readings = [(0, 80.0), (1, 80.1), (2, 79.0), (3, 78.1), (4, 78.0), (5, 79.9)]
    assert judged(rule(deadband=2.0), *readings) == [("raised", 1), ("cleared", 4)]


@pytest.mark.parametrize(
    ("condition", "readings", "expected"),
    [
        ("low", [(0, 10.0), (1, 9.9), (2, 10.5), (3, 11.0)], [("raised", 1), ("cleared", 3)]),
        ("outside", [(0, 9.0), (1, 10.5), (2, 11.0), (3, 81.0), (4, 79.0)], None),
        ("inside", [(0, 39.0), (1, 40.0), (2, 50.9), (3, 51.1)], [("raised", 1), ("cleared", 3)]),
        ("deviation", [(0, 55.0), (1, 44.9), (2, 45.5), (3, 46.0)], [("raised", 1), ("cleared", 3)]),
    ],
)
def test_each_condition_of_a_value_has_its_side(condition: str, readings: Any, expected: Any) -> None:
    expected = expected or [("raised", 0), ("cleared", 2), ("raised", 3), ("cleared", 4)]
    assert judged(rule(condition, deadband=1.0), *readings) == expected


def test_a_rate_is_a_change_a_second_up_or_down_across_portions() -> None:
    of = rule("rate_of_change")
    point, told = evaluated(of, Point(), samples((0, 50.0), (1 * S, 51.9)))
    assert told == []
    point, told = evaluated(of, point, samples((2 * S, 49.0), (3 * S, 49.0)))
    assert steps(told) == [("raised", 2 * S), ("cleared", 3 * S)]


def test_two_readings_of_one_instant_have_no_rate() -> None:
    assert judged(rule("rate_of_change"), (0, 0.0), (0, 100.0), (1 * S, 101.0)) == []


def test_silence_is_alarming_at_its_own_instant_and_ends_with_the_next_reading() -> None:
    of = rule("stale")
    assert judged(of, (0, 1.0), (59 * S, 1.0), (200 * S, 1.0)) == [("raised", 119 * S), ("cleared", 200 * S)]
    point, _ = evaluated(of, Point(), samples((0, NAN)))
    assert due_at(of, point, grace_ms=5) == 60 * S + 5
    point, told = passed(of, point, 60 * S)
    assert steps(told) == [("raised", 60 * S)]
    assert due_at(of, point) is None
    assert steps(evaluated(of, point, samples((61 * S, 1.0)))[1]) == [("cleared", 61 * S)]


def test_bad_quality_alarms_whatever_the_value_and_uncertain_changes_nothing() -> None:
    given = samples((0, 1.0), (1, NAN), (2, 1.0), (3, 1.0), q=[GOOD, BAD, UNCERTAIN, GOOD])
    assert steps(evaluated(rule("bad_quality"), Point(), given)[1]) == [("raised", 1), ("cleared", 3)]


def test_values_of_bad_quality_and_texts_are_not_judged() -> None:
    given = samples((0, 99.0), (1, NAN), (2, 99.0), q=[BAD, GOOD, 500])
    point, told = evaluated(rule(), Point(), given)
    assert (told, point.t, point.value) == ([], 2, None)


def test_a_condition_must_hold_for_the_delay_and_is_raised_when_it_is_over() -> None:
    of = rule(on_delay_s=10)
    assert judged(of, (0, 81.0), (9 * S, 79.0), (20 * S, 81.0), (40 * S, 82.0)) == [("raised", 30 * S)]
    assert judged(of, (0, 81.0), (15 * S, 79.0)) == [("raised", 10 * S), ("cleared", 15 * S)]


def test_a_condition_must_be_gone_for_the_delay_before_the_alarm_clears() -> None:
    of = rule(off_delay_s=10)
    readings = [(0, 81.0), (1 * S, 79.0), (5 * S, 81.0), (6 * S, 79.0), (30 * S, 79.0)]
    assert judged(of, *readings) == [("raised", 0), ("cleared", 16 * S)]


def test_late_readings_rewrite_nothing_and_are_counted() -> None:
    point, _ = evaluated(rule(), Point(), samples((10, 81.0)))
    point, told = evaluated(rule(), point, samples((5, 20.0), (9, 20.0), (10, 82.0)))
    assert (told, point.late, point.is_active) == ([], 2, True)


def test_readings_that_come_in_disorder_together_are_judged_in_order() -> None:
    assert judged(rule(), (2, 70.0), (1, 81.0), (0, 70.0)) == [("raised", 1), ("cleared", 2)]


def test_the_states_of_an_alarm_are_those_of_isa_18_2() -> None:
    of = rule()
    point, _ = evaluated(of, Point(), samples((0, 70.0)))
    assert point.state is AlarmState.NORMAL
    point, _ = evaluated(of, point, samples((1, 81.0)))
    assert point.state is AlarmState.UNACKNOWLEDGED
    returned, _ = evaluated(of, point, samples((2, 70.0)))
    assert returned.state is AlarmState.RETURNED
    assert acknowledged(of, returned, 3, "operator")[0].state is AlarmState.NORMAL
    point, told = acknowledged(of, point, 3, "operator", "on my way")
    assert point.state is AlarmState.ACKNOWLEDGED
    assert [(each.step, each.by, each.said) for each in told] == [(Step.ACKNOWLEDGED, "operator", "on my way")]
    assert acknowledged(of, point, 4, "another") == (point, [])
    assert evaluated(of, point, samples((4, 70.0)))[0].state is AlarmState.NORMAL


def test_a_latching_alarm_stays_until_it_is_acknowledged() -> None:
    of = rule(latching=True)
    point, told = evaluated(of, Point(), samples((0, 81.0), (1, 70.0), (2, 81.0), (3, 70.0)))
    assert (steps(told), point.state) == ([("raised", 0)], AlarmState.LATCHED)
    point, told = acknowledged(of, point, 9, "operator")
    assert (steps(told), point.state) == ([("acknowledged", 9), ("cleared", 9)], AlarmState.NORMAL)


def test_a_shelved_alarm_is_told_to_nobody_until_the_shelf_ends() -> None:
    of = rule()
    point, told = shelved(
        Point(t=0, condition="high"), Shelf(since=5, until=100, by="operator", reason="sensor swapped")
    )
    assert (steps(told), point.state) == ([("shelved", 5)], AlarmState.SHELVED)
    quiet, told = evaluated(of, point, samples((10, 81.0), (20, 70.0), (30, 81.0)))
    assert (told, quiet.is_active, due_at(of, quiet)) == ([], True, 100)
    assert steps(passed(of, quiet, 100)[1]) == [("unshelved", 100), ("raised", 100)]
    assert steps(unshelved(of, quiet, 50, "operator")[1]) == [("unshelved", 50), ("raised", 50)]
    assert steps(evaluated(of, quiet, samples((200, 81.0)))[1]) == [("unshelved", 100), ("raised", 100)]


def test_outside_of_its_states_an_alarm_is_suppressed_by_design() -> None:
    of = rule(only_in_states=(PackmlState.EXECUTE,))
    machine = MachineStates(before=6, changes=[(10, 4), (20, 6)])
    given = samples((5, 81.0), (12, 82.0), (20, 83.0), (30, 70.0))
    point, told = evaluated(of, Point(), given, machine)
    assert steps(told) == [("raised", 5), ("cleared", 10), ("raised", 20), ("cleared", 30)]
    point, told = evaluated(of, point, samples((40, 99.0)), MachineStates(before=4))
    assert (told, point.state) == ([], AlarmState.SUPPRESSED)


def test_of_an_unknown_machine_state_no_suppression_follows() -> None:
    assert judged(rule(only_in_states=(PackmlState.EXECUTE,)), (0, 81.0)) == [("raised", 0)]


def test_an_alarm_that_nobody_acknowledges_escalates_level_by_level() -> None:
    of = rule(escalate_after_min=(5, 15))
    point, _ = evaluated(of, Point(), samples((0, 81.0)))
    assert due_at(of, point) == 5 * 60 * S
    point, told = passed(of, point, 16 * 60 * S)
    assert [(each.step, each.level, each.t) for each in told] == [
        (Step.ESCALATED, 1, 5 * 60 * S),
        (Step.ESCALATED, 2, 15 * 60 * S),
    ]
    assert due_at(of, point) is None


def test_readings_that_go_on_do_not_put_escalation_off() -> None:
    of = rule(escalate_after_min=(5,))
    point, _ = evaluated(of, Point(), samples((0, 81.0), (240 * S, 82.0)))
    assert due_at(of, point) == 300 * S


def test_an_acknowledged_alarm_escalates_no_more() -> None:
    of = rule(escalate_after_min=(5,))
    point, _ = evaluated(of, Point(), samples((0, 81.0)))
    point, _ = acknowledged(of, point, 1, "operator")
    assert (passed(of, point, 10**9)[1], due_at(of, point)) == ([], None)


def test_time_alone_ends_a_delay_only_after_the_grace() -> None:
    of = rule(on_delay_s=10)
    point, _ = evaluated(of, Point(), samples((0, 81.0)))
    assert due_at(of, point, grace_ms=30 * S) == 40 * S
    assert passed(of, point, 39 * S, grace_ms=30 * S)[1] == []
    point, told = passed(of, point, 40 * S, grace_ms=30 * S)
    assert steps(told) == [("raised", 10 * S)]
    assert steps(evaluated(of, point, samples((12 * S, 70.0)))[1]) == [("cleared", 12 * S)]


def test_an_alarm_whose_rule_is_gone_clears() -> None:
    point, _ = evaluated(rule(), Point(), samples((0, 81.0)))
    point, told = withdrawn(rule(), point, 7)
    assert (steps(told), point.state) == ([("cleared", 7)], AlarmState.NORMAL)


def test_a_rule_that_becomes_another_condition_begins_anew() -> None:
    point, _ = evaluated(rule("stale"), Point(), samples((0, 99.0), (200 * S, 99.0)))
    point, told = evaluated(rule(on_delay_s=5), point, samples((201 * S, 1.0), (300 * S, 1.0)))
    assert (told, point.is_active) == ([], False)
    active, _ = evaluated(rule(), Point(), samples((0, 99.0)))
    assert steps(evaluated(rule("low"), active, samples((1, 50.0)))[1]) == [("cleared", 0)]


def test_limits_are_written_in_the_unit_of_the_readings() -> None:
    of = rule(unit="degF", high=212.0, deadband=18.0).measured_in("degC")
    assert (of.high, of.deadband) == (100.0, 10.0)
    with pytest.raises(UnitMismatch):
        rule(unit="bar").measured_in("degC")


CONDITIONS = ["high", "low", "outside", "inside", "deviation", "rate_of_change", "stale", "bad_quality"]
values = st.sampled_from([0.0, 9.0, 10.5, 30.0, 45.0, 49.0, 56.0, 79.0, 80.5, 85.0, 120.0, NAN])


@st.composite
def some_rule(draw: st.DrawFn) -> AlarmRule:
    condition = draw(st.sampled_from(CONDITIONS))
    delays = {} if condition == "stale" else {"on_delay_s": draw(st.sampled_from([0, 0, 3, 10]))}
    delays |= {} if condition == "stale" else {"off_delay_s": draw(st.sampled_from([0, 0, 2, 10]))}
    band = 0.0 if condition in ("stale", "bad_quality") else draw(st.sampled_from([0.0, 1.0]))
    stale = {"stale_after_s": draw(st.sampled_from([2.0, 7.0]))} if condition == "stale" else {}
    states = draw(st.sampled_from([(), (PackmlState.EXECUTE,)]))
    return rule(condition, deadband=band, latching=draw(st.booleans()), only_in_states=states, **delays, **stale)


@st.composite
def some_readings(draw: st.DrawFn) -> list[tuple[int, float, int]]:
    waits = draw(st.lists(st.integers(0, 12), max_size=25))
    times = np.cumsum([each * S for each in waits]).tolist()
    qualities = st.sampled_from([GOOD, GOOD, GOOD, BAD, UNCERTAIN])
    return [(t, draw(values), draw(qualities)) for t in times]


def portions(of: AlarmRule, readings: list[tuple[int, float, int]], cuts: list[int], shelf: Shelf | None) -> Any:
    """Judge readings in portions; the machine stops in the middle of all."""
    machine = [(20 * S, 4), (45 * S, 6)]
    point, told = Point(shelf=shelf), list[Transition]()
    for first, last in pairwise([0, *cuts, len(readings)]):
        part = readings[first:last]
        if not part:
            continue
        begin = readings[first - 1][0] if first else -1
        changes = [change for change in machine if begin < change[0] <= part[-1][0]]
        before = [6, *[state for t, state in machine if t <= begin]][-1]
        given = samples(*[(t, v) for t, v, _ in part], q=[q for _, _, q in part])
        point, some = evaluated(of, Point.from_list(point.to_list()), given, MachineStates(before, changes))
        told += some
    return point, told


@given(some_rule(), some_readings(), st.lists(st.integers(0, 25), max_size=6), st.booleans())
def test_in_whatever_portions_readings_come_the_transitions_are_the_same(
    of: AlarmRule, readings: list[tuple[int, float, int]], cuts: list[int], is_shelved: bool
) -> None:
    shelf = Shelf(15 * S, 60 * S, "operator", "works") if is_shelved else None
    whole = portions(of, readings, [], shelf)
    cuts = sorted(min(cut, len(readings)) for cut in cuts)
    assert repr(portions(of, readings, cuts, shelf)) == repr(whole)
    assert repr(portions(of, readings, list(range(len(readings))), shelf)) == repr(whole)


@given(some_rule(), some_readings())
def test_raising_and_clearing_alternate_and_time_does_not_go_back(
    of: AlarmRule, readings: list[tuple[int, float, int]]
) -> None:
    _, told = portions(of, readings, [], None)
    assert [each.step for each in told] == [Step.RAISED, Step.CLEARED] * (len(told) // 2) + [Step.RAISED] * (
        len(told) % 2
    )
    assert [each.t for each in told] == sorted(each.t for each in told)


@given(st.lists(st.floats(78.0, 82.0), min_size=1, max_size=50))
def test_flapping_within_the_deadband_raises_once(values: list[float]) -> None:
    flapping = [(index + 1, 78.0 + (value - 78.0) / 4 + 3.0) for index, value in enumerate(values)]
    inside = [(t, max(78.1, value - 2.9)) for t, value in flapping]
    readings = [(0, 81.0), *[pair for both in zip(flapping, inside, strict=True) for pair in both]]
    told = judged(rule(deadband=2.0), *readings)
    assert told == [("raised", 0)]


@given(some_rule(), some_readings())
def test_an_alarm_is_read_back_as_it_was_written(of: AlarmRule, readings: list[tuple[int, float, int]]) -> None:
    point, _ = portions(of, readings, [], Shelf(0, 5 * S, "operator", "works"))
    assert repr(Point.from_list(point.to_list())) == repr(point)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"condition": "low"}, "/body/low"),
        ({"low": 3.0}, "/body/low"),
        ({"condition": "outside", "low": 90.0}, "/body/low"),
        ({"condition": "outside", "low": 70.0, "deadband": 5.0}, "/body/deadband"),
        ({"condition": "deviation", "target": 5.0, "high": -1.0}, "/body/high"),
        ({"condition": "rate_of_change", "deadband": 80.0}, "/body/deadband"),
        ({"condition": "bad_quality", "high": None, "deadband": 1.0}, "/body/deadband"),
        ({"condition": "stale", "high": None, "stale_after_s": 5.0, "on_delay_s": 1.0}, "/body/on_delay_s"),
        ({"condition": "stale", "high": None, "stale_after_s": 5.0, "unit": "s"}, "/body/unit"),
        ({"device": "edge-07", "equipment": "nagoya"}, "/body/device"),
        ({"escalate_after_min": (10, 5)}, "/body/escalate_after_min"),
    ],
)
def test_a_rule_that_contradicts_itself_says_where(changes: dict[str, Any], pointer: str) -> None:
    fields = rule().model_dump() | changes
    assert pointer in [problem.pointer for problem in AlarmRule(**fields).problems()]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_sensible_rule_of_each_condition_has_no_problem(condition: str) -> None:
    assert list(rule(condition).problems()) == []


def test_an_alarm_that_was_told_before_it_was_shelved_is_told_again_unless_it_was_acknowledged() -> None:
    of = rule()
    raised, _ = evaluated(of, Point(), samples((0, 81.0)))
    quiet, _ = shelved(raised, Shelf(10, 100, "operator", "works"))
    seen, _ = acknowledged(of, quiet, 20, "operator")
    assert steps(passed(of, quiet, 100)[1]) == [("unshelved", 100), ("raised", 100)]
    assert steps(passed(of, seen, 100)[1]) == [("unshelved", 100)]


def test_an_alarm_escalates_no_earlier_than_it_left_the_shelf_whoever_notices_it_first() -> None:
    of = rule(escalate_after_min=(15, 60))
    raised, _ = evaluated(of, Point(), samples((0, 81.0)))
    end = 30 * 60_000
    quiet, _ = shelved(raised, Shelf(10, end, "operator", "works"))
    by_time = passed(of, quiet, end + S)[1]
    heard, told = evaluated(of, quiet, samples((end + S, 82.0)))
    assert steps(by_time) == [("unshelved", end), ("raised", end), ("escalated", end)]
    assert steps(told) + steps(passed(of, heard, end + 2 * S)[1]) == steps(by_time)
    assert Point.from_list(heard.to_list()) == heard
