"""A machine's day over MQTT: hours of it at a time, each stored before the next is sent."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local.simulator import clock, payload
from local.simulator.bursts import NotConnected
from local.simulator.credentials import Credentials
from local.simulator.day import BEGINS_MIN, ENDS_MIN, LineDay, MachineDay
from local.simulator.device import Device, Message
from local.simulator.publisher import Publisher
from local.simulator.shifts import MINUTE_MS

PIECE_MIN = 240
CONNECT_WITHIN_S = 30.0
STORED_WITHIN_S = 240.0


@dataclass(frozen=True, slots=True)
class Sent:
    """What of a machine's day was stored and acknowledged."""

    device_id: str
    messages: int
    readings: int
    bytes: int


def send_days(days: Sequence[LineDay], credentials: Sequence[Credentials], *, piece_min: int = PIECE_MIN) -> list[Sent]:
    """Send every machine's day by its own certificate, all machines at once; NotConnected where one cannot."""
    keys = {one.device_id: one for one in credentials}
    machines = [(each, day.start_ms) for day in days for each in day.machines]
    with ThreadPoolExecutor(len(machines)) as pool:
        sending = [pool.submit(_send, each, start, keys[each.device_id], piece_min) for each, start in machines]
        return [each.result() for each in sending]


def pieces_of(
    machine: MachineDay, device: Device, start_ms: int, now_ms: int, piece_min: int
) -> Iterator[list[Message]]:
    """The birth, then piece after piece of the day: states, counters, readings."""
    yield [device.birth(now_ms)]
    for minute in range(BEGINS_MIN, ENDS_MIN + 1, piece_min):
        begin = start_ms + minute * MINUTE_MS
        yield list(_piece(machine, device, begin, begin + piece_min * MINUTE_MS, now_ms))


def _piece(machine: MachineDay, device: Device, begin: int, end: int, now_ms: int) -> Iterator[Message]:
    for status in machine.statuses:
        if begin <= status.t_ms < end:
            yield device.state(status, status.t_ms, now_ms)
    for count in machine.counts:
        if begin <= count.t_ms < end:
            yield device.counters(count.good, count.scrap, count.t_ms, now_ms)
    columns = []
    for column in machine.columns.values():
        places = [place for place, t_ms in enumerate(column.times) if begin <= t_ms < end]
        if places:
            columns.append(column.part(places[0], places[-1] + 1))
    for group in payload.pack(columns):
        yield device.telemetry(group, now_ms)


def _send(machine: MachineDay, start_ms: int, credentials: Credentials, piece_min: int) -> Sent:
    now_ms = clock.now_ms()
    device = Device(machine.device_id, clock.new_session(), machine.metrics)
    publisher = Publisher(credentials, device.session, device.death(now_ms))
    publisher.start()
    try:
        if not publisher.wait_connected(CONNECT_WITHIN_S):
            raise NotConnected(f"{device.edge} was not connected: {publisher.failure}")
        for piece in pieces_of(machine, device, start_ms, now_ms, piece_min):
            publisher.publish(piece)
            if not publisher.wait_acknowledged(device.last_seq, STORED_WITHIN_S):
                raise NotConnected(f"{device.edge}: not stored within {STORED_WITHIN_S:g} s")
    finally:
        publisher.close(device.death(clock.now_ms()))
    return Sent(machine.device_id, publisher.tally.messages, publisher.tally.readings, publisher.tally.bytes)
