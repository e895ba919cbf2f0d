"""What time alone does to alarms: ends of delays, silence, escalation, ends of shelves.

When a device is due is noted in a partition of its own, in the order of time, before the write that makes it due: a
tick reads only what is due, a note too many finds nothing to do, and none is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from functions.telemetry import keys
from functions.telemetry.alarm_judging import Judging
from functions.telemetry.alarm_states import AlarmStates, rule_for, states_key
from functions.telemetry.alarm_telling import FLOOD, told
from functions.telemetry.alerting import Alerting, read_alerting
from functions.telemetry.manifest import every
from makoto.domain import ms_from_instant
from makoto.errors import Invalid
from makoto.ports.context import TenantContext
from makoto.ports.documents import ConditionFailed, IfVersion, Key, Put, Query

if TYPE_CHECKING:
    from makoto.analytics.alarms import AlarmRule

DUE, LISTED = "alarms-due", "alarms-listed"
GRACE_MS = 30_000
"""How long readings may be on their way before time goes on without them."""

MAX_ROUNDS = 20
MOST_FACTS = 40
"""As many steps a tick tells with one write, which holds nothing else."""

MOST_DEVICES = 500
"""As many devices of one tenant are served with one tick."""


def listed_key(device: str) -> Key:
    """Where the tenant's list names a device whose alarms are to be shown."""
    return Key(LISTED, device)


def noted(
    states: AlarmStates, device: str, rules: "Mapping[str, AlarmRule]", now: datetime
) -> tuple[AlarmStates, list[Put]]:
    """Say what must be written before the alarms are: the device in the list, and when it is due."""
    notes, now_ms = list[Put](), ms_from_instant(now)
    if not states.is_idle and not states.is_listed:
        notes.append(Put(listed_key(device), {"device": device}))
        states = replace(states, is_listed=True)
    due = _due(states, rules, now_ms)
    if due is None or (now_ms < states.timer <= due):
        return states, notes
    due = max(due, now_ms + 1)
    notes.append(Put(Key(DUE, f"{keys.instant_name(due)}#{device}"), {"device": device}))
    return replace(states, timer=due), notes


def let_time_pass(tenant: TenantContext, is_late: Callable[[], bool]) -> tuple[int, int]:
    """Serve the devices of a tenant that are due; tell how many, and of how many the alarms could not be kept.

    What fails stays due, and holds up no other device.
    """
    now, served, failed = tenant.clock.now(), set[str](), set[str]()
    alerting: Alerting | None = None
    for note in every(Query(DUE, end=keys.instant_name(ms_from_instant(now)), limit=100), tenant):
        if is_late() or len(served) >= MOST_DEVICES:
            break
        alerting = alerting or read_alerting(tenant)
        device = str(note.data["device"])
        if device not in served | failed:
            (served if _serve(device, alerting, tenant) else failed).add(device)
        if device in served:
            tenant.documents.delete(note.key)
    return len(served), len(failed)


def call_for(devices: Iterable[str], tenant: TenantContext) -> None:
    """Let the next tick look at some devices."""
    due = keys.instant_name(ms_from_instant(tenant.clock.now()))
    for device in devices:
        tenant.documents.put(Key(DUE, f"{due}#{device}"), {"device": device})


def _serve(device: str, alerting: Alerting, tenant: TenantContext) -> bool:
    for _ in range(MAX_ROUNDS):
        try:
            if not _let_pass(device, alerting, tenant):
                return True
        except ConditionFailed:
            continue
        except Invalid:
            return False
    return False


def _let_pass(device: str, alerting: Alerting, tenant: TenantContext) -> bool:
    """Let time pass for a device, and say whether more of it is to be told."""
    document = tenant.documents.find(states_key(device))
    if document is None:
        return False
    now = tenant.clock.now()
    states = _passed(AlarmStates.from_document(document), device, alerting, ms_from_instant(now))
    done = told(states.states, states.happened, device, tenant.tenant_id, now, MOST_FACTS)
    listed = tenant.documents.find(listed_key(device)) if done.states.is_listed else None
    after = done.states if _is_shown(done.states, now) else replace(done.states, is_listed=False)
    after, notes = noted(after, device, alerting.rules, now)
    for note in notes:
        tenant.documents.put(note.key, note.data)
    tenant.commit(replace(done, states=after).writes(device, IfVersion(document.version)), done.facts)
    if listed is not None and not after.is_listed:
        _unlist(listed.key, listed.version, tenant)
    return bool(after.waiting)


def _unlist(key: Key, version: str, tenant: TenantContext) -> None:
    """Take a device off the list unless it was put there again."""
    try:
        tenant.documents.delete(key, when=IfVersion(version))
    except ConditionFailed:
        return


def _passed(states: AlarmStates, device: str, alerting: Alerting, now_ms: int) -> Judging:
    from makoto.analytics.alarms import passed

    judging = Judging(states, device, alerting)
    judging.withdraw(now_ms)
    for place, point in list(judging.states.points.items()):
        rule = rule_for(place, states, alerting.rules)
        if rule is not None:
            judging.settle(place, rule.severity, passed(rule, point, now_ms, GRACE_MS))
    return judging


def _is_shown(states: AlarmStates, now: datetime) -> bool:
    first = ms_from_instant(now - FLOOD)
    return not states.is_idle or any(t > first for t in states.recent)


def _due(states: AlarmStates, rules: "Mapping[str, AlarmRule]", now_ms: int) -> int | None:
    from makoto.analytics.alarms import due_at

    dues = [now_ms] if states.waiting else []
    for place, point in states.points.items():
        rule = rule_for(place, states, rules)
        due = None if rule is None else due_at(rule, point, GRACE_MS) if rule.enabled else now_ms
        dues += [] if due is None else [due]
    if states.is_listed and states.is_idle:
        dues.append(max(states.recent, default=now_ms) + int(FLOOD.total_seconds() * 1000))
    return min(dues, default=None)
