"""Every event by detail-type, for those who describe or check them all; no function loads this."""

from makoto.events import (
    devices,
    maintenance,
    masters,
    moves,
    performance,
    production,
    quality,
    telemetry,
    tenants,
    traceability,
)
from makoto.events.event import Event

CATALOGUE: dict[str, type[Event]] = {
    event.detail_type(): event
    for module in (
        devices,
        maintenance,
        masters,
        moves,
        performance,
        production,
        quality,
        telemetry,
        tenants,
        traceability,
    )
    for event in vars(module).values()
    if isinstance(event, type) and issubclass(event, Event) and "name" in vars(event)
}
"""A new topic is a module named here."""
