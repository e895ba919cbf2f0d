"""The published language: facts in the past tense that other domains may rely on."""

from makoto.events import devices, moves, tenants
from makoto.events.envelope import Envelope
from makoto.events.event import Event

CATALOGUE: dict[str, type[Event]] = {
    event.detail_type(): event
    for module in (devices, moves, tenants)
    for event in vars(module).values()
    if isinstance(event, type) and issubclass(event, Event) and "name" in vars(event)
}
"""Every event by detail-type; a new topic is a module named here."""

__all__ = ["CATALOGUE", "Envelope", "Event"]
