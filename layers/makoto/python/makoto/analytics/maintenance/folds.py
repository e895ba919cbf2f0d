"""Cross-validation by machine: a machine's rows are never on both sides (leakage of its own character otherwise)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

MOST_FOLDS = 5


def folds_of(groups: Sequence[Any] | NDArray[Any], is_positive: NDArray[np.bool_] | None = None) -> list[Rows]:
    """The rows held out in each of up to five folds, as even as whole machines allow.

    Machines with the most of `is_positive` (else the most rows) are dealt first, each to the fold that has the least.
    """
    codes = codes_of(groups)
    count = int(codes.max()) + 1 if len(codes) else 0
    sizes = np.bincount(codes, minlength=count)
    weights = np.bincount(codes, weights=is_positive, minlength=count) if is_positive is not None else sizes
    folds = min(MOST_FOLDS, count)
    load, rows, fold_of = np.zeros(folds), np.zeros(folds), np.zeros(count, np.int64)
    for group in sorted(range(count), key=lambda each: (-weights[each], -sizes[each], each)):
        chosen = min(range(folds), key=lambda each: (load[each], rows[each], each))
        fold_of[group] = chosen
        load[chosen] += weights[group]
        rows[chosen] += sizes[group]
    return [np.flatnonzero(fold_of[codes] == fold) for fold in range(folds)]


def codes_of(groups: Sequence[Any] | NDArray[Any]) -> Rows:
    """A number for each machine, in the order in which they come."""
    known: dict[Any, int] = {}
    return np.array([known.setdefault(each, len(known)) for each in _plain(groups)], np.int64)


def splits(folds: Sequence[Rows], size: int) -> Iterator[tuple[Rows, Rows]]:
    """The rows to learn from and those held out."""
    for held in folds:
        kept = np.ones(size, np.bool_)
        kept[held] = False
        yield np.flatnonzero(kept), held


def _plain(groups: Sequence[Any] | NDArray[Any]) -> Sequence[Any]:
    plain: Sequence[Any] = groups.tolist() if isinstance(groups, np.ndarray) else groups
    return plain
