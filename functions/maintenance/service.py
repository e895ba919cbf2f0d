"""Use cases of predictive maintenance: store a frame, ask for a model, train it, read its card, predict."""

from typing import TYPE_CHECKING

from functions.maintenance import registry
from functions.maintenance.frames import ReadFrame, read_frame
from functions.maintenance.model import (
    LONGEST_TRAINING,
    FrameSummary,
    ModelStatus,
    NotTrained,
    Predict,
    Prediction,
    Predictions,
    TrainedModel,
    TrainModel,
    require_one_source,
)
from makoto.domain import Page
from makoto.errors import FieldError, Invalid
from makoto.events.maintenance import ModelTrained, TrainingFailed, TrainingRequested
from makoto.ports.context import TenantContext
from makoto.ports.outbox import Fact

if TYPE_CHECKING:
    from makoto.analytics.maintenance import MaintenanceModel
    from makoto.analytics.maintenance.frames import Column, Frame

__all__ = [
    "ask_for_model",
    "list_frames",
    "list_models",
    "list_versions",
    "predict",
    "read_frame_summary",
    "read_model",
    "store_frame",
    "train_model",
]


def store_frame(body: bytes, name: str, tenant: TenantContext) -> FrameSummary:
    """Keep a frame of features; rows that do not fit the header are told and left out."""
    read = read_frame(body)
    frame = FrameSummary(
        frame_id=tenant.ids.ulid(),
        name=name,
        rows=read.rows,
        columns=tuple(read.columns),
        refused=read.refused,
        stored_at=tenant.clock.now(),
    )
    registry.save_frame(frame, body, tenant)
    return frame


def read_frame_summary(frame_id: str, tenant: TenantContext) -> FrameSummary:
    return registry.load_frame(frame_id, tenant)


def list_frames(limit: int, cursor: str | None, tenant: TenantContext) -> Page[FrameSummary]:
    return registry.list_frames(limit, cursor, tenant)


def ask_for_model(command: TrainModel, tenant: TenantContext) -> TrainedModel:
    """Begin a version; it is trained in the background. The same request while it is in training begins no other."""
    frame = registry.load_frame(command.frame_id, tenant)
    _require_columns(command, frame)
    held = registry.newest(command.model_id, tenant)
    before = held.newest
    if before is not None and _is_in_training(before, tenant) and before.asked == command:
        return before
    model = TrainedModel(
        model_id=command.model_id,
        version=1 if before is None else before.version + 1,
        status=ModelStatus.TRAINING,
        asked=command,
        asked_by=tenant.principal.username if tenant.principal else "platform",
        asked_at=tenant.clock.now(),
    )
    told = TrainingRequested(tenant_id=tenant.tenant_id, model_id=model.model_id, model_version=model.version)
    tenant.commit(registry.writes_of(model, held), [Fact(told, _aggregate(model), 2 * model.version)])
    return model


def _is_in_training(model: TrainedModel, tenant: TenantContext) -> bool:
    return model.status is ModelStatus.TRAINING and tenant.clock.now() - model.asked_at < LONGEST_TRAINING


def train_model(model_id: str, version: int, tenant: TenantContext) -> None:
    """Train a version that was asked for; what cannot be learnt from ends it with the reason."""
    from makoto.analytics.maintenance import NotTrainable, UnknownColumn, fit

    model = registry.load(model_id, version, tenant)
    asked = model.asked
    try:
        columns = _columns(asked, _stored_frame(asked.frame_id, tenant))
        trained = fit(columns, asked.target, asked.groups, task=asked.task, cap=asked.cap)
    except (NotTrainable, UnknownColumn) as error:
        ended: dict[str, object] = {"status": ModelStatus.FAILED, "reason": error.detail}
        told: TrainingFailed | ModelTrained = TrainingFailed(
            tenant_id=tenant.tenant_id, model_id=model_id, model_version=version, reason=error.detail
        )
    else:
        text = trained.to_text().encode()
        tenant.objects.upload(registry.model_object(model_id, version), text, content_type="application/json")
        ended = {"status": ModelStatus.TRAINED, "card": trained.card}
        is_better = trained.card.is_better_than_baseline
        told = ModelTrained(
            tenant_id=tenant.tenant_id, model_id=model_id, model_version=version, is_better_than_baseline=is_better
        )
    after = model.model_copy(update={**ended, "ended_at": tenant.clock.now()})
    held = registry.newest(model_id, tenant)
    tenant.commit(registry.writes_of(after, held), [Fact(told, _aggregate(model), 2 * version + 1)])


