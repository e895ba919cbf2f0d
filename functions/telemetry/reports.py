"""What a portion's machine states and counters tell the other domains: one fact, with the write that stores them."""

from functions.telemetry.held import Held
from functions.telemetry.portion import Portion, contents_of
from makoto.codecs.telemetry import Counters, MachineState
from makoto.events.telemetry import CountReport, MachineReported, StateReport
from makoto.ports.outbox import Fact


def machine_reported(portion: Portion, held: Held, version: int) -> tuple[Fact, ...]:
    """Tell the reports of a portion, each of which is a record too: fewer than a hundred, some kilobytes."""
    states = tuple(
        StateReport(t=each.t, packml=each.packml, mode=each.mode, reason=each.reason, order=each.order)
        for _, each in contents_of(portion, MachineState)
    )
    counts = tuple(
        CountReport(t=each.t, counters=each.counters.model_dump()) for _, each in contents_of(portion, Counters)
    )
    if not states and not counts:
        return ()
    event = MachineReported(
        tenant_id=held.tenant_id, device_id=held.device, equipment=held.path, states=states, counts=counts
    )
    return (Fact(event, aggregate_of(held.device), version),)


def aggregate_of(device: str) -> str:
    """Whose facts a device's reports are."""
    return f"machine/{device}"
