"""The card of a trained model: what was learnt from what, and how far it can be trusted."""

from collections.abc import Mapping
from typing import Literal

from makoto.domain import Value

Task = Literal["regression", "classification"]


class Fold(Value):
    """How the model did on machines that were held out."""

    machines: int
    rows: int
    metrics: Mapping[str, float]


class ModelCard(Value):
    """What was learnt from what, and how well (after Mitchell et al. 2019, Model cards).

    `metrics` are of all held-out rows together, `folds` of one group of machines each, `baseline` of a constant answer.
    `importance` is each column's share of what the trees gained. `cautions` are to be read before it is used.
    """

    task: Task
    rows: int
    machines: int
    columns: tuple[str, ...]
    left_out: Mapping[str, str]
    target: Mapping[str, float]
    folds: tuple[Fold, ...]
    metrics: Mapping[str, float]
    baseline: Mapping[str, float]
    is_better_than_baseline: bool
    importance: Mapping[str, float]
    parameters: Mapping[str, float]
    cautions: tuple[str, ...]
