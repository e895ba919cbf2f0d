"""Acceptance sampling against the printed tables, and the switching rules."""

import pytest
from scipy import stats

from makoto.analytics.spc import (
    Level,
    SamplingPlan,
    Severity,
    Switching,
    acceptance_probability,
    after_lot,
    code_letter,
    plan_for,
    resumed,
)
from makoto.analytics.spc.acceptance import InspectionDiscontinued, NoSuchPlan
from makoto.analytics.spc.acceptance_tables import AQLS

LETTERS = "ABCDEFGHJKLMNPQR"
LOT_OF = dict(
    zip(
        "ABCDEFGHJKLMNPQ",
        (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000, 500_001),
        strict=True,
    )
)

PRINTED = {
    # MIL-STD-105E table II-A as in CRAN's AQLSchemes (AAZ14Single): sample sizes and acceptance numbers from A to R.
    (Severity.NORMAL, 0.015): ("800 " * 16, "0 " * 16),
    (Severity.NORMAL, 0.025): ("500 " * 14 + "2000 2000", "0 " * 14 + "1 1"),
    (Severity.NORMAL, 1.0): (
        "13 13 13 13 13 13 50 50 80 125 200 315 500 800 1250 1250",
        "0 0 0 0 0 0 1 1 2 3 5 7 10 14 21 21",
    ),
    (Severity.NORMAL, 6.5): (
        "2 2 8 8 13 20 32 50 80 125 200 200 200 200 200 200",
        "0 0 1 1 2 3 5 7 10 14 21 21 21 21 21 21",
    ),
    (Severity.NORMAL, 10.0): (
        "5 5 5 8 13 20 32 50 80 125 125 125 125 125 125 125",
        "1 1 1 2 3 5 7 10 14 21 21 21 21 21 21 21",
    ),
    (Severity.NORMAL, 150.0): (
        "2 3 5 8 13 13 13 13 13 13 13 13 13 13 13 13",
        "7 10 14 21 30 30 30 30 30 30 30 30 30 30 30 30",
    ),
    (Severity.NORMAL, 1000.0): ("2 " + "3 " * 15, "30 " + "44 " * 15),
    # table II-B
    (Severity.TIGHTENED, 0.015): ("1250 " * 16, "0 " * 16),
    (Severity.TIGHTENED, 0.025): ("800 " * 14 + "3150 3150", "0 " * 14 + "1 1"),
    (Severity.TIGHTENED, 1.0): (
        "20 20 20 20 20 20 80 80 80 125 200 315 500 800 1250 1250",
        "0 0 0 0 0 0 1 1 1 2 3 5 8 12 18 18",
    ),
    (Severity.TIGHTENED, 10.0): (
        "8 8 8 8 13 20 32 50 80 125 125 125 125 125 125 125",
        "1 1 1 1 2 3 5 8 12 18 18 18 18 18 18 18",
    ),
    (Severity.TIGHTENED, 400.0): ("2 3 5 8 " + "8 " * 12, "12 18 27 41 " + "41 " * 12),
    # table II-C
    (Severity.REDUCED, 1.0): (
        "5 5 5 5 5 5 20 20 32 50 80 125 200 315 500 500",
        "0 0 0 0 0 0 0 0 1 1 2 3 5 7 10 10",
    ),
    (Severity.REDUCED, 10.0): (
        "2 2 2 3 5 8 13 20 32 50 50 50 50 50 50 50",
        "0 0 0 1 1 2 3 5 7 10 10 10 10 10 10 10",
    ),
    (Severity.REDUCED, 40.0): (
        "2 2 2 3 5 8 13 13 13 13 13 13 13 13 13 13",
        "2 2 2 3 5 7 10 10 10 10 10 10 10 10 10 10",
    ),
    (Severity.REDUCED, 250.0): ("2 2 2 3 5 " + "5 " * 11, "10 10 10 14 21 " + "21 " * 11),
}

REJECTED = {
    (Severity.NORMAL, 1.0): "1 1 1 1 1 1 2 2 3 4 6 8 11 15 22 22",
    (Severity.REDUCED, 1.0): "1 1 1 1 1 1 2 2 3 4 5 6 8 10 13 13",
    (Severity.REDUCED, 40.0): "3 4 5 6 8 10 13 13 13 13 13 13 13 13 13 13",
    (Severity.REDUCED, 250.0): "11 11 13 17 24 " + "24 " * 11,
}


def of_letter(letter: str, aql: float, severity: Severity) -> SamplingPlan:
    """The plan of a lot so large that no sample reaches it is what the table prints."""
    return (
        plan_for(500_001, aql, Level.III, severity)
        if letter == "R"
        else plan_for(LOT_OF[letter], aql, severity=severity)
    )


@pytest.mark.parametrize(("severity", "aql"), PRINTED)
def test_a_column_of_the_master_tables_is_as_printed(severity: Severity, aql: float) -> None:
    sizes, accepted = ([int(each) for each in text.split()] for text in PRINTED[severity, aql])

    plans = [of_letter(letter, aql, severity) for letter in LETTERS]

    assert [plan.accept for plan in plans] == accepted
    assert [plan.n for plan in plans] == [min(n, plan.lot_size) for n, plan in zip(sizes, plans, strict=True)]
    assert [plan.is_whole_lot for plan in plans] == [n >= plan.lot_size for n, plan in zip(sizes, plans, strict=True)]


