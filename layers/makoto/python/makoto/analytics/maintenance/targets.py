"""What is to be predicted: numbers, or codes of classes."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.maintenance.folds import Rows
from makoto.analytics.maintenance.frames import Column, Numbers
from makoto.analytics.maintenance.model import Task

MOST_CLASSES = 20


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be predicted: numbers, or codes of classes."""

    task: Task
    values: Numbers
    classes: tuple[Any, ...] = ()

    @property
    def codes(self) -> Rows:
        return self.values.astype(np.int64)

    @property
    def is_rare(self) -> NDArray[np.bool_] | None:
        """Which rows are of the rarest class; nothing for numbers."""
        if self.task == "regression":
            return None
        counts = np.bincount(self.codes)
        rarest = int(np.argmin(np.where(counts == 0, np.iinfo(np.int64).max, counts)))
        return np.asarray(self.codes == rarest)

    def parameters(self) -> dict[str, Any]:
        if self.task == "regression":
            return {"objective": "reg:squarederror", "eval_metric": "rmse"}
        if len(self.classes) == 2:
            return {"objective": "binary:logistic", "eval_metric": "logloss"}
        return {"objective": "multi:softprob", "eval_metric": "mlogloss", "num_class": len(self.classes)}


def target_of(given: Column, task: Task | Literal["auto"], cap: float | None) -> Target:
    """Tell classes from numbers: texts, booleans and few whole numbers are classes."""
    values = given.tolist() if isinstance(given, np.ndarray) else list(given)
    kinds = sorted(set(values), key=str)
    is_numeric = all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)
    is_whole = is_numeric and all(float(each).is_integer() for each in values if each == each)
    if task == "auto":
        is_few = len(kinds) <= min(MOST_CLASSES // 2, max(2, len(values) // 20))
        task = "regression" if is_numeric and not (is_whole and is_few) else "classification"
    if task == "classification":
        place = {each: at for at, each in enumerate(kinds)}
        return Target(task, np.array([place[each] for each in values], np.float64), tuple(kinds))
    numbers = np.array([float(each) if is_numeric else np.nan for each in values], np.float64)
    return Target(task, numbers if cap is None else np.minimum(numbers, cap))
