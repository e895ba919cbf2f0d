"""What a portion of messages says of a device's alarms and anomalies, for the same atomic write."""

from dataclasses import replace

from functions.telemetry import anomaly_judging
from functions.telemetry.alarm_judging import judged
from functions.telemetry.alarm_states import AlarmStates, states_key
from functions.telemetry.alarm_telling import MOST_FACTS, told
from functions.telemetry.alarm_timers import noted
from functions.telemetry.alerting import Alerting, units_of
from functions.telemetry.changes import Change
from functions.telemetry.held import Held
from functions.telemetry.portion import Portion, contents_of
from makoto.codecs.telemetry import Alarm, MachineState
from makoto.ports.context import TenantContext
from makoto.ports.documents import IfAbsent, IfVersion

RESERVED = 1 + 2 * MOST_FACTS + anomaly_judging.RESERVED
"""Writes that a device's alarms may take of an atomic write: their document, and a fact and a line for each step; and
those that its anomalies may take."""


def watched(portion: Portion, held: Held, change: Change, tenant: TenantContext) -> Change:
    """Add what the readings mean to the write that stores them."""
    if held.alerting is None and not is_alarming(portion):
        return change
    alerting = held.alerting or Alerting(tenant.clock.now())
    change = _with_alarms(portion, held, change, alerting, tenant)
    watch = alerting.watches.get(held.device)
    if portion.batch is None or watch is None or not watch.enabled:
        return change
    found = anomaly_judging.detected(portion.batch, held, watch, tenant)
    return replace(change, facts=(*change.facts, *found.facts), writes=(*change.writes, *found.writes))


def _with_alarms(portion: Portion, held: Held, change: Change, alerting: Alerting, tenant: TenantContext) -> Change:
    if not _concerns_alarms(portion, held, alerting, tenant):
        return change
    now = tenant.clock.now()
    document = tenant.documents.find(states_key(held.device))
    before = AlarmStates.from_document(document)
    after, happened = judged(portion, held, before, alerting, tenant)
    done = told(after, happened, held.device, tenant.tenant_id, now)
    states, notes = noted(done.states, held.device, alerting.rules, now)
    if states == before or not (states.points or before.points):
        return change
    when = IfVersion(document.version) if document else IfAbsent()
    writes = replace(done, states=states).writes(held.device, when)
    return replace(
        change,
        facts=(*change.facts, *done.facts),
        notes=(*change.notes, *notes),
        writes=(*change.writes, *writes),
    )


def _concerns_alarms(portion: Portion, held: Held, alerting: Alerting, tenant: TenantContext) -> bool:
    """Tell whether a rule is about a metric or the machine's state, or the device speaks of alarms."""
    if is_alarming(portion) or (alerting.follows_states and any(True for _ in contents_of(portion, MachineState))):
        return True
    names = portion.batch.names if portion.batch is not None and alerting.has_rules else ()
    return any(alerting.rules_of(held.device, held.path, name, lambda: units_of(held.device, tenant)) for name in names)


def is_alarming(portion: Portion) -> bool:
    """Tell whether the device speaks of an alarm of its own."""
    return any(True for _ in contents_of(portion, Alarm))


def room(portion: Portion, held: Held, max_writes: int) -> int:
    """Tell how many writes are left to the messages themselves."""
    return max_writes - RESERVED if held.alerting is not None or is_alarming(portion) else max_writes
