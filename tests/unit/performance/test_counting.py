"""Counters: deltas, resets, rollovers, jumps; and which of two tellers counts."""

from decimal import Decimal

from makoto.analytics.performance.counting import Counted, Series
from makoto.analytics.performance.kpis import flags, kpis
from makoto.analytics.performance.quantities import Made, Role, quantities
from makoto.analytics.performance.unit import Evaluation, Reported
from tests.unit.performance.shift import EXECUTE, at, completed, counted, run, started, state, world

GOOD = Series("plc", "good")
RUNNING = [state(0, EXECUTE)]


def good(*readings: tuple[float, int], corrections: dict[float, int] | None = None, **changes: object) -> Evaluation:
    """A shift with a counter of good units and one of scrap that stays at zero."""
    told = {GOOD: [(at(t), value) for t, value in readings], **counted(scrap=0)}
    by_hand = {GOOD: {at(t): value for t, value in (corrections or {}).items()}}
    return run(RUNNING, world("1", **changes), readings=told, corrections=by_hand)


def test_what_the_counter_held_before_its_first_reading_is_not_counted() -> None:
    found = good((10, 5_000), (20, 5_010))

    assert found.terms["gq"] == 10
    assert "counter_began" in found.terms.flags


def test_a_reset_counts_what_it_shows_and_a_rollover_what_was_added() -> None:
    found = good((0, 60_000), (10, 65_530), (20, 4), (30, 24), (40, 3), most_per_s=100.0)

    assert found.terms["gq"] == 5_530 + 10 + 20 + 3
    assert found.terms.flags >= {"counter_rollover", "counter_reset"}


def test_a_jump_is_set_aside_with_its_reason_and_counts_as_nothing() -> None:
    found = good((0, 100), (10, 110), (11, 5_000_110), (20, 5_000_130), most_per_s=1.0)

    (jump,) = [each.step for each in found.counts if each.step and each.step.status is Counted.QUARANTINED]
    assert found.terms["gq"] == 30
    assert (jump.delta, jump.told) == (0, 5_000_000)
    assert jump.why == "5000000 in 60 s, where at most 120 are plausible"
    assert "counts_quarantined" in flags(found.terms, kpis(found.terms))


def test_a_jump_corrected_by_hand_counts_as_the_person_says() -> None:
    found = good((0, 100), (11, 5_000_110), corrections={11: 12}, most_per_s=1.0)

    assert found.terms["gq"] == 12
    assert "counts_quarantined" not in found.terms.flags


def test_a_jump_is_judged_by_the_planned_pace_where_nothing_else_is_known() -> None:
    found = good((0, 0), (1, 1_000), (2, 3_000), most_per_s=None)

    assert found.terms["gq"] == 1_000  # at most ten a second for two minutes: 1,200


def test_a_jump_is_judged_by_the_capacity_where_it_is_known() -> None:
    found = good((0, 0), (1, 5), (2, 12), (3, 17), most_per_s=None, capacity_per_hour=60.0)

    assert found.terms["gq"] == 5 + 5  # at most three a minute, for two minutes each: 6


def test_what_is_reported_as_the_shift_ends_was_made_in_it_and_what_is_reported_as_it_begins_was_not() -> None:
    reports = [
        Reported(at(t), "wo-1", 10, "shaft", Decimal(made), Decimal(0), Decimal(0), Decimal(0), f"f{made}")
        for t, made in ((0, 5), (480, 7))
    ]

    assert run(RUNNING, world("1", counts_from="reports"), reported=reports).terms["gq"] == 7


def test_a_negative_counter_is_set_aside() -> None:
    found = good((0, 10), (5, -7), (10, 25))

    assert found.terms["gq"] == 15
    assert "counts_quarantined" in found.terms.flags


def test_what_is_read_as_the_shift_ends_was_made_in_it_and_what_is_read_later_was_not() -> None:
    found = run(
        RUNNING,
        window=(at(0), at(600)),
        readings={GOOD: [(at(0), 0), (at(480), 50), (at(500), 60)], **counted(scrap=0)},
    )

    assert found.terms["gq"] == 50
    assert "counts_outside_planned_busy_time" in found.terms.flags


def test_what_is_read_just_after_an_order_ended_is_of_its_product() -> None:
    orders = [started(0), completed(60), started(62, "wo-2", "gear")]
    told = {GOOD: [(at(0), 0), (at(59), 10), (at(61), 12), (at(70), 20)], **counted(scrap=0)}

    found = run(RUNNING, orders=orders, readings=told)

    made = [(each.product, int(each.quantity)) for each in found.counts if each.quantity]
    assert made == [("shaft", 10), ("shaft", 2), ("gear", 8)]


def test_counters_and_reports_are_never_added_up() -> None:
    reported = [Reported(at(100), "wo-1", 10, "shaft", Decimal(90), Decimal(5), Decimal(1), Decimal(0), "f1")]
    told = counted(good=80, scrap=4)

    by_counters = run(RUNNING, world("1"), readings=told, reported=reported).terms
    by_reports = run(RUNNING, world("1", counts_from="reports"), readings=told, reported=reported).terms

    assert (by_counters["pq"], by_counters["gq"]) == (84, 80)
    assert (by_reports["pq"], by_reports["gq"], by_reports["rq"]) == (96, 90, 1)


def test_a_report_that_comes_twice_counts_once() -> None:
    one = Reported(at(100), "wo-1", 10, "shaft", Decimal(90), Decimal(0), Decimal(0), Decimal(0), "f1")

    assert run(RUNNING, world("1", counts_from="reports"), reported=[one, one]).terms["gq"] == 90


def test_good_is_what_of_the_total_is_neither_scrap_nor_rework() -> None:
    rows = [Made(Role.TOTAL, Decimal(100), "shaft", Decimal(2)), Made(Role.SCRAP, Decimal(7), "shaft", Decimal(2))]

    values, _ = quantities(rows, frozenset({Role.TOTAL, Role.SCRAP}))

    assert [values[name] for name in ("pq", "gq", "planned_run_s", "planned_good_s")] == [100, 93, 200, 186]


def test_rework_is_produced_and_not_good() -> None:
    """ISO 22400-2: PQ = GQ + SQ + RQ."""
    rows = [Made(role, Decimal(count), "shaft", Decimal(2)) for role, count in ((Role.SCRAP, 7), (Role.REWORK, 3))]
    total, good = Made(Role.TOTAL, Decimal(100), "shaft", Decimal(2)), Made(Role.GOOD, Decimal(90), "shaft", Decimal(2))

    by_total, _ = quantities([*rows, total], frozenset({Role.TOTAL, Role.SCRAP, Role.REWORK}))
    by_parts, _ = quantities([*rows, good], frozenset({Role.GOOD, Role.SCRAP, Role.REWORK}))

    assert [by_total[name] for name in ("pq", "gq", "planned_good_s")] == [100, 90, 180]
    assert by_parts == by_total


def test_good_alone_says_nothing_of_what_was_produced() -> None:
    values, missing = quantities([Made(Role.GOOD, Decimal(9), "shaft", Decimal(2))], frozenset({Role.GOOD}))

    assert [values[name] for name in ("gq", "pq", "planned_run_s")] == [9, None, None]
    assert missing["pq"] == "neither a total nor good and scrap are counted or reported"


def test_what_was_made_without_a_known_product_has_no_planned_run_time() -> None:
    found = run(RUNNING, orders=[], readings=counted(good=5, scrap=0))

    assert "of no known product" in found.terms.missing["planned_run_s"]
