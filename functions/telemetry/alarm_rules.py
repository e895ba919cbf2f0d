"""Use cases of alarm rules: set, read, list, remove; every version is kept."""

from itertools import islice
from typing import TYPE_CHECKING

from functions.telemetry import alerting, keys
from functions.telemetry.alarm_commands import (
    AlertingChanged,
    AskAlarmRules,
    BadAlarmRule,
    TooManyAlarmRules,
    UnknownAlarmRule,
)
from functions.telemetry.alarm_states import DEVICE_RULE, AlarmStates, states_key
from functions.telemetry.alarm_timers import LISTED, call_for
from functions.telemetry.alarm_views import AlarmRuleItem, AlarmRuleVersion
from functions.telemetry.alerting import applies
from functions.telemetry.latest import Latest
from functions.telemetry.manifest import every
from makoto.analytics.alarms import AlarmRule
from makoto.domain import Page
from makoto.domain.factory import UnitMismatch, UnknownUnit
from makoto.errors import FieldError
from makoto.ports.context import TenantContext
from makoto.ports.documents import Condition, ConditionFailed, Datum, Document, IfAbsent, IfVersion, Key, Put, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_RULES = 500
MOST_DEVICES = 1000
"""So many devices are looked at for the metrics that a rule may be about."""

MOST_DECLARING = 100
"""The declarations of so many devices are compared with a rule's unit; elsewhere it does not apply if it differs."""

VERSION = "version#"


def set_alarm_rule(rule_id: str, rule: AlarmRule, tenant: TenantContext) -> AlarmRuleItem:
    """Set a rule; the same again changes nothing, anything else is a new version."""
    _check(rule_id, rule, tenant)
    stored = tenant.documents.find(_key(rule_id))
    if stored is not None and _is_there(stored) and _rule(stored) == rule:
        return _item(stored, tenant)
    if stored is None or not _is_there(stored):
        _check_room(tenant)
    _save(rule, stored, tenant, is_removed=False)
    if stored is not None:
        _call_for_devices_of(rule_id, tenant)
    return _item(tenant.documents.get(_key(rule_id)), tenant)


def remove_alarm_rule(rule_id: str, tenant: TenantContext) -> AlarmRuleVersion:
    """Remove a rule; its active alarms clear with the next tick of the schedule."""
    stored = _found(rule_id, tenant)
    _save(_rule(stored).model_copy(update={"enabled": False}), stored, tenant, is_removed=True)
    _call_for_devices_of(rule_id, tenant)
    return _version(tenant.documents.get(_key(rule_id)))


def read_alarm_rule(rule_id: str, tenant: TenantContext) -> AlarmRuleItem:
    return _item(_found(rule_id, tenant), tenant)


def list_alarm_rules(command: AskAlarmRules, tenant: TenantContext) -> Page[AlarmRuleItem]:
    """List the rules in the order of their ids."""
    query = Query(alerting.PARTITION, prefix=alerting.RULE, limit=command.limit, cursor=command.cursor)
    page, seen = tenant.documents.query(query), list(_seen(tenant))
    items = tuple(_item_of(each, seen) for each in page.items if _is_there(each))
    return Page(items=items, next_cursor=page.next_cursor)


def read_alarm_rule_versions(rule_id: str, tenant: TenantContext) -> Page[AlarmRuleVersion]:
    """Show how a rule came to be what it is, oldest first."""
    _found(rule_id, tenant)
    kept = Query(alerting.PARTITION, prefix=f"{VERSION}{rule_id}#", limit=100)
    return Page(items=tuple(map(_version, every(kept, tenant))))


def _version(stored: Document) -> AlarmRuleVersion:
    return AlarmRuleVersion(
        revision=_revision(stored),
        changed_at=str(stored.data["changed_at"]),
        changed_by=str(stored.data["changed_by"]),
        is_removed=bool(stored.data["is_removed"]),
        rule=_rule(stored),
    )


def _check(rule_id: str, rule: AlarmRule, tenant: TenantContext) -> None:
    problems = list(rule.problems())
    if rule.rule_id != rule_id:
        problems.append(FieldError("/body/rule_id", "path", "the id in the body is the one in the path"))
    if rule_id == DEVICE_RULE:
        problems.append(FieldError("/body/rule_id", "reserved", "`device` stands for what devices judge themselves"))
    if rule.unit is not None and not problems:
        problems += _unit_problems(rule, tenant)
    if problems:
        raise BadAlarmRule("the rule cannot be", errors=problems)


