"""Training: gradient boosted trees (XGBoost) chosen by cross-validation over machines."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from makoto.analytics.maintenance import metrics
from makoto.analytics.maintenance.cards import Judged, card_of
from makoto.analytics.maintenance.folds import Rows, codes_of, folds_of, splits
from makoto.analytics.maintenance.frames import (
    Column,
    Encoding,
    Frame,
    NotTrainable,
    Numbers,
    columns_of,
    encoding_of,
    length_of,
    require_present,
    taken,
)
from makoto.analytics.maintenance.model import MaintenanceModel, ModelCard, StoredModel, Task, feature_names
from makoto.analytics.maintenance.targets import MOST_CLASSES, Target, target_of
from makoto.errors import FieldError

FEWEST_ROWS = 20
MAX_ROUNDS = 600
FEWEST_ROUNDS = 10
PATIENCE = 30
MOST_MARGINS = 1000
_CANDIDATES: tuple[Mapping[str, float], ...] = (
    {"max_depth": 3, "min_child_weight": 5},
    {"max_depth": 5, "min_child_weight": 5},
    {"max_depth": 7, "min_child_weight": 20},
)
_COMMON: Mapping[str, Any] = {
    "eta": 0.06,
    "subsample": 0.8,
    "colsample_bytree": 0.8,
    "lambda": 2.0,
    "nthread": 1,
    "seed": 7,
    "verbosity": 0,
}


@dataclass(frozen=True, slots=True)
class _Trial:
    """One candidate over all folds: at how many rounds each stopped, and the error there."""

    parameters: Mapping[str, float]
    rounds: tuple[int, ...]
    error: float


def fit(
    frame: Frame,
    target: str | Column,
    groups: str | Column,
    *,
    task: Task | Literal["auto"] = "auto",
    cap: float | None = None,
) -> MaintenanceModel:
    """Learn to predict `target` from the other columns.

    `groups` says which machine a row is of: cross-validation holds out whole machines, never random rows, and needs two
    of them. A target of numbers is regression (remaining useful life; `cap` cuts it off above, as wear shows late), one
    of texts, booleans or few whole numbers is classification. Raises `NotTrainable` with every broken rule.
    """
    columns = dict(columns_of(frame))
    wanted, machines = taken(columns, target, "/target"), taken(columns, groups, "/groups")
    rows = length_of(columns, {"target": wanted, "groups": machines})
    require_present(wanted, "/target")
    require_present(machines, "/groups")
    aim = target_of(wanted, task, cap)
    _check(aim, machines, rows)
    encoding = encoding_of(columns)
    numbers = encoding.numbers(columns)
    folds = folds_of(machines, aim.is_rare)
    names = feature_names(encoding)
    trials = [_tried(candidate, numbers, aim, folds, names) for candidate in _CANDIDATES]
    best = min(trials, key=lambda each: each.error)
    held = _held_out(best, numbers, aim, folds, names)
    trees = _trained(_matrix(numbers, aim, np.arange(rows), names), aim, best, _rounds(best.rounds))
    parameters = {**best.parameters, "rounds": _rounds(best.rounds), "eta": _COMMON["eta"]}
    card = card_of(Judged(aim, held, folds, codes_of(machines)), encoding, _gained(trees, encoding), parameters)
    return MaintenanceModel(_stored(trees, encoding, aim, held, card), aim.classes)


def _check(aim: Target, machines: Column, rows: int) -> None:
    count = len(set(codes_of(machines).tolist()))
    rules = (
        (rows >= FEWEST_ROWS, "/frame", "rows", f"at least {FEWEST_ROWS} rows"),
        (count >= 2, "/groups", "machines", "at least two machines: one is learnt from, the other one is judged on"),
        (bool(np.isfinite(aim.values).all()), "/target", "finite", "finite numbers, or classes"),
        (len(np.unique(aim.values)) > 1, "/target", "constant", "the target is not always the same"),
        (len(aim.classes) <= MOST_CLASSES, "/target", "classes", f"at most {MOST_CLASSES} classes"),
    )
    broken = [FieldError(pointer, rule, detail) for holds, pointer, rule, detail in rules if not holds]
    if broken:
        raise NotTrainable("; ".join(each.detail for each in broken), errors=broken)


def _tried(
    candidate: Mapping[str, float], numbers: Numbers, aim: Target, folds: Sequence[Rows], names: list[str]
) -> _Trial:
    """Let each fold stop when its held-out machines get no better."""
    import xgboost

    rounds, error = list[int](), 0.0
    for learnt, left in splits(folds, len(numbers)):
        train, judge = (_matrix(numbers, aim, rows, names) for rows in (learnt, left))
        booster = xgboost.train(
            {**_COMMON, **candidate, **aim.parameters()},
            train,
            MAX_ROUNDS,
            evals=[(judge, "held")],
            early_stopping_rounds=PATIENCE,
            verbose_eval=False,
        )
        rounds.append(booster.best_iteration + 1)
        error += float(booster.best_score) * len(left)
    return _Trial(candidate, tuple(rounds), error / len(numbers))


def _held_out(best: _Trial, numbers: Numbers, aim: Target, folds: Sequence[Rows], names: list[str]) -> Numbers:
    """Predict each fold by a model that has seen neither its rows nor where it stopped best."""
    classes = len(aim.classes) if len(aim.classes) > 2 else 0
    held = np.full((len(numbers), classes) if classes else len(numbers), np.nan)
    for fold, (learnt, left) in enumerate(splits(folds, len(numbers))):
        others = [each for at, each in enumerate(best.rounds) if at != fold]
        trees = _trained(_matrix(numbers, aim, learnt, names), aim, best, _rounds(others))
        held[left] = trees.predict(_matrix(numbers, aim, left, names))
    return held


def _rounds(stopped: Sequence[int]) -> int:
    return max(FEWEST_ROUNDS, int(np.median(stopped)))


def _matrix(numbers: Numbers, aim: Target, rows: Rows, names: list[str]) -> Any:
    from xgboost import DMatrix

    return DMatrix(numbers[rows], aim.values[rows], feature_names=names, nthread=1)


def _trained(matrix: Any, aim: Target, best: _Trial, rounds: int) -> Any:
    import xgboost

    return xgboost.train({**_COMMON, **best.parameters, **aim.parameters()}, matrix, rounds)


def _gained(trees: Any, encoding: Encoding) -> dict[str, float]:
    named = dict(zip(feature_names(encoding), encoding.names, strict=True))
    return {named[name]: float(gain) for name, gain in trees.get_score(importance_type="total_gain").items()}


def _stored(trees: Any, encoding: Encoding, aim: Target, held: Numbers, card: ModelCard) -> StoredModel:
    errors = np.abs(held - aim.values) if aim.task == "regression" else np.empty(0)
    margins = np.quantile(errors, np.linspace(0, 1, min(MOST_MARGINS, len(errors)))) if len(errors) else errors
    return StoredModel(
        task=aim.task,
        numeric=encoding.numeric,
        values=encoding.values,
        classes=tuple(str(each) for each in aim.classes),
        threshold=metrics.best_threshold(aim.codes == 1, held) if len(aim.classes) == 2 else 0.5,
        margins=tuple(margins.tolist()),
        trees=base64.b64encode(bytes(trees.save_raw("ubj"))).decode(),
        card=card,
    )
