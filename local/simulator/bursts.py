"""A known number of readings at once: what the demonstration publishes and waits for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.simulator import clock, payload
from local.simulator.credentials import Credentials
from local.simulator.device import Device, Message
from local.simulator.fleet import alone
from local.simulator.line import Line
from local.simulator.metric import Metric
from local.simulator.payload import Column
from local.simulator.publisher import Publisher

READINGS_PER_MESSAGE = 2_000
STEP_MS = 1_000


class NotConnected(ConnectionError):
    """The broker did not let the device in, in time."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Seconds until the broker's last PUBACK and until the server's acknowledgement, None if that never came."""

    device_id: str
    session: str
    last_seq: int
    readings: int
    messages: int
    bytes: int
    connected_s: float
    delivered_s: float
    stored_s: float | None


def burst(credentials: Credentials, readings: int = 10_000, *, seed: int = 1, timeout_s: float = 30.0) -> Burst:
    """Publish exactly `readings` values, one a second of each metric up to now, and wait until they are stored."""
    now_ms = clock.now_ms()
    line = alone(credentials, seed, now_ms - readings * STEP_MS)
    device = Device(credentials.device_id, clock.new_session(), line.stations[0].metrics)
    messages = [device.birth(now_ms), *_telemetry(device, line, readings, now_ms)]
    publisher = Publisher(credentials, device.session, device.death(now_ms))
    try:
        return _publish(publisher, device, messages, timeout_s)
    finally:
        publisher.close(device.death(clock.now_ms()))


def columns(line: Line, readings: int, end_ms: int) -> list[Column]:
    """Exactly `readings` values, the newest at `end_ms`; the first metrics get one more where it does not divide."""
    metrics: Sequence[Metric] = line.stations[0].metrics
    samples = -(-readings // len(metrics))
    result = {metric.name: Column(metric.name) for metric in metrics}
    for index in range(samples):
        t_ms = end_ms - (samples - 1 - index) * STEP_MS
        line.advance(t_ms)
        for name, reading in line.stations[0].snapshot(t_ms).readings.items():
            result[name].append(t_ms, reading)
    surplus = samples * len(metrics) - readings
    kept = list(result.values())
    return [*kept[: len(kept) - surplus], *(one.part(1, None) for one in kept[len(kept) - surplus :])]


def _telemetry(device: Device, line: Line, readings: int, now_ms: int) -> Iterator[Message]:
    """Whole rows of time in each message, so that a chart fills from left to right."""
    whole = columns(line, readings, now_ms)
    longest = max(len(column.times) for column in whole)
    step = max(1, READINGS_PER_MESSAGE // len(whole))
    for start in range(0, longest, step):
        for group in payload.pack([column.part(start, start + step) for column in whole]):
            yield device.telemetry(group, now_ms)


def _publish(publisher: Publisher, device: Device, messages: Sequence[Message], timeout_s: float) -> Burst:
    began_s = clock.elapsed_s()
    publisher.start()
    if not publisher.wait_connected(timeout_s):
        raise NotConnected(f"{device.edge} was not connected within {timeout_s:g} s: {publisher.failure}")
    connected_s = clock.elapsed_s() - began_s
    publisher.publish(messages)
    publisher.wait_delivered(timeout_s)
    delivered_s = clock.elapsed_s() - began_s
    is_stored = publisher.wait_acknowledged(device.last_seq, timeout_s)
    return Burst(
        device_id=device.edge,
        session=device.session,
        last_seq=device.last_seq,
        readings=publisher.tally.readings,
        messages=publisher.tally.messages,
        bytes=publisher.tally.bytes,
        connected_s=connected_s,
        delivered_s=delivered_s,
        stored_s=clock.elapsed_s() - began_s if is_stored else None,
    )
