"""How good predictions are: of remaining useful life, of classes; and the baselines that they must beat."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]


def regression(truth: Numbers, predicted: Numbers) -> Mapping[str, float]:
    """Root mean square and mean absolute error, R², and the mean of PHM08's score.

    The score (Saxena et al. 2008) punishes a life promised too long, exp(d/10) - 1, more than one too short,
    exp(-d/13) - 1, with d the error in cycles.
    """
    errors = predicted - truth
    spread = float(np.sum((truth - truth.mean()) ** 2))
    with np.errstate(over="ignore"):
        harm = np.where(errors >= 0, np.expm1(np.minimum(errors, 500) / 10), np.expm1(np.minimum(-errors, 500) / 13))
    return {
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "mae": float(np.mean(np.abs(errors))),
        "r2": 1 - float(np.sum(errors**2)) / spread if spread > 0 else 0.0,
        "phm08": float(np.mean(harm)),
    }


def classification(truth: Codes, shares: Numbers, predicted: Codes) -> Mapping[str, float]:
    """Of one class against the others: averaged over the classes that occur; `shares` are rows by classes."""
    rows = np.arange(len(truth))
    likely = np.clip(shares[rows, truth], 1e-15, 1)
    present = np.unique(truth)
    focus = present[1:] if shares.shape[1] == 2 and len(present) == 2 else present
    f1 = [_f1(truth == each, predicted == each) for each in focus]
    area = [average_precision(truth == each, shares[:, each]) for each in focus]
    roc = [roc_area(truth == each, shares[:, each]) for each in focus]
    return {
        "accuracy": float(np.mean(truth == predicted)),
        "f1": float(np.mean(f1)),
        "average_precision": float(np.mean(area)),
        "roc_auc": float(np.mean(roc)),
        "log_loss": float(-np.mean(np.log(likely))),
    }


def average_precision(truth: NDArray[np.bool_], score: Numbers) -> float:
    """The area under precision over recall, as the sum of its steps (Davis and Goadrich 2006); ties as one step."""
    order = np.argsort(-score, kind="stable")
    hits, ranked = np.cumsum(truth[order]), score[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    total = hits[-1] if len(hits) else 0
    if not total:
        return 0.0
    precision, recall = hits[ends] / (ends + 1), hits[ends] / total
    return float(np.sum(np.diff(np.concatenate(([0.0], recall))) * precision))


def roc_area(truth: NDArray[np.bool_], score: Numbers) -> float:
    """The chance that a positive scores above a negative (Mann and Whitney 1947), ties counting half."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return 0.5
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return float((ranks[inverse][truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def best_threshold(truth: NDArray[np.bool_], score: Numbers) -> float:
    """The share from which on calling it positive gives the greatest F1."""
    order = np.argsort(-score, kind="stable")
    hits, ranked = np.cumsum(truth[order]), score[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    f1 = 2 * hits[ends] / (ends + 1 + max(1, int(truth.sum())))
    best = int(np.argmax(f1))
    here = float(ranked[ends[best]])
    below = float(ranked[ends[best + 1]]) if best + 1 < len(ends) else 0.0
    return (here + below) / 2


def _f1(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    hits = int((truth & predicted).sum())
    return 2 * hits / max(1, int(truth.sum()) + int(predicted.sum()))
