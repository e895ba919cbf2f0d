"""What is told of alarms: a fact and a line of history for each step, in their order, so many with one write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.telemetry import keys
from functions.telemetry.alarm_states import MAX_WAITING, AlarmStates, Happened, Place, alarm_id_of, states_key
from makoto.codecs.json_text import to_text
from makoto.domain import instant_from_ms, ms_from_instant
from makoto.ports.documents import Condition, Key, Put, Write
from makoto.ports.outbox import Fact

if TYPE_CHECKING:
    from makoto.events.event import Event

MOST_FACTS = 12
"""As many steps are told with one write; the others wait for the next one, which the schedule brings if need be."""

MOST_STEPS = 8
FLOOD = timedelta(minutes=10)
FLOOD_ALARMS = 10
"""More alarms of one operator in ten minutes are a flood (ISA-18.2-2016, 16.5.6; EEMUA 191)."""

MAX_RECENT = 200
LOG = "alarm-log"
LOG_KEPT = timedelta(days=400)
LOG_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """The alarms after what happened, the facts, and the lines of history."""

    states: AlarmStates
    facts: tuple[Fact, ...]
    logs: tuple[Write, ...]

    def writes(self, device: str, when: Condition) -> list[Write]:
        """List the writes in the device's partition."""
        return [Put(states_key(device), self.states.to_data(), when), *self.logs]


def told(
    states: AlarmStates,
    happened: Sequence[Happened],
    device: str,
    tenant_id: str,
    now: datetime,
    most: int = MOST_FACTS,
) -> Told:
    """Tell what waits and what happened, as much as fits."""
    queue = [*states.waiting, *sorted(happened, key=lambda each: each.step.t)]
    now_told, waiting = queue[:most], queue[most:]
    version, facts, logs = states.told, list[Fact](), list[Write]()
    for each in now_told:
        version += 1
        event = _event_of(each, states, device, tenant_id)
        facts.append(Fact(event, aggregate_of(device), version))
        logs.append(_log(each, device, version, now))
    recent = _recent([*states.recent, *_raised(now_told)], now)
    after = replace(states, told=version, waiting=tuple(_bounded(waiting)), recent=recent)
    return Told(after, tuple(facts), tuple(logs))


def aggregate_of(device: str) -> str:
    """Whose facts the alarms of a device are: told in one order, so that none overtakes another."""
    return f"alarms/{device}"


def calmed(steps: "Sequence[Any]") -> "tuple[list[Any], int]":
    """Leave out the middle of a chattering alarm's steps, in pairs, so that raising and clearing still alternate."""
    excess = max(0, len(steps) - MOST_STEPS)
    excess += excess % 2
    return [*steps[: MOST_STEPS // 2], *steps[MOST_STEPS // 2 + excess :]], excess


def log_key(device: str, alarm_id: str, version: int) -> Key:
    return Key(keys.partition_of(device), f"{log_prefix(alarm_id)}{version:0{LOG_DIGITS}}")


def log_prefix(alarm_id: str) -> str:
    return f"{keys.prefix_of(LOG)}{alarm_id}#"


def _raised(given: Sequence[Happened]) -> list[int]:
    return [each.step.t for each in given if each.step.step == "raised"]


def _recent(times: Sequence[int], now: datetime) -> tuple[int, ...]:
    """Keep what counts into a flood: alarms of the last ten minutes (ISA-18.2-2016, 16.5.6)."""
    first = ms_from_instant(now - FLOOD)
    return tuple(t for t in times if t > first)[-MAX_RECENT:]


def _bounded(waiting: Sequence[Happened]) -> Sequence[Happened]:
    """Of far too many keep the last step of each alarm."""
    if len(waiting) <= MAX_WAITING:
        return waiting
    last: dict[tuple[Place, int], Happened] = {(each.place, each.step.raised_t): each for each in waiting}
    return list(last.values())[-MAX_WAITING:]


def _event_of(happened: Happened, states: AlarmStates, device: str, tenant_id: str) -> "Event":
    from makoto.analytics.alarms import Step
    from makoto.events import telemetry as events

    step, place = happened.step, happened.place
    head: dict[str, Any] = {
        "tenant_id": tenant_id,
        "device_id": device,
        "equipment": states.path,
        "alarm_id": alarm_id_of(device, place, step.raised_t),
        "rule_id": place.rule_id,
        "metric": place.metric,
        "severity": happened.severity,
        "at": instant_from_ms(step.t),
    }
    point = states.points.get(place)
    until = point.shelf.until if point is not None and point.shelf is not None else step.t
    match step.step:
        case Step.RAISED:
            return events.AlarmRaised(**head, value=step.value)
        case Step.CLEARED:
            return events.AlarmCleared(**head)
        case Step.ACKNOWLEDGED:
            return events.AlarmAcknowledged(**head, by=step.by)
        case Step.SHELVED:
            return events.AlarmShelved(**head, until=instant_from_ms(until), by=step.by, reason=step.said)
        case Step.UNSHELVED:
            return events.AlarmUnshelved(**head, by=step.by or None)
        case Step.ESCALATED:
            return events.AlarmEscalated(**head, level=step.level)


def _log(happened: Happened, device: str, version: int, now: datetime) -> Write:
    step = happened.step
    line = {
        "step": step.step,
        "t": step.t,
        "rule_id": happened.place.rule_id,
        "metric": happened.place.metric,
        "severity": happened.severity,
        "value": step.value,
        "level": step.level,
        "by": step.by,
        "said": step.said,
    }
    key = log_key(device, alarm_id_of(device, happened.place, step.raised_t), version)
    return Put(key, {"line": to_text(line)}, expires_at=now + LOG_KEPT)
