"""Reactions of production to its own facts: the lists follow an order even where its writer died before them."""

from typing import TYPE_CHECKING, Final

from functions.production import service
from makoto.events import Envelope, Event
from makoto.events.production import (
    OperationCompleted,
    OperationPaused,
    OperationStarted,
    OperatorClockedOff,
    OperatorClockedOn,
    QuantityReported,
    WorkOrderCancelled,
    WorkOrderPlanned,
    WorkOrderReleased,
    WorkOrderRescheduled,
)
from makoto.runtime.events import EventDoor

if TYPE_CHECKING:
    from makoto.ports.context import TenantContext

FOLLOWED: Final[tuple[type[Event], ...]] = (
    WorkOrderPlanned,
    WorkOrderReleased,
    WorkOrderRescheduled,
    WorkOrderCancelled,
    OperationStarted,
    OperationPaused,
    OperationCompleted,
    QuantityReported,
    OperatorClockedOn,
    OperatorClockedOff,
)
"""Every change is told by one of them; an order's own start and completion come with an operation's."""

door = EventDoor("production")
handler = door.handler


def mend_lists(fact: Event, envelope: Envelope, tenant: "TenantContext") -> None:
    service.mend_lists(str(envelope.data["order_id"]), envelope.version, tenant)


for each in FOLLOWED:
    door.on_tenant(each)(mend_lists)