def read_model(model_id: str, version: int | None, tenant: TenantContext) -> TrainedModel:
    return registry.load(model_id, version, tenant)


def list_models(limit: int, cursor: str | None, tenant: TenantContext) -> Page[TrainedModel]:
    return registry.list_models(limit, cursor, tenant)


def list_versions(model_id: str, limit: int, cursor: str | None, tenant: TenantContext) -> Page[TrainedModel]:
    return registry.list_versions(model_id, limit, cursor, tenant)


def predict(model_id: str, command: Predict, tenant: TenantContext) -> Predictions:
    """Predict for rows given here or for a stored frame."""
    from makoto.analytics.maintenance import MaintenanceModel

    require_one_source(command)
    model = registry.load(model_id, command.version, tenant)
    if model.status is not ModelStatus.TRAINED or model.card is None:
        why = model.reason or "wait for it"
        raise NotTrained(f"version {model.version} of model {model_id} is {model.status}: {why}")
    text = tenant.objects.download(registry.model_object(model_id, model.version)).decode()
    frame: Frame = list(command.rows)
    if command.frame_id is not None:
        frame = _columns(model.asked, _stored_frame(command.frame_id, tenant))
    made = _predictions(MaintenanceModel.from_text(text), frame, command.level)
    return Predictions(model_id=model_id, version=model.version, predictions=tuple(made), cautions=model.card.cautions)


def _predictions(model: "MaintenanceModel", frame: "Frame", level: float) -> list[Prediction]:
    if model.card.task == "regression":
        low, high = model.interval(frame, level)
        rows = zip(model.predict(frame).tolist(), low.tolist(), high.tolist(), strict=True)
        return [Prediction(value=value, low=least, high=most) for value, least, most in rows]
    names = [str(each) for each in model.classes]
    judged = zip(model.predict(frame).tolist(), model.probabilities(frame).tolist(), strict=True)
    return [Prediction(value=str(value), shares=dict(zip(names, shares, strict=True))) for value, shares in judged]


def _stored_frame(frame_id: str, tenant: TenantContext) -> ReadFrame:
    registry.load_frame(frame_id, tenant)
    return read_frame(tenant.objects.download(registry.frame_object(frame_id)))


def _columns(asked: TrainModel, frame: ReadFrame) -> dict[str, "Column"]:
    """The frame as the model sees it: with its machines' past where the order of rows is known."""
    from makoto.analytics.maintenance import with_history

    columns: dict[str, Column] = {name: each for name, each in frame.columns.items() if name not in asked.ignore}
    if asked.order is None or not asked.windows:
        return columns
    target = asked.target if asked.target in columns else None
    made = with_history(columns, asked.groups, asked.order, target=target, windows=asked.windows)
    made.pop(asked.order)
    return made


def _require_columns(command: TrainModel, frame: FrameSummary) -> None:
    named = {"target": command.target, "groups": command.groups, "order": command.order}
    errors = [
        FieldError(f"/body/{pointer}", "column", f"the frame has no column {name}")
        for pointer, name in named.items()
        if name is not None and (name not in frame.columns or name in command.ignore)
    ]
    if errors:
        raise Invalid("; ".join(each.detail for each in errors), errors=errors)


def _aggregate(model: TrainedModel) -> str:
    return f"maintenance/{model.model_id}"
