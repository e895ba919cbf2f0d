"""A trained model: what it predicts, and the card that says how far it can be trusted."""

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from makoto.analytics.maintenance.frames import Encoding, Frame, Numbers
from makoto.analytics.model_cards import ModelCard, Task
from makoto.domain import Value

if TYPE_CHECKING:
    from xgboost import Booster

__all__ = ["MaintenanceModel", "ModelCard", "StoredModel", "Task", "feature_names"]

_ALLOWED = str.maketrans("[]<", "()_")


class StoredModel(Value):
    """A model as it is kept: the trees in XGBoost's own binary JSON (UBJSON) as Base64."""

    task: Task
    numeric: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    threshold: float
    margins: tuple[float, ...]
    trees: str
    card: ModelCard


@dataclass(frozen=True)
class MaintenanceModel:
    """Predicts from frames with the columns it was trained on; more columns do no harm."""

    stored: StoredModel
    original_classes: tuple[object, ...] = ()

    @property
    def card(self) -> ModelCard:
        return self.stored.card

    @property
    def classes(self) -> tuple[object, ...]:
        """The classes as the target gave them; as texts once the model was stored."""
        return self.original_classes or self.stored.classes

    def predict(self, frame: Frame) -> NDArray[np.generic]:
        """One value a row: the number, or the class."""
        if self.stored.task == "regression":
            return self._raw(frame)
        return np.array(self.classes)[self.codes(frame)]

    def codes(self, frame: Frame) -> NDArray[np.int64]:
        """The place of each row's class."""
        shares = self.probabilities(frame)
        if shares.shape[1] == 2:
            return (shares[:, 1] >= self.stored.threshold).astype(np.int64)
        return np.asarray(shares.argmax(axis=1), np.int64)

    def probabilities(self, frame: Frame) -> Numbers:
        """Rows by classes."""
        raw = self._raw(frame)
        return raw if raw.ndim == 2 else np.column_stack([1 - raw, raw])

    def interval(self, frame: Frame, level: float = 0.9) -> tuple[Numbers, Numbers]:
        """Bounds that hold so many of the values of unseen machines (conformal, from the held-out errors)."""
        margin = float(np.quantile(np.array(self.stored.margins), level)) if self.stored.margins else float("nan")
        raw = self._raw(frame)
        return raw - margin, raw + margin

    def to_text(self) -> str:
        """Write the model down."""
        return self.stored.model_dump_json()

    @classmethod
    def from_text(cls, text: str) -> "MaintenanceModel":
        """Read what `to_text` wrote."""
        return cls(StoredModel.model_validate_json(text))

    @cached_property
    def _booster(self) -> "Booster":
        from xgboost import Booster

        return Booster({"nthread": 1}, model_file=bytearray(base64.b64decode(self.stored.trees)))

    def _raw(self, frame: Frame) -> Numbers:
        from xgboost import DMatrix

        encoding = Encoding(self.stored.numeric, self.stored.values, {})
        rows = DMatrix(encoding.numbers(frame), feature_names=feature_names(encoding), nthread=1)
        return np.asarray(self._booster.predict(rows), np.float64)


def feature_names(encoding: Encoding) -> list[str]:
    """The columns' names without the characters that XGBoost refuses."""
    return [f"{at}:{name}".translate(_ALLOWED) for at, name in enumerate(encoding.names)]
