"""The figures against published numbers, and what is null and why."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from makoto.analytics.performance.kpis import FORMULAS, flags, kpis
from makoto.analytics.performance.terms import Terms, added
from makoto.analytics.performance.unit import NO_CALENDAR
from tests.unit.performance.shift import EXECUTE, HELD, START, at, completed, counted, run, started, state, world


def vorne() -> Terms:
    """https://www.oee.com/calculating-oee: 480 min shift, two 15 min and one 30 min break, 47 min of stops, ideal
    cycle 1.0 s, 19,271 pieces, 423 of them rejected."""
    breaks = [(at(100), at(115)), (at(200), at(230)), (at(300), at(315))]
    states = [state(0, EXECUTE), state(120, HELD), state(167, EXECUTE)]
    return run(states, world(breaks=breaks), readings=counted(total=19_271, scrap=423)).terms


def test_the_published_example_of_oee_com_comes_out() -> None:
    made = kpis(vorne())

    assert vorne()["pbt"] == 420 * 60_000
    assert vorne()["apt"] == 373 * 60_000
    assert made["availability"].value == pytest.approx(0.8881, abs=5e-5)
    assert made["effectiveness"].value == pytest.approx(0.8611, abs=5e-5)
    assert made["quality_ratio"].value == pytest.approx(0.9780, abs=5e-5)
    assert made["oee"].value == pytest.approx(0.7479, abs=5e-5)


def test_oee_is_what_the_good_pieces_should_have_taken_over_the_planned_busy_time() -> None:
    assert kpis(vorne())["oee"].value == pytest.approx(1.0 * (19_271 - 423) / (420 * 60))


VALUES: dict[str, Any] = {
    "apt": 300_000, "asut": 60_000, "adet": 90_000, "aupt": 360_000, "aubt": 450_000, "pbt": 480_000, "aoet": 600_000,
    "pot": 540_000, "cmt": 30_000, "pmt": 90_000, "unknown": 0, "planned_run_s": Decimal(240),
    "planned_good_s": Decimal(216), "pq": Decimal(120), "gq": Decimal(108), "sq": Decimal(8), "rq": Decimal(4),
    "psq": Decimal(16), "ip": Decimal(100), "gp": Decimal(95), "cm": Decimal(135), "epc": Decimal(160),
    "apwt": 7, "apat": 8, "pq_first": 125, "igq": 81, "pl": 27, "stl": 54, "ol": 13.5, "throughput": 60,
    "average_inventory": 12, "tolerance": Decimal("0.6"), "six_s": Decimal("0.3"), "six_sigma": Decimal("0.4"),
}  # fmt: skip
EXPECTED = {
    "availability": 0.625, "effectiveness": 0.8, "quality_ratio": 0.9, "allocation_efficiency": 0.9375,
    "utilization_efficiency": 300 / 450, "technical_efficiency": 300 / 390, "setup_rate": 60 / 360,
    "allocation_ratio": 0.75, "production_process_ratio": 0.5, "throughput_rate": 0.2, "worker_efficiency": 0.875,
    "scrap_ratio": 8 / 120, "actual_to_planned_scrap_ratio": 0.5, "rework_ratio": 4 / 120, "fall_off_ratio": 0.064,
    "first_pass_yield": 0.95, "finished_goods_ratio": 0.8, "integrated_goods_ratio": 0.6,
    "production_loss_ratio": 0.2, "storage_and_transport_loss_ratio": 0.4, "other_loss_ratio": 0.1,
    "equipment_load_ratio": 0.75, "inventory_turns": 5.0, "corrective_maintenance_ratio": 0.25,
    "machine_capability_index": 2.0, "process_capability_index": 1.5, "oee": 0.45, "nee": 0.75 * 0.8 * 0.9,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_figure_follows_the_formula_of_the_iso_22400_ontology(name: str) -> None:
    """hsu-aut/IndustrialStandard-ODP-ISO22400-2, ISO22400-2.owl."""
    assert kpis(Terms(VALUES))[name].value == pytest.approx(EXPECTED[name])


def test_every_figure_is_tried() -> None:
    assert set(EXPECTED) == set(FORMULAS) | {"oee", "nee"}


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_a_figure_whose_term_is_missing_is_null_and_says_why(name: str) -> None:
    lost = FORMULAS[name].above[0]
    terms = Terms(VALUES | {lost: None}, {lost: f"nobody told {lost}"})

    made = kpis(terms)[name]

    assert (made.value, made.reason) == (None, f"nobody told {lost}")


def test_without_a_planned_run_time_effectiveness_and_oee_are_null_and_nothing_stands_in_for_it() -> None:
    """OpenMES takes one minute for a cycle time that nobody gave."""
    states = [state(0, EXECUTE)]

    made = kpis(run(states, world(None), readings=counted(total=480, scrap=0)).terms)

    assert made["availability"].value == 1.0
    assert made["effectiveness"].value is None
    assert made["oee"].value is None
    assert made["oee"].reason == "no planned run time per unit (PRU) is in force for shaft"


def test_effectiveness_above_one_is_shown_and_flagged() -> None:
    terms = run([state(0, EXECUTE)], world("60"), readings=counted(total=600, scrap=0)).terms

    made = kpis(terms)

    assert made["effectiveness"].value == pytest.approx(600 * 60 / (480 * 60))
    assert made["oee"].value == pytest.approx(1.25)
    assert "effectiveness_above_one" in flags(terms, made)


def test_mixed_products_count_each_with_its_own_run_time() -> None:
    orders = [started(0, "wo-1", "shaft"), completed(240, "wo-1", "shaft"), started(240, "wo-2", "gear")]
    readings = {series: [(START, 0), (at(240), 100), (at(480), 150)] for series in counted(total=1)}
    readings |= {series: [(START, 0), (at(480), 0)] for series in counted(scrap=0)}

    run_times = {"shaft": "60", "gear": "120"}
    terms = run([state(0, EXECUTE)], world(run_times), orders=orders, readings=readings).terms

    assert terms["planned_run_s"] == 100 * 60 + 50 * 120
    assert kpis(terms)["effectiveness"].value == pytest.approx(12_000 / 28_800)


def test_a_line_divides_sums_and_never_averages_shares() -> None:
    """A unit at 1/1 of 1 h and one at 1/9 of 9 h: 2 of 10 h, not 0.5556."""
    quick = Terms(VALUES | {"apt": 1, "pbt": 1})
    slow = Terms(VALUES | {"apt": 1, "pbt": 9})

    assert kpis(added([("a", quick), ("b", slow)]))["availability"].value == pytest.approx(0.2)


def test_a_line_lacks_what_one_of_its_units_lacks_and_names_the_unit() -> None:
    lacking = Terms(VALUES | {"planned_run_s": None}, {"planned_run_s": "no PRU"})

    made = kpis(added([("line-1/mc-01", Terms(VALUES)), ("line-1/mc-02", lacking)]))

    assert made["oee"].reason == "line-1/mc-02: no PRU"
    assert made["quality_ratio"].value == pytest.approx(0.9)


def test_without_a_calendar_nothing_is_planned_and_availability_is_null() -> None:
    terms = run([state(0, EXECUTE)], replace(world(), schedule=None), readings=counted(total=9, scrap=0)).terms

    made = kpis(terms)

    assert made["availability"].reason == NO_CALENDAR
    assert made["oee"].value is None
    assert made["quality_ratio"].value == 1.0


def test_a_unit_that_stood_all_the_shift_has_an_oee_of_zero_and_no_quality() -> None:
    """0/0 has no value, PRU x GQ / PBT has."""
    made = kpis(run([state(0, HELD)], readings=counted(total=0, scrap=0)).terms)

    assert made["oee"].value == 0.0
    assert made["quality_ratio"].reason == "PQ is zero"
    assert made["effectiveness"].reason == "APT is zero"


def test_a_negative_quantity_gives_no_figure() -> None:
    terms = Terms(VALUES | {"gq": Decimal(-1)})

    made = kpis(terms)

    assert made["quality_ratio"].reason == "GQ is negative"
    assert made["oee"].value is None
    assert "negative_quantity" in flags(terms, made)
