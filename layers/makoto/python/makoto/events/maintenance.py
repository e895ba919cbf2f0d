"""Facts about models that predict failures and remaining life."""

from typing import ClassVar

from makoto.domain import Slug, TenantId
from makoto.events.event import Event


class _ModelEvent(Event):
    """What every fact about a model says."""

    source: ClassVar[str] = "makoto.maintenance"

    tenant_id: TenantId
    model_id: Slug
    model_version: int


class TrainingRequested(_ModelEvent):
    """Somebody asked for a version of a model to be trained."""

    name: ClassVar[str] = "maintenance.training_requested"


class ModelTrained(_ModelEvent):
    """A version can be used; whether it beats a constant answer on machines not seen is said with it."""

    name: ClassVar[str] = "maintenance.model_trained"

    is_better_than_baseline: bool


class TrainingFailed(_ModelEvent):
    """A version could not be trained from its frame."""

    name: ClassVar[str] = "maintenance.training_failed"

    reason: str
