"""Reactions of traceability: production makes and consumes lots, quality has them held and released."""

from typing import TYPE_CHECKING

from functions.traceability import holds, reactions, sweeping
from makoto.events import Envelope
from makoto.events.production import QuantityReported
from makoto.events.quality import NonConformanceClosed, NonConformanceDispositioned, NonConformanceOpened
from makoto.events.traceability import SweepAdvanced
from makoto.runtime.events import EventDoor

if TYPE_CHECKING:
    from makoto.ports.context import TenantContext

door = EventDoor("traceability")
handler = door.handler


@door.on_tenant(QuantityReported)
def record_report(event: QuantityReported, envelope: Envelope, tenant: "TenantContext") -> None:
    reactions.record_report(event, envelope.id, tenant)


@door.on_tenant(NonConformanceOpened)
def follow_non_conformance(event: NonConformanceOpened, envelope: Envelope, tenant: "TenantContext") -> None:
    holds.follow_non_conformance(event, tenant)


@door.on_tenant(NonConformanceDispositioned)
def follow_disposition(event: NonConformanceDispositioned, envelope: Envelope, tenant: "TenantContext") -> None:
    holds.follow_disposition(event, envelope.id, tenant)


@door.on_tenant(NonConformanceClosed)
def follow_closing(event: NonConformanceClosed, envelope: Envelope, tenant: "TenantContext") -> None:
    holds.follow_closing(event, tenant)


@door.on_tenant(SweepAdvanced)
def advance_sweep(event: SweepAdvanced, envelope: Envelope, tenant: "TenantContext") -> None:
    sweeping.advance(event.sweep_id, event.step, tenant)