def _unit_problems(rule: AlarmRule, tenant: TenantContext) -> "Iterator[FieldError]":
    """Compare the rule's unit with what the devices that it is about declare of their metrics."""
    devices = [rule.device] if rule.device is not None else _devices_of(rule, tenant)
    for device in devices:
        for metric, unit in alerting.units_of(device, tenant).items():
            if alerting.matches(rule.metric, metric) and (problem := _unit_problem(rule, unit)):
                yield FieldError("/body/unit", "unit", f"{metric} of {device} is in {unit}: {problem}")


def _devices_of(rule: AlarmRule, tenant: TenantContext) -> list[str]:
    here = (
        device
        for device, path, metrics in _seen(tenant, rule)
        if any(applies(rule, device, path, metric) for metric in metrics)
    )
    return list(islice(here, MOST_DECLARING))


def _unit_problem(rule: AlarmRule, unit: str) -> str:
    try:
        rule.measured_in(unit)
    except UnitMismatch as error:
        return str(error)
    except UnknownUnit:  # the device's own word
        return ""
    return ""


def _check_room(tenant: TenantContext) -> None:
    rules = sum(_is_there(each) for each in every(Query(alerting.PARTITION, prefix=alerting.RULE, limit=500), tenant))
    if rules >= MAX_RULES:
        raise TooManyAlarmRules(f"a tenant has at most {MAX_RULES} alarm rules")


def _save(rule: AlarmRule, stored: Document | None, tenant: TenantContext, *, is_removed: bool) -> None:
    revision = _revision(stored) + 1 if stored else 1
    data: dict[str, Datum] = {
        "content": rule.model_dump_json(),
        "revision": revision,
        "is_removed": is_removed,
        "changed_at": tenant.clock.now().isoformat(),
        "changed_by": tenant.principal.subject if tenant.principal else "",
    }
    when: Condition = IfVersion(stored.version) if stored else IfAbsent()
    version = Put(Key(alerting.PARTITION, f"{VERSION}{rule.rule_id}#{revision:08}"), data)
    try:
        tenant.documents.atomic([*alerting.with_mark(Put(_key(rule.rule_id), data, when), tenant), version])
    except ConditionFailed as failed:
        raise AlertingChanged("another one changed rules or watches at the same time") from failed


def _call_for_devices_of(rule_id: str, tenant: TenantContext) -> None:
    """Let the schedule clear what a rule has raised."""
    for listed in every(Query(LISTED, limit=500), tenant):
        device = str(listed.data["device"])
        states = AlarmStates.from_document(tenant.documents.find(states_key(device)))
        if any(place.rule_id == rule_id for place in states.points):
            call_for([device], tenant)


def _found(rule_id: str, tenant: TenantContext) -> Document:
    stored = tenant.documents.find(_key(rule_id))
    if stored is None or not _is_there(stored):
        raise UnknownAlarmRule(f"there is no alarm rule {rule_id}")
    return stored


def _seen(tenant: TenantContext, rule: AlarmRule | None = None) -> "Iterator[tuple[str, str, frozenset[str]]]":
    """Name what devices have sent, those that a rule may be about or all: device, place and metrics."""
    for document in islice(_latest(tenant, rule), MOST_DEVICES):
        latest = Latest.from_text(str(document.data["latest"]))
        yield str(document.data["device"]), str(document.data["path"]), frozenset(latest.values)


def _latest(tenant: TenantContext, rule: AlarmRule | None) -> "Iterator[Document]":
    if rule is None or rule.device is None:
        prefix = f"{rule.equipment}/" if rule is not None and rule.equipment is not None else ""
        return every(Query(keys.LATEST, prefix=prefix, limit=100), tenant)
    ledger = tenant.documents.find(keys.ledger_key(rule.device))
    found = ledger and tenant.documents.find(keys.latest_key(str(ledger.data["path"]), rule.device))
    return iter([found] if found else [])


def _item(stored: Document, tenant: TenantContext) -> AlarmRuleItem:
    return _item_of(stored, _seen(tenant, _rule(stored)))


def _item_of(stored: Document, seen: "Iterable[tuple[str, str, frozenset[str]]]") -> AlarmRuleItem:
    rule = _rule(stored)
    is_seen = any(applies(rule, device, path, metric) for device, path, metrics in seen for metric in metrics)
    return AlarmRuleItem(
        rule=rule,
        revision=_revision(stored),
        changed_at=str(stored.data["changed_at"]),
        changed_by=str(stored.data["changed_by"]),
        never_seen=not is_seen,
    )


def _key(rule_id: str) -> Key:
    return Key(alerting.PARTITION, alerting.RULE + rule_id)


def _rule(stored: Document) -> AlarmRule:
    return AlarmRule.model_validate_json(str(stored.data["content"]))


def _is_there(stored: Document) -> bool:
    return not stored.data["is_removed"]


def _revision(stored: Document) -> int:
    revision = stored.data["revision"]
    assert isinstance(revision, int)
    return revision
