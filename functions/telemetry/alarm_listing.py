"""Which alarms stand, and what happened to one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from functions.telemetry.alarm_commands import AskAlarms, UnknownAlarm
from functions.telemetry.alarm_states import AlarmStates, Place, alarm_id_of, rule_for, states_key
from functions.telemetry.alarm_telling import FLOOD, FLOOD_ALARMS, log_prefix
from functions.telemetry.alarm_timers import LISTED
from functions.telemetry.alarm_views import (
    AlarmHistory,
    AlarmStep,
    AlarmSummary,
    ShelfItem,
    StandingAlarm,
    StandingAlarms,
)
from functions.telemetry.alerting import read_alerting
from functions.telemetry.keys import partition_of
from functions.telemetry.manifest import every
from functions.telemetry.place import issue_cursor, read_cursor
from makoto.analytics.alarms import AlarmRule, AlarmState, Point, Step
from makoto.codecs.json_text import from_text
from makoto.domain import instant_from_ms, ms_from_instant
from makoto.errors import Unavailable
from makoto.ports.context import TenantContext
from makoto.ports.documents import Query

READ_AT_ONCE = 100
_UNACKNOWLEDGED = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, AlarmState.LATCHED)


def list_alarms(command: AskAlarms, tenant: TenantContext) -> StandingAlarms:
    """List what is not normal: active before returned, severe before slight, new before old."""
    alarms, recent = list[StandingAlarm](), 0
    rules = read_alerting(tenant).rules
    first = ms_from_instant(tenant.clock.now() - FLOOD)
    for device, states in _listed(command, tenant):
        recent += sum(t > first for t in states.recent)
        for place, point in states.points.items():
            rule = rule_for(place, states, rules)
            if rule is not None and not point.is_idle:
                alarms.append(standing_alarm(device, states.path, place, point, rule))
    wanted = sorted(filter(lambda each: _is_wanted(each, command), alarms), key=_rank)
    begin = int(read_cursor(command, tenant) or 0)
    end = begin + command.limit
    cursor = issue_cursor(command, str(end), tenant) if end < len(wanted) else None
    return StandingAlarms(items=tuple(wanted[begin:end]), summary=_summary(wanted, recent), next_cursor=cursor)


def read_alarm_history(alarm_id: str, tenant: TenantContext) -> AlarmHistory:
    """Tell everything that happened to one occurrence, in order."""
    device, rule_id, _, _ = alarm_id.split(".")
    found = every(Query(partition_of(device), prefix=log_prefix(alarm_id), limit=500), tenant)
    lines = [from_text(str(each.data["line"])) for each in found]
    if not lines:
        raise UnknownAlarm("there was no such alarm")
    return AlarmHistory(
        alarm_id=alarm_id,
        rule_id=rule_id,
        device=device,
        metric=lines[0]["metric"],
        severity=lines[0]["severity"],
        steps=tuple(map(_step, lines)),
    )


def standing_alarm(device: str, path: str, place: Place, point: Point, rule: AlarmRule) -> StandingAlarm:
    """Show an alarm."""
    shelf = point.shelf
    return StandingAlarm(
        alarm_id=alarm_id_of(device, place, point.raised_t),
        rule_id=place.rule_id,
        device=device,
        equipment=path,
        metric=place.metric,
        severity=rule.severity,
        text=rule.text,
        state=point.state,
        is_active=point.is_active,
        raised_at=instant_from_ms(point.raised_t) if point.raised_t >= 0 else None,
        cleared_at=instant_from_ms(point.cleared_t) if point.cleared_t >= 0 else None,
        value=point.raised_value,
        acknowledged_by=point.acknowledged_by or None,
        escalation=point.level,
        late=point.late,
        shelf=ShelfItem(until=instant_from_ms(shelf.until), by=shelf.by, reason=shelf.reason) if shelf else None,
    )


def _listed(command: AskAlarms, tenant: TenantContext) -> Iterator[tuple[str, AlarmStates]]:
    """Read the alarms of the devices that have any."""
    if command.device is not None:
        devices: Sequence[str] = [command.device]
    else:
        devices = [str(each.data["device"]) for each in every(Query(LISTED, limit=1000), tenant)]
    for begin in range(0, len(devices), READ_AT_ONCE):
        some = {states_key(device): device for device in devices[begin : begin + READ_AT_ONCE]}
        got = tenant.documents.batch_get(list(some))
        if got.failed:
            raise Unavailable(f"the store did not answer for {len(got.failed)} of {len(some)} documents")
        for key, document in got.found.items():
            states = AlarmStates.from_document(document)
            if command.equipment is None or f"{states.path}/".startswith(f"{command.equipment}/"):
                yield some[key], states


def _is_wanted(alarm: StandingAlarm, command: AskAlarms) -> bool:
    return command.severity in (None, alarm.severity) and command.state in (None, alarm.state)


def _rank(alarm: StandingAlarm) -> tuple[Any, ...]:
    raised = -ms_from_instant(alarm.raised_at) if alarm.raised_at else 0
    is_hidden = alarm.state in (AlarmState.SHELVED, AlarmState.SUPPRESSED)
    return is_hidden, not alarm.is_active, -alarm.severity, raised, alarm.alarm_id


def _summary(alarms: Sequence[StandingAlarm], recent: int) -> AlarmSummary:
    states = Counter(alarm.state for alarm in alarms)
    active = [alarm for alarm in alarms if alarm.is_active]
    return AlarmSummary(
        active=len(active),
        unacknowledged=sum(states[state] for state in _UNACKNOWLEDGED),
        shelved=states[AlarmState.SHELVED],
        suppressed=states[AlarmState.SUPPRESSED],
        by_severity=dict(sorted(Counter(alarm.severity for alarm in active).items())),
        raised_in_10_min=recent,
        is_flood=recent > FLOOD_ALARMS,
    )


def _step(line: dict[str, Any]) -> AlarmStep:
    return AlarmStep(
        step=Step(line["step"]),
        at=instant_from_ms(line["t"]),
        value=line["value"],
        level=line["level"],
        by=line["by"] or None,
        said=line["said"] or None,
    )
