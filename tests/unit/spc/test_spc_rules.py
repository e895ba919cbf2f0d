"""Nelson's and Western Electric's rules: the cases of R's qcc, tests/testthat/test-rules.R, with its indices from 1."""

import pytest

from makoto.analytics.spc import (
    NELSON,
    WESTERN_ELECTRIC,
    ChartKind,
    ChartOptions,
    JudgedPoint,
    Rule,
    Statistic,
    counts,
    individuals,
    judge,
    phase_one,
)

STANDARD = phase_one(
    ChartKind.I_MR, individuals([0.0, 1.0]), ChartOptions(mean=0, sigma=1, rules=(*NELSON, *WESTERN_ELECTRIC))
)

CASES = [
    (Rule.WESTERN_ELECTRIC_1, [0, 3.2, -3.5, 2.9], [2, 3]),
    (Rule.WESTERN_ELECTRIC_2, [0, 2.5, 1.0, 2.6, 0], [4]),
    (Rule.WESTERN_ELECTRIC_3, [0, 1.2, 1.3, 0.2, 1.4, 1.5], [6]),
    (Rule.WESTERN_ELECTRIC_4, [*[-1] * 8, 1], [8]),
    (Rule.WESTERN_ELECTRIC_4, [*[2.5] * 7, 3.2], [8]),
    (Rule.WESTERN_ELECTRIC_3, [*[2.5] * 7, 3.2], [5, 6, 7, 8]),
    (Rule.WESTERN_ELECTRIC_2, [*[2.5] * 7, 3.2], [3, 4, 5, 6, 7, 8]),
    (Rule.NELSON_1, [0, 3.2, -3.4, 3], [2, 3]),
    (Rule.NELSON_2, [*[0.5] * 10, *[-0.5] * 10], [9, 10, 19, 20]),
    (Rule.NELSON_3, [1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1], [6, 7, 13, 14]),
    (Rule.NELSON_4, [1, 3, 2, 4, 3, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8], [14, 15]),
    (Rule.NELSON_5, [0, 2.3, 0.4, 2.2, -2.4, -0.2, -2.5], [4, 7]),
    (Rule.NELSON_6, [1.2, 1.3, 0.2, 1.4, 1.5, -1.2, -1.3, -0.1, -1.4, -1.5], [5, 10]),
    (Rule.NELSON_7, [*[0.3] * 16, 1.2], [15, 16]),
    (Rule.NELSON_8, [1.2, -1.3, 1.1, -1.4, 1.5, -1.2, 1.3, -1.1, 0.2], [8]),
    (Rule.NELSON_8, [1.2] * 8, []),  # qcc: both sides must occur
    (Rule.NELSON_2, [*[0.5] * 8, 0, *[0.5] * 8], []),  # on the center is on neither side
    (Rule.NELSON_3, [1, 2, 3, 3, 4, 5, 6], []),  # a tie breaks
    (Rule.NELSON_5, [2.5, 2.5, 0.0], []),  # the last point itself must lie beyond
    (Rule.NELSON_7, [1.0, -1.0] * 8, [15, 16]),  # the border belongs to the zone
]


def broken(values: list[float], rule: Rule) -> list[int]:
    points = of_location(judge(STANDARD, individuals(values)).points)
    return [point.index + 1 for point in points if rule in point.rules]


def of_location(points: list[JudgedPoint]) -> list[JudgedPoint]:
    return [point for point in points if point.statistic is Statistic.INDIVIDUAL]


@pytest.mark.parametrize(("rule", "values", "expected"), CASES)
def test_a_rule_flags_the_last_points_of_its_runs(rule: Rule, values: list[float], expected: list[int]) -> None:
    assert broken(values, rule) == expected


@pytest.mark.parametrize(("rule", "values", "expected"), CASES)
def test_every_rule_is_the_same_below_the_center(rule: Rule, values: list[float], expected: list[int]) -> None:
    assert broken([-value for value in values], rule) == expected


def test_a_point_keeps_all_rules_it_broke_and_shows_the_lowest() -> None:
    (*_, last) = of_location(judge(STANDARD, individuals([*[2.5] * 7, 3.2])).points)

    assert last.rules[0].number == 1
    assert {Rule.NELSON_1, Rule.NELSON_5, Rule.NELSON_6, Rule.WESTERN_ELECTRIC_4} <= set(last.rules)
    assert last.shown is Rule.NELSON_1


def test_rounding_moves_no_point_over_a_limit() -> None:
    limits = phase_one(ChartKind.I_MR, individuals([0.0, 1.0]), ChartOptions(mean=0.1, sigma=0.1))

    assert (0.4 - 0.1) / 0.1 > 3
    assert judge(limits, individuals([0.4])).signals == []
    assert len(judge(limits, individuals([0.4001])).signals) == 1


def test_a_run_does_not_cross_a_restart_but_passes_over_a_missing_point() -> None:
    values = [0.5] * 9

    gap = judge(STANDARD, individuals([*values[:4], None, *values[4:]]))
    restart = judge(STANDARD, individuals(values, restarts=[4]))

    assert [point.index for point in gap.signals] == [8, 9]  # Western Electric 4, then Nelson 2 too
    assert [point.rules for point in gap.signals][1] == (Rule.NELSON_2, Rule.WESTERN_ELECTRIC_4)
    assert restart.signals == []


def test_after_a_restart_a_run_counts_from_one() -> None:
    signals = judge(STANDARD, individuals([0.5] * 12, restarts=[4])).signals

    assert [(point.index, point.rules) for point in of_location(signals)] == [(11, (Rule.WESTERN_ELECTRIC_4,))]


def test_a_run_does_not_cross_a_change_of_limits() -> None:
    other = phase_one(ChartKind.I_MR, individuals([0.0, 1.0]), ChartOptions(mean=0, sigma=1.1))
    before = judge(other, individuals([0.5] * 5))

    after = judge(STANDARD, individuals([0.5] * 5), before.state)
    same = judge(other, individuals([0.5] * 5), before.state)

    assert after.signals == []
    assert [point.index for point in of_location(same.signals)] == [8, 9]


def test_only_rules_of_one_point_and_of_order_are_tested_on_attributes_and_spread() -> None:
    limits = phase_one(
        ChartKind.C, counts([9.0, 9.0]), ChartOptions(rules=(*NELSON, *WESTERN_ELECTRIC))
    )  # center 9, sigma 3

    judged = judge(limits, counts([16.0, 16.0, 16.0, 16.0, 16.0]))

    assert judged.signals == []  # rules 5 and 6 and Western Electric's 2 and 3 are for location only
    assert Rule.NELSON_5 in {rule for point in judge(STANDARD, individuals([2.3] * 3)).points for rule in point.rules}
