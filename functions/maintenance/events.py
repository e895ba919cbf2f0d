"""Reactions of predictive maintenance: what was asked for is trained."""

from typing import TYPE_CHECKING

from functions.maintenance import service
from makoto.events import Envelope
from makoto.events.maintenance import TrainingRequested
from makoto.runtime.events import EventDoor

if TYPE_CHECKING:
    from makoto.ports.context import TenantContext

door = EventDoor("maintenance")
handler = door.handler


@door.on_tenant(TrainingRequested)
def train_model(event: TrainingRequested, envelope: Envelope, tenant: "TenantContext") -> None:
    service.train_model(event.model_id, event.model_version, tenant)