@pytest.mark.parametrize(("severity", "aql"), REJECTED)
def test_rejection_numbers_are_as_printed(severity: Severity, aql: float) -> None:
    plans = [of_letter(letter, aql, severity) for letter in LETTERS]

    assert [plan.reject for plan in plans] == [int(each) for each in REJECTED[severity, aql].split()]


@pytest.mark.parametrize("severity", [Severity.NORMAL, Severity.TIGHTENED, Severity.REDUCED])
@pytest.mark.parametrize("aql", AQLS)
def test_every_letter_has_a_plan_at_every_aql(severity: Severity, aql: float) -> None:
    plans = [of_letter(letter, aql, severity) for letter in LETTERS]

    assert all(0 <= plan.accept < plan.reject for plan in plans)
    assert [plan.accept for plan in plans] == sorted(plan.accept for plan in plans)


@pytest.mark.parametrize(
    ("lot_size", "letters"),  # table I: S-1, S-2, S-3, S-4, I, II, III
    [(2, "AAAAAAB"), (25, "AABBBCD"), (90, "BBCCCEF"), (151, "BCDEEGH"), (1200, "CCEFGJK"), (500_001, "DEHKNQR")],
)
def test_code_letters_are_those_of_table_one(lot_size: int, letters: str) -> None:
    levels = (Level.S1, Level.S2, Level.S3, Level.S4, Level.I, Level.II, Level.III)

    assert "".join(code_letter(lot_size, level) for level in levels) == letters


def test_what_is_not_in_the_tables_is_refused_with_its_field() -> None:
    with pytest.raises(NoSuchPlan) as of_lot:
        code_letter(1)
    with pytest.raises(NoSuchPlan) as of_aql:
        plan_for(1000, 2.0)

    assert (of_lot.value.errors[0].pointer, of_aql.value.errors[0].pointer) == ("/lot_size", "/aql")


def lots(switching: Switching, *found: int) -> Switching:
    for nonconforming in found:
        plan = plan_for(1000, 1.0, severity=switching.severity)
        switching = after_lot(switching, plan, nonconforming)
    return switching


def test_two_of_five_rejected_lots_tighten_and_five_accepted_ones_ease() -> None:
    tightened = lots(Switching(), 3, 0, 0, 3)

    assert lots(Switching(), 3, 0, 0, 0, 0, 3).severity is Severity.NORMAL
    assert tightened.severity is Severity.TIGHTENED
    assert lots(tightened, 0, 0, 0, 0).severity is Severity.TIGHTENED
    assert lots(tightened, 0, 0, 0, 0, 0) == Switching()


def test_five_lots_rejected_while_tightened_discontinue_inspection() -> None:
    stopped = lots(Switching(severity=Severity.TIGHTENED), 2, 0, 2, 2, 0, 2, 2)

    assert stopped.severity is Severity.DISCONTINUED
    with pytest.raises(InspectionDiscontinued):
        plan_for(1000, 1.0, severity=stopped.severity)
    assert resumed(stopped) == Switching(severity=Severity.TIGHTENED)


def test_ten_lots_good_enough_for_the_next_stricter_aql_reduce_inspection() -> None:
    # J at AQL 1.0 is (80; 2, 3), one step stricter (80; 1, 2): a lot with 2 is accepted but sets the score to 0.
    assert lots(Switching(), *[1] * 9).score == 27
    assert lots(Switching(), *[1] * 9, 2) == Switching(recent=(True,) * 5)
    assert lots(Switching(), *[1] * 10).severity is Severity.REDUCED


def test_reduced_inspection_ends_between_its_two_numbers_though_the_lot_is_accepted() -> None:
    reduced = Switching(severity=Severity.REDUCED)

    assert lots(reduced, 1) == reduced
    assert lots(reduced, 2) == Switching()


@pytest.mark.parametrize("fraction", [0.0, 0.01, 0.05, 0.2, 1.0])
def test_the_operating_characteristic_is_the_binomial_and_the_hypergeometric_distribution(fraction: float) -> None:
    plan = plan_for(1000, 2.5)

    assert acceptance_probability(plan, fraction) == pytest.approx(stats.binom.cdf(5, 80, fraction), abs=1e-12)
    assert acceptance_probability(plan, fraction, is_finite_lot=True) == pytest.approx(
        stats.hypergeom.cdf(5, 1000, round(1000 * fraction), 80), abs=1e-12
    )


def test_the_operating_characteristic_of_n_89_c_2_is_montgomerys() -> None:
    # Montgomery, 7th edition, table 15.2: P_a of n = 89, c = 2 at 0.5 to 2 % nonconforming.
    plan = plan_for(1000, 1.0).model_copy(update={"n": 89, "accept": 2, "reject": 3})

    found = [round(acceptance_probability(plan, each), 4) for each in (0.005, 0.01, 0.02)]

    assert found == [0.9897, 0.9397, 0.7366]
