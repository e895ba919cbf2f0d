"""The card of a model: how well it did on machines that it had not seen, and what to beware of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from makoto.analytics.maintenance import metrics
from makoto.analytics.maintenance.folds import Rows, splits
from makoto.analytics.maintenance.frames import Encoding, Numbers
from makoto.analytics.maintenance.targets import Target
from makoto.analytics.model_cards import Fold, ModelCard

TOO_GOOD = 0.995


@dataclass(frozen=True, slots=True)
class Judged:
    """The predictions of held-out rows, by fold, and which machine each row is of."""

    aim: Target
    held: Numbers
    folds: Sequence[Rows]
    machines: Rows

    @property
    def shares(self) -> Numbers:
        """Rows by classes."""
        return self.held if self.held.ndim == 2 else np.column_stack([1 - self.held, self.held])

    def called(self) -> Rows:
        """The class of each row; of two classes by the threshold that was best on the other folds."""
        if self.held.ndim == 2:
            return np.asarray(self.held.argmax(axis=1), np.int64)
        called = np.zeros(len(self.held), np.int64)
        for learnt, left in splits(self.folds, len(self.held)):
            threshold = metrics.best_threshold(self.aim.codes[learnt] == 1, self.held[learnt])
            called[left] = self.held[left] >= threshold
        return called

    def metrics(self, rows: Rows) -> dict[str, float]:
        """How good the predictions of some rows are."""
        if self.aim.task == "regression":
            return dict(metrics.regression(self.aim.values[rows], self.held[rows]))
        return dict(metrics.classification(self.aim.codes[rows], self.shares[rows], self.called()[rows]))


def card_of(
    judged: Judged, encoding: Encoding, gained: Mapping[str, float], parameters: Mapping[str, float]
) -> ModelCard:
    """Write the card."""
    aim, machines = judged.aim, judged.machines
    every, constant = np.arange(len(machines)), _constant(aim, judged.folds)
    whole, is_better = judged.metrics(every), _is_better(judged, constant)
    total = sum(gained.values()) or 1.0
    importance = {name: gain / total for name, gain in sorted(gained.items(), key=lambda each: -each[1])}
    return ModelCard(
        task=aim.task,
        rows=len(machines),
        machines=int(machines.max()) + 1,
        columns=tuple(encoding.names),
        left_out=dict(encoding.left_out),
        target=_described(aim),
        folds=tuple(_folds(judged)),
        metrics=whole,
        baseline=_baseline(aim, constant, every),
        is_better_than_baseline=is_better,
        importance=importance,
        parameters=dict(parameters),
        cautions=tuple(_cautions(judged, whole, importance, is_better=is_better)),
    )


def _folds(judged: Judged) -> Iterator[Fold]:
    for left in judged.folds:
        count = len(np.unique(judged.machines[left]))
        yield Fold(machines=count, rows=len(left), metrics=judged.metrics(left))


def _constant(aim: Target, folds: Sequence[Rows]) -> Numbers:
    """The best constant answer of the machines learnt from: the mean, or the shares of the classes."""
    size, classes = len(aim.values), len(aim.classes)
    held = np.zeros((size, classes) if classes else size)
    for learnt, left in splits(folds, size):
        if classes:
            held[left] = np.bincount(aim.codes[learnt], minlength=classes) / len(learnt)
        else:
            held[left] = aim.values[learnt].mean()
    return held


def _baseline(aim: Target, constant: Numbers, rows: Rows) -> dict[str, float]:
    if aim.task == "regression":
        return dict(metrics.regression(aim.values[rows], constant[rows]))
    called = np.asarray(constant[rows].argmax(axis=1), np.int64)
    return dict(metrics.classification(aim.codes[rows], constant[rows], called))


def _is_better(judged: Judged, constant: Numbers) -> bool:
    """By more than two standard errors of the gain from machine to machine, so that chance does not pass for skill."""
    gain = _losses(judged.aim, constant) - _losses(judged.aim, judged.held)
    counts = np.bincount(judged.machines)
    means = np.bincount(judged.machines, weights=gain) / counts
    error = float(means.std(ddof=1)) / len(means) ** 0.5
    return float(means.mean()) > 2 * error and float(gain.mean()) > 0


def _losses(aim: Target, held: Numbers) -> Numbers:
    """Of each row: the squared error, or the logarithm of how unlikely its class was held to be."""
    if aim.task == "regression":
        return np.asarray((held - aim.values) ** 2)
    shares = held if held.ndim == 2 else np.column_stack([1 - held, held])
    return np.asarray(-np.log(np.clip(shares[np.arange(len(shares)), aim.codes], 1e-15, 1)))


def _described(aim: Target) -> dict[str, float]:
    if aim.task == "classification":
        counts = np.bincount(aim.codes, minlength=len(aim.classes)) / len(aim.values)
        return {str(each): float(count) for each, count in zip(aim.classes, counts, strict=True)}
    low, middle, high = np.quantile(aim.values, [0, 0.5, 1])
    return {"least": float(low), "median": float(middle), "most": float(high)}


def _cautions(
    judged: Judged, whole: Mapping[str, float], importance: Mapping[str, float], *, is_better: bool
) -> Iterator[str]:
    aim, count = judged.aim, int(judged.machines.max()) + 1
    if count < 5:
        yield f"judged on {count} machines only: another machine may behave otherwise"
    if not is_better:
        yield "no better than a constant answer on machines it has not seen: do not use it"
    top = next(iter(importance.items()), ("", 0.0))
    if top[1] > 0.9 and len(importance) > 1:
        yield f"almost everything rests on {top[0]}: make sure that it is known before the failure"
    if whole.get("r2", 0.0) > TOO_GOOD or whole.get("average_precision", 0.0) > TOO_GOOD:
        yield "almost never wrong: a column may hold the answer, or be known only after the failure"
    if aim.task == "classification" and min(np.bincount(aim.codes, minlength=len(aim.classes))) < 10:
        yield "a class with fewer than 10 rows: its figures are chance"
