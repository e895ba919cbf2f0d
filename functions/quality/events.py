"""Quality's reactions to its own facts and to what traceability found."""

from typing import TYPE_CHECKING

from functions.quality import service
from makoto.events import Envelope
from makoto.events.quality import InspectionRecorded, LotJudged, SpcSignalRaised
from makoto.events.traceability import LotsTraced
from makoto.runtime.events import EventDoor

if TYPE_CHECKING:
    from makoto.ports.context import TenantContext

door = EventDoor("quality")
handler = door.handler


@door.on_tenant(SpcSignalRaised)
def follow_signal(fact: SpcSignalRaised, envelope: Envelope, tenant: "TenantContext") -> None:
    service.follow_signal(fact, tenant)


@door.on_tenant(InspectionRecorded)
def follow_inspection(fact: InspectionRecorded, envelope: Envelope, tenant: "TenantContext") -> None:
    service.follow_inspection(fact, tenant)


@door.on_tenant(LotJudged)
def follow_lot(fact: LotJudged, envelope: Envelope, tenant: "TenantContext") -> None:
    service.follow_lot(fact, tenant)


@door.on_tenant(LotsTraced)
def follow_trace(fact: LotsTraced, envelope: Envelope, tenant: "TenantContext") -> None:
    service.follow_trace(fact, tenant)
