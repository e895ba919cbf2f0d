"""All devices of one process: the lines they stand in, stepped together and published in turn."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event

from local.simulator import clock
from local.simulator.catalogue import LINES, MACHINING, StationPlan, build_line, single_machine
from local.simulator.credentials import Credentials
from local.simulator.device import Device
from local.simulator.line import Line, Snapshot, Station
from local.simulator.publisher import Publisher

logger = logging.getLogger(__name__)

SUMMARY_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Samples a second of each metric, seconds of them in one message, and how much faster the machines live."""

    rate_hz: float = 1.0
    flush_s: float = 5.0
    speed: float = 1.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    line: Line
    station: Station
    device: Device
    publisher: Publisher


class Fleet:
    """Simulated time runs from the start of the process, `speed` times as fast; messages carry wall time."""

    def __init__(self, members: Sequence[Member], pace: Pace, start_ms: int) -> None:
        self.members = tuple(members)
        self._pace = pace
        self._start_ms = start_ms
        self._lines = list({id(one.line): one.line for one in members}.values())
        self._ticks = 0
        self._flush_ticks = max(1, round(pace.flush_s * pace.rate_hz))

    def start(self, now_ms: int) -> None:
        for member in self.members:
            self._announce(member, now_ms)
            member.publisher.start()

    def tick(self, now_ms: int) -> None:
        """Sample every device; flush a part of them, so that the messages are spread over the interval."""
        for line in self._lines:
            line.advance(self._simulated(now_ms))
        snapshots = {id(line): line.snapshots() for line in self._lines}
        for index, member in enumerate(self.members):
            is_due = (self._ticks + index) % self._flush_ticks == 0
            self._report(member, snapshots[id(member.line)][member.station.name], now_ms, flush=is_due)
        self._ticks += 1

    def stop(self, now_ms: int) -> None:
        for member in self.members:
            member.publisher.publish(member.device.flush(now_ms))
        for member in self.members:
            member.publisher.close(member.device.death(now_ms))

    def _report(self, member: Member, snapshot: Snapshot, now_ms: int, *, flush: bool) -> None:
        if member.publisher.take_rebirth_request():
            self._announce(member, now_ms)
        member.publisher.publish(member.device.observe(snapshot, now_ms, self._wall))
        if flush:
            member.publisher.publish(member.device.flush(now_ms))

    def _announce(self, member: Member, now_ms: int) -> None:
        birth = member.device.birth(now_ms)
        status = member.station.status(now_ms)
        member.publisher.publish([birth, member.device.state(status, now_ms, now_ms)])

    def _simulated(self, now_ms: int) -> int:
        return self._start_ms + round((now_ms - self._start_ms) * self._pace.speed)

    def _wall(self, t_ms: int) -> int:
        return self._start_ms + round((t_ms - self._start_ms) / self._pace.speed)


def assemble(credentials: Sequence[Credentials], pace: Pace, now_ms: int) -> Fleet:
    """Put each device at its station; devices of one tenant's line share that line, others stand alone."""
    lines: dict[tuple[str, str, str], list[Credentials]] = defaultdict(list)
    for one in credentials:
        lines[one.tenant_id, one.site, one.line].append(one)
    placed = [pair for group in lines.values() for pair in _place(group, pace.seed, now_ms)]
    return Fleet([_member(one, line, now_ms) for one, line in placed], pace, now_ms)


def _place(group: Sequence[Credentials], seed: int, now_ms: int) -> Iterator[tuple[Credentials, Line]]:
    plan = LINES.get(group[0].line)
    stations = {station.device_id for station in plan.stations} if plan else set()
    site = f"{group[0].tenant_id}/{group[0].site}"
    shared = build_line(plan, seed=seed, start_ms=now_ms, site=site) if plan and _any_in(group, stations) else None
    for one in group:
        if shared and one.device_id in stations:
            yield one, shared
        else:
            yield one, alone(one, seed, now_ms)


def _any_in(group: Sequence[Credentials], stations: set[str]) -> bool:
    return any(one.device_id in stations for one in group)


def alone(credentials: Credentials, seed: int, now_ms: int) -> Line:
    """A machine for a device that the catalogue does not know, of the kind its name suggests."""
    name = credentials.device_id
    return single_machine(kind_of(name), name, MACHINING.calendar, seed=seed, start_ms=now_ms)


def kind_of(device_id: str) -> StationPlan:
    """`oven-17` is an oven; a name that says nothing is a machining centre."""
    plans = [station for plan in LINES.values() for station in plan.stations]
    kind = device_id.split("-")[0]
    return next((plan for plan in plans if plan.device_id.split("-")[0] == kind), MACHINING.stations[0])


def _member(credentials: Credentials, line: Line, now_ms: int) -> Member:
    station = next(one for one in line.stations if one.name == credentials.device_id)
    device = Device(credentials.device_id, clock.new_session(), station.metrics)
    return Member(line, station, device, Publisher(credentials, device.session, device.death(now_ms)))


def run(fleet: Fleet, pace: Pace, stop: Event, duration_s: float | None = None) -> None:
    """Tick at `rate_hz` until stopped; a summary a minute."""
    began = due = clock.elapsed_s()
    summary = Summary(fleet)
    fleet.start(clock.now_ms())
    while not stop.is_set() and (duration_s is None or due - began < duration_s):
        fleet.tick(clock.now_ms())
        summary.log_when_due()
        # After a pause (a sleeping laptop) go on from now, the missed ticks are a gap.
        due = max(due + 1 / pace.rate_hz, clock.elapsed_s())
        stop.wait(due - clock.elapsed_s())
    fleet.stop(clock.now_ms())
    summary.log("simulator stopped")


class Summary:
    """One line a minute: what went out since the line before, and what it cost."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._began_s = self._last_s = clock.elapsed_s()
        self._last_cpu_s = clock.cpu_s()
        self._last = self._totals()

    def log_when_due(self) -> None:
        if clock.elapsed_s() - self._last_s >= SUMMARY_EVERY_S:
            self.log("simulator summary")

    def log(self, message: str) -> None:
        now_s, cpu_s, totals = clock.elapsed_s(), clock.cpu_s(), self._totals()
        spent_s = max(now_s - self._last_s, 1e-3)
        fields = {name: total - self._last[name] for name, total in totals.items()}
        publishers = [member.publisher for member in self._fleet.members]
        fields |= {
            "devices": len(publishers),
            "connected": sum(one.connected for one in publishers),
            "unacknowledged": sum(one.unacknowledged for one in publishers),
            "interval_s": round(spent_s, 1),
            "cpu_percent": round(100 * (cpu_s - self._last_cpu_s) / spent_s, 2),
        }
        logger.info(message, extra={"fields": fields})
        self._last_s, self._last_cpu_s, self._last = now_s, cpu_s, totals

    def _totals(self) -> dict[str, float]:
        publishers = [member.publisher for member in self._fleet.members]
        return {
            "messages": sum(one.tally.messages for one in publishers),
            "readings": sum(one.tally.readings for one in publishers),
            "bytes": sum(one.tally.bytes for one in publishers),
            "failed": sum(one.tally.failed for one in publishers),
            "evicted": sum(one.evicted for one in publishers),
        }
