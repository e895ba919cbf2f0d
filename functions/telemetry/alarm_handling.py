"""What people do with alarms: acknowledge, shelve, take off the shelf; each is told and kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from functions.telemetry.alarm_commands import (
    AcknowledgeAlarm,
    AlarmsInUse,
    BadShelving,
    ShelveAlarm,
    UnknownAlarm,
)
from functions.telemetry.alarm_listing import standing_alarm
from functions.telemetry.alarm_states import AlarmStates, Happened, Place, rule_for, states_key
from functions.telemetry.alarm_telling import told
from functions.telemetry.alarm_timers import MAX_ROUNDS, noted
from functions.telemetry.alarm_views import StandingAlarm
from functions.telemetry.alerting import Alerting, read_alerting
from makoto.analytics.alarms import AlarmRule, Outcome, Point, Shelf, acknowledged, shelved, unshelved
from makoto.domain import ms_from_instant
from makoto.errors import FieldError
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfVersion

Handling = Callable[[AlarmRule, Point], Outcome]


def acknowledge_alarm(alarm_id: str, command: AcknowledgeAlarm, tenant: TenantContext) -> StandingAlarm:
    """Note that the caller has seen it; again, it changes nothing."""
    now_ms, by = ms_from_instant(tenant.clock.now()), _caller(tenant)
    return _handle(alarm_id, lambda rule, point: acknowledged(rule, point, now_ms, by, command.comment), tenant)


def shelve_alarm(alarm_id: str, command: ShelveAlarm, tenant: TenantContext) -> StandingAlarm:
    """Put it aside: it is judged on, and nobody is told until the shelf ends."""
    now, by = tenant.clock.now(), _caller(tenant)

    def shelve(rule: AlarmRule, point: Point) -> Outcome:
        if not now < command.until <= now + timedelta(hours=rule.longest_shelving_h):
            detail = f"later than now, by at most {rule.longest_shelving_h} hours"
            raise BadShelving(
                "the alarm cannot be shelved until then", errors=[FieldError("/body/until", "range", detail)]
            )
        return shelved(point, Shelf(ms_from_instant(now), ms_from_instant(command.until), by, command.reason))

    return _handle(alarm_id, shelve, tenant)


def unshelve_alarm(alarm_id: str, tenant: TenantContext) -> StandingAlarm:
    """Take it off the shelf; an active one is told again."""
    now_ms, by = ms_from_instant(tenant.clock.now()), _caller(tenant)
    return _handle(alarm_id, lambda rule, point: unshelved(rule, point, now_ms, by), tenant)


def _handle(alarm_id: str, handling: Handling, tenant: TenantContext) -> StandingAlarm:
    for _ in range(MAX_ROUNDS):
        try:
            return _handled(alarm_id, handling, tenant)
        except ConditionFailed:
            continue
    raise AlarmsInUse("others kept changing the alarms of this device")


def _handled(alarm_id: str, handling: Handling, tenant: TenantContext) -> StandingAlarm:
    device, rule_id, digest, raised_t = alarm_id.split(".")
    document = tenant.documents.find(states_key(device))
    states = AlarmStates.from_document(document)
    place = _place_of(states, rule_id, digest)
    point = None if place is None else states.points[place]
    alerting = read_alerting(tenant)
    rule = None if place is None else rule_for(place, states, alerting.rules)
    if document is None or place is None or point is None or rule is None or max(point.raised_t, 0) != int(raised_t):
        raise UnknownAlarm("the alarm is not standing")
    after, steps = handling(rule, point)
    if steps:
        happened = [Happened(place, rule.severity, step) for step in steps]
        _save(states.with_point(place, after), happened, device, document.version, alerting, tenant)
    return standing_alarm(device, states.path, place, after, rule)


def _save(
    states: AlarmStates,
    happened: list[Happened],
    device: str,
    version: str,
    alerting: Alerting,
    tenant: TenantContext,
) -> None:
    now = tenant.clock.now()
    done = told(states, happened, device, tenant.tenant_id, now)
    after, notes = noted(done.states, device, alerting.rules, now)
    for note in notes:
        tenant.documents.put(note.key, note.data)
    tenant.commit(replace(done, states=after).writes(device, IfVersion(version)), done.facts)


def _place_of(states: AlarmStates, rule_id: str, digest: str) -> Place | None:
    return next((each for each in states.points if each.rule_id == rule_id and _digest(each) == digest), None)


def _digest(place: Place) -> str:
    return sha256(place.metric.encode()).hexdigest()[:10]


def _caller(tenant: TenantContext) -> str:
    return tenant.principal.subject if tenant.principal else ""
