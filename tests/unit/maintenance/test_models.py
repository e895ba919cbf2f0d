"""Predictive maintenance: judged on machines never seen, honest on its card, the same after it was stored."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makoto.analytics.maintenance import MaintenanceModel, NotTrainable, UnknownColumn, fit, with_history
from makoto.analytics.maintenance.folds import folds_of, splits
from makoto.analytics.maintenance.metrics import average_precision, best_threshold, regression, roc_area

Rows = list[dict[str, Any]]


def wearing(machines: int = 12, seed: int = 0, *, life: tuple[int, int] = (40, 70)) -> Rows:
    """Machines that wear out: two sensors follow the wear, each machine with an offset of its own, one says nothing."""
    random, rows = np.random.default_rng(seed), Rows()
    for unit in range(machines):
        length, offset = int(random.integers(*life)), random.normal(0, 0.5, 2)
        for cycle in range(length):
            wear = (cycle / length) ** 2
            rows.append(
                {
                    "unit": f"m{unit}",
                    "cycle": cycle,
                    "vibration": offset[0] + 4 * wear + random.normal(0, 0.3),
                    "flow": offset[1] - 3 * wear + random.normal(0, 0.3),
                    "noise": random.normal(),
                    "mode": "eco" if random.random() < 0.5 else "full",
                    "constant": 1.0,
                    "rul": length - 1 - cycle,
                }
            )
    return rows


def without(rows: Rows, *names: str) -> Rows:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


@pytest.fixture(scope="module")
def life_model() -> MaintenanceModel:
    return fit(without(wearing(), "cycle"), "rul", "unit")


def test_remaining_life_is_predicted_on_machines_never_seen(life_model: MaintenanceModel) -> None:
    others = wearing(6, seed=9)
    truth = np.array([row["rul"] for row in others], np.float64)

    predicted = np.asarray(life_model.predict(others), np.float64)

    error = float(np.sqrt(np.mean((predicted - truth) ** 2)))
    assert error < 0.7 * float(truth.std())
    assert error == pytest.approx(life_model.card.metrics["rmse"], rel=0.5)


def test_the_card_says_what_was_learnt_and_how_well(life_model: MaintenanceModel) -> None:
    card = life_model.card

    assert (card.task, card.machines, len(card.folds)) == ("regression", 12, 5)
    assert card.left_out == {"constant": "constant"}
    assert set(list(card.importance)[:2]) == {"vibration", "flow"}
    assert sum(card.importance.values()) == pytest.approx(1)
    assert card.is_better_than_baseline
    assert card.metrics["rmse"] < card.baseline["rmse"]
    assert sum(fold.rows for fold in card.folds) == card.rows


def test_an_interval_holds_about_as_many_lives_of_new_machines_as_it_says(life_model: MaintenanceModel) -> None:
    others = wearing(20, seed=5)
    truth = np.array([row["rul"] for row in others])

    low, high = life_model.interval(others, 0.8)

    assert 0.65 < float(np.mean((truth >= low) & (truth <= high))) < 0.95


def test_a_stored_model_predicts_the_same(life_model: MaintenanceModel) -> None:
    others = wearing(2, seed=3)

    again = MaintenanceModel.from_text(life_model.to_text())

    assert again.predict(others).tolist() == life_model.predict(others).tolist()
    assert again.card == life_model.card


def test_failures_are_classified_and_come_back_as_the_targets_own_classes() -> None:
    rows = wearing()
    failing = ["failing" if row["rul"] < 8 else "sound" for row in rows]
    features = without(rows, "rul", "cycle", "unit")

    model = fit(features, failing, [row["unit"] for row in rows])

    assert (model.card.task, model.classes) == ("classification", ("failing", "sound"))
    assert model.card.metrics["f1"] > 0.8
    assert model.card.metrics["log_loss"] < 0.7 * model.card.baseline["log_loss"]
    assert set(model.predict(features).tolist()) == {"failing", "sound"}
    assert model.probabilities(features).sum(axis=1) == pytest.approx(1)


def test_several_classes_are_told_apart() -> None:
    rows = wearing(8)
    stage = ["new" if row["rul"] > 40 else "worn" if row["rul"] > 12 else "ending" for row in rows]

    model = fit(without(rows, "rul", "cycle", "unit"), stage, [row["unit"] for row in rows])

    assert model.card.metrics["accuracy"] > 0.6
    assert model.probabilities(rows).shape == (len(rows), 3)


def test_a_frame_may_be_columns_and_more_columns_do_no_harm(life_model: MaintenanceModel) -> None:
    rows = wearing(2, seed=3)
    columns = {name: [row[name] for row in rows] for name in rows[0]} | {"more": list(range(len(rows)))}

    assert life_model.predict(columns).tolist() == life_model.predict(rows).tolist()


def test_a_value_never_seen_and_a_missing_one_are_predicted_for(life_model: MaintenanceModel) -> None:
    row = wearing(1)[0] | {"mode": "boost", "vibration": None}

    assert np.isfinite(np.asarray(life_model.predict([row]), np.float64)).all()


def test_a_frame_without_a_column_is_refused_by_its_name(life_model: MaintenanceModel) -> None:
    with pytest.raises(UnknownColumn) as refused:
        life_model.predict(without(wearing(1), "flow"))

    assert [each.pointer for each in refused.value.errors] == ["/flow"]


@pytest.mark.parametrize(
    ("rows", "target", "groups", "pointer"),
    [
        (wearing(1), "rul", "unit", "/groups"),
        (wearing()[:10], "rul", "unit", "/frame"),
        (wearing(), "constant", "unit", "/target"),
        (wearing(), "nothing", "unit", "/target"),
        (wearing(), "rul", "nothing", "/groups"),
        (wearing(), [1.0, 2.0], "unit", "/target"),
        ([row | {"rul": float("nan")} for row in wearing()], "rul", "unit", "/target"),
        ([{"unit": row["unit"], "rul": row["rul"], "a": 1} for row in wearing()], "rul", "unit", "/frame"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_by_its_field(rows: Rows, target: Any, groups: str, pointer: str) -> None:
    with pytest.raises(NotTrainable) as refused:
        fit(rows, target, groups)

    assert pointer in {each.pointer for each in refused.value.errors}


def test_noise_is_no_better_than_a_constant_and_the_card_warns() -> None:
    random = np.random.default_rng(1)
    frame = {"a": random.normal(size=200), "b": random.normal(size=200)}

    card = fit(frame, random.normal(size=200), np.repeat(np.arange(8), 25)).card

    assert card.metrics["rmse"] > 0.95 * card.baseline["rmse"]
    assert not card.is_better_than_baseline
    assert any("do not use it" in caution for caution in card.cautions)


def test_a_column_that_holds_the_answer_is_cautioned_against() -> None:
    rows = [row | {"leak": row["rul"] * 2.0} for row in wearing()]

    card = fit(without(rows, "cycle"), "rul", "unit").card

    assert any("hold the answer" in caution for caution in card.cautions)


def test_a_machines_past_is_added_without_a_look_ahead_and_without_the_target() -> None:
    rows = wearing(3)
    cut = [row for row in rows if row["cycle"] < 20]

    whole, part = (with_history(each, "unit", "cycle", target="rul", windows=(5,)) for each in (rows, cut))

    kept = [at for at, row in enumerate(rows) if row["cycle"] < 20]
    assert np.asarray(whole["flow mean 5"])[kept] == pytest.approx(np.asarray(part["flow mean 5"]))
    assert np.asarray(whole["flow slope 5"])[kept] == pytest.approx(np.asarray(part["flow slope 5"]))
    assert not [name for name in whole if name.startswith("rul ")]
    first = [row["flow"] for row in rows[:5]]
    assert np.asarray(whole["flow mean 5"])[4] == pytest.approx(np.mean(first))
    assert np.asarray(whole["flow slope 5"])[4] == pytest.approx(np.polyfit(range(5), first, 1)[0])


@given(st.lists(st.integers(0, 8), min_size=2, max_size=200).filter(lambda each: len(set(each)) > 1))
def test_a_machine_is_never_on_both_sides(groups: list[int]) -> None:
    folds = folds_of(groups)

    assert sorted(np.concatenate(folds).tolist()) == list(range(len(groups)))
    for learnt, held in splits(folds, len(groups)):
        assert not {groups[at] for at in learnt} & {groups[at] for at in held}
        assert len(held)


def test_phm08_punishes_a_promise_too_long_more_than_one_too_short() -> None:
    """Saxena et al. 2008: exp(10/10) - 1 too late, exp(10/13) - 1 too early."""
    late = regression(np.array([0.0, 10.0]), np.array([10.0, 20.0]))["phm08"]
    early = regression(np.array([10.0, 20.0]), np.array([0.0, 10.0]))["phm08"]

    assert late == pytest.approx(np.e - 1)
    assert early == pytest.approx(np.exp(10 / 13) - 1)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_areas_are_what_counting_pairs_gives(pairs: list[tuple[bool, int]]) -> None:
    truth, score = np.array([each for each, _ in pairs]), np.array([float(each) for _, each in pairs])
    wins = [(a > b) + (a == b) / 2 for a in score[truth] for b in score[~truth]]

    assert roc_area(truth, score) == pytest.approx(np.mean(wins) if wins else 0.5)
    if truth.any():
        assert truth.mean() - 1e-9 <= average_precision(truth, score) <= 1 + 1e-9 or not truth.all()


def test_a_perfect_ranking_has_all_of_the_area_and_its_threshold_lies_between() -> None:
    truth, score = np.array([False, False, True, True]), np.array([0.1, 0.2, 0.6, 0.9])

    assert average_precision(truth, score) == 1
    assert best_threshold(truth, score) == pytest.approx(0.4)
