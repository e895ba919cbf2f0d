"""Reactions of performance: what machines and production say is added to a unit's facts; late ones change figures."""

from typing import TYPE_CHECKING

from functions.performance import service
from makoto.events import Envelope
from makoto.events.performance import FactsChanged
from makoto.events.production import (
    OperationCompleted,
    OperationLeft,
    OperationPaused,
    OperationStarted,
    QuantityReported,
)
from makoto.events.telemetry import MachineReported
from makoto.runtime.events import EventDoor

if TYPE_CHECKING:
    from makoto.ports.context import TenantContext

door = EventDoor("performance")
handler = door.handler


@door.on_tenant(MachineReported)
def take_machine(fact: MachineReported, envelope: Envelope, tenant: "TenantContext") -> None:
    service.take_machine(fact, tenant)


@door.on_tenant(OperationStarted)
def take_started(fact: OperationStarted, envelope: Envelope, tenant: "TenantContext") -> None:
    service.take_started(fact, tenant)


@door.on_tenant(OperationPaused)
def take_paused(fact: OperationPaused, envelope: Envelope, tenant: "TenantContext") -> None:
    service.take_paused(fact, tenant)


@door.on_tenant(OperationCompleted)
def take_completed(fact: OperationCompleted, envelope: Envelope, tenant: "TenantContext") -> None:
    service.take_completed(fact, tenant)


@door.on_tenant(OperationLeft)
def take_left(fact: OperationLeft, envelope: Envelope, tenant: "TenantContext") -> None:
    service.take_completed(fact, tenant)


@door.on_tenant(QuantityReported)
def take_quantity(fact: QuantityReported, envelope: Envelope, tenant: "TenantContext") -> None:
    service.take_quantity(fact, envelope.id, tenant)


@door.on_tenant(FactsChanged)
def follow_facts(fact: FactsChanged, envelope: Envelope, tenant: "TenantContext") -> None:
    service.follow_facts(fact, tenant)
