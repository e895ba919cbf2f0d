"""A model's life: asked for, trained or failed, version after version."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from makoto.analytics.model_cards import ModelCard
from makoto.domain import Instant, Slug, Value
from makoto.errors import Conflict, FieldError, Invalid, NotFound

MAX_FRAME_BYTES = 5 * 1024 * 1024
"""What API Gateway passes on to a function as text, with some room."""

MAX_COLUMNS = 500
MAX_PREDICTED = 1000
LONGEST_TRAINING = timedelta(hours=1)
"""A training that has not ended by then was lost: a function runs for 15 minutes, a message is tried a few times."""

FrameId = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class FrameNotFound(NotFound):
    """The tenant has no such frame."""


class ModelNotFound(NotFound):
    """The tenant has no such model, or no such version of it."""


class NotTrained(Conflict):
    """The version is not trained yet, or could not be."""


class BadFrame(Invalid):
    """A frame cannot be read."""


class FrameSummary(Value):
    """A frame as it was stored; `refused` are rows with another number of fields than the header, by their line."""

    frame_id: FrameId
    name: str
    rows: int
    columns: tuple[str, ...]
    refused: tuple[int, ...] = ()
    stored_at: Instant


class ModelStatus(StrEnum):
    """Where a version stands."""

    TRAINING = "training"
    TRAINED = "trained"
    FAILED = "failed"


class TrainModel(Value):
    """Train a new version of a model.

    `target` and `groups` are columns of the frame, `order` the one that tells a machine's rows apart in time: with it
    the means and slopes of the last rows (`windows`) are added as features. `ignore` names columns not to be looked at.
    """

    model_id: Slug
    frame_id: FrameId
    target: ColumnName
    groups: ColumnName
    order: ColumnName | None = None
    windows: Annotated[tuple[Annotated[int, Field(ge=2, le=1000)], ...], Field(max_length=4)] = (5, 20)
    ignore: Annotated[tuple[ColumnName, ...], Field(max_length=MAX_COLUMNS)] = ()
    task: Literal["auto", "regression", "classification"] = "auto"
    cap: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


class TrainedModel(Value):
    """One version of a model, with its card where it is trained and the reason where it is not."""

    model_id: Slug
    version: int
    status: ModelStatus
    asked: TrainModel
    asked_by: str
    asked_at: Instant
    ended_at: Instant | None = None
    card: ModelCard | None = None
    reason: str | None = None


class Predict(Value):
    """Rows to predict for: given here, or a frame that is stored. `level` is that of the interval."""

    rows: Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_PREDICTED)] = ()  # Any: a feature's value
    frame_id: FrameId | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    level: Annotated[float, Field(ge=0.5, lt=1)] = 0.9


class Prediction(Value):
    """What is predicted for a row: a number with its interval, or a class with the share of each."""

    value: float | str
    low: float | None = None
    high: float | None = None
    shares: dict[str, float] | None = None


class Predictions(Value):
    """The predictions in the order of the rows, by which version; read its `cautions`."""

    model_id: Slug
    version: int
    predictions: tuple[Prediction, ...]
    cautions: tuple[str, ...]


def require_one_source(command: Predict) -> None:
    """Rows or a frame, not both and not neither."""
    if bool(command.rows) == (command.frame_id is not None):
        rule = FieldError("/body/rows", "choice", "rows or frame_id")
        raise BadFrame("give rows or a frame_id", errors=[rule])
