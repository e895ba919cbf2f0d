"""The relay and the queue played by hand: facts of traceability are delivered to itself, twice if asked."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from functions.traceability import events, records
from makoto.events import Envelope, Event
from makoto.events.traceability import SweepAdvanced
from makoto.ports.context import TenantContext
from makoto.ports.documents import Key, Query
from makoto.ports.inbox import AlreadyHandled
from makoto.ports.outbox import PENDING, Handled
from tests.builders import TENANT
from tests.unit.traceability.conftest import Plant

REACTIONS = events.door.tenant_reactions


def deliver(plant: Plant, fact: Event, event_id: str = "event-1") -> None:
    """Hand a fact to traceability as its queue does."""
    envelope = Envelope.around(
        fact,
        tenant_id=TENANT,
        aggregate=event_id,
        version=1,
        occurred_at=plant.clock.now(),
        correlation_id="correlation-1",
    )
    react(plant, envelope)


def react(plant: Plant, envelope: Envelope) -> None:
    """Run the reaction to an envelope; one that was handled before changes nothing."""
    kind, reaction = REACTIONS[envelope.detail_type]
    tenant = replace(plant.tenant, principal=None, handled=Handled("traceability", envelope.id))
    try:
        reaction(kind.model_validate(envelope.data), envelope, tenant)
    except AlreadyHandled:
        return


def relay(plant: Plant, times: int = 1) -> int:
    """Deliver what a sweep tells until it tells nothing more, each so often; how many steps there were."""
    done: set[str] = set()
    while True:
        waiting = [each for each in _pending(plant.tenant) if each.id not in done]
        if not waiting:
            return len(done)
        for envelope in waiting:
            for _ in range(times):
                react(plant, envelope)
            done.add(envelope.id)


def steps_waiting(plant: Plant) -> list[Envelope]:
    """The steps that were told and not delivered by `relay`."""
    return list(_pending(plant.tenant))


def _pending(tenant: TenantContext) -> Iterable[Envelope]:
    system, cursor = tenant.documents.system(), None
    found: list[Any] = []
    while True:
        page = system.query(Query(records.PARTITION, prefix=f"{PENDING}sweep%2F", limit=1000, cursor=cursor))
        found += page.items
        if (cursor := page.next_cursor) is None:
            break
    told = (Envelope.model_validate_json(str(each.data["envelope"])) for each in found)
    return [each for each in told if each.detail_type == SweepAdvanced.detail_type()]


def forget(plant: Plant, envelope: Envelope) -> None:
    """Lose the mark that an event was handled, as after fourteen days."""
    mark = Key(records.PARTITION, f"\x01inbox/traceability/{envelope.id}")
    plant.tenant.documents.system().delete(mark)
