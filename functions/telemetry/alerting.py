"""What a tenant wants watched: its alarm rules and watches, kept in the process as long as nobody changes them.

All of it lies in one partition beside a small mark that changes with it. The mark is read with every batch of messages,
so a change counts from the next batch on; where a store answers from a copy that lags behind, after `KEPT` at most.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from functions.telemetry import keys
from functions.telemetry.manifest import every
from makoto.codecs.json_text import from_text
from makoto.ports.context import TenantContext
from makoto.ports.documents import Document, IfAbsent, IfVersion, Key, Put, Query, Write

if TYPE_CHECKING:
    from functions.telemetry.watches import Watch
    from makoto.analytics.alarms import AlarmRule

PARTITION = "alerting"
MARK = Key(PARTITION, "mark")
RULE, WATCH = "rule#", "watch#"
KEPT = timedelta(seconds=30)
MAX_TENANTS = 500
"""As many tenants' rules are kept in a process."""

MAX_MEMO = 20_000


@dataclass(frozen=True, slots=True)
class Alerting:
    """A tenant's rules and watches as they were read; what applies to a metric is worked out once."""

    read_at: datetime
    rules: Mapping[str, "AlarmRule"] = field(default_factory=dict)
    watches: Mapping[str, "Watch"] = field(default_factory=dict)
    _here: dict[tuple[str, str], tuple["AlarmRule", ...]] = field(default_factory=dict)
    _matching: dict[tuple[str, str, str], tuple["AlarmRule", ...]] = field(default_factory=dict)
    _units: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is watched; rules that are switched off are known only so that alarms of theirs end."""
        return not self.has_rules and not any(each.enabled for each in self.watches.values())

    @property
    def has_rules(self) -> bool:
        return any(each.enabled for each in self.rules.values())

    @property
    def follows_states(self) -> bool:
        """Tell whether a rule asks for the machine's state."""
        return any(each.enabled and each.only_in_states for each in self.rules.values())

    def rules_of(
        self, device: str, path: str, metric: str, units: Callable[[], Mapping[str, str]]
    ) -> "tuple[AlarmRule, ...]":
        """Find the rules of a metric, their limits in its unit; a rule in another kind of unit does not apply."""
        known = self._matching.get((device, path, metric))
        if known is not None:
            return known
        found = [rule for rule in self._rules_here(device, path) if matches(rule.metric, metric)]
        if any(rule.unit for rule in found):
            unit = self._units_of(device, units).get(metric)
            found = [measured for rule in found if (measured := _measured(rule, unit)) is not None]
        if len(self._matching) < MAX_MEMO:
            self._matching[device, path, metric] = tuple(found)
        return tuple(found)

    def _rules_here(self, device: str, path: str) -> "tuple[AlarmRule, ...]":
        if (device, path) not in self._here:
            here = [rule for rule in self.rules.values() if rule.enabled and is_here(rule, device, path)]
            self._here[device, path] = tuple(here)
        return self._here[device, path]

    def _units_of(self, device: str, units: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        if device not in self._units:
            self._units[device] = units()
        return self._units[device]


_kept: dict[str, tuple[str, Alerting]] = {}


def alerting_of(mark: Document | None, tenant: TenantContext) -> Alerting | None:
    """Give what the tenant wants watched, read anew where the mark is another one; absent where there is nothing."""
    if mark is None:
        return None
    name, now = str(mark.data["name"]), tenant.clock.now()
    known = _kept.get(tenant.tenant_id)
    if known is not None and known[0] == name and known[1].read_at <= now < known[1].read_at + KEPT:
        return None if known[1].is_idle else known[1]
    found = read_alerting(tenant)
    if len(_kept) >= MAX_TENANTS:
        _kept.clear()
    _kept[tenant.tenant_id] = (name, found)
    return None if found.is_idle else found


def read_alerting(tenant: TenantContext) -> Alerting:
    """Read all rules and watches."""
    from functions.telemetry.watches import Watch  # classes that only tenants with rules need
    from makoto.analytics.alarms import AlarmRule

    rules, watches = dict[str, AlarmRule](), dict[str, Watch]()
    for document in every(Query(PARTITION, prefix=RULE, limit=500), tenant):
        rule = AlarmRule.model_validate_json(str(document.data["content"]))
        rules[rule.rule_id] = rule
    for document in every(Query(PARTITION, prefix=WATCH, limit=500), tenant):
        watch = Watch.model_validate_json(str(document.data["content"]))
        watches[watch.device] = watch
    return Alerting(tenant.clock.now(), rules, watches)


def with_mark(write: Write, tenant: TenantContext) -> list[Write]:
    """Add the new mark to a change; two changes at once do not both succeed."""
    stored = tenant.documents.find(MARK)
    before = str(stored.data["name"]) if stored else ""
    content = str(write.data["content"]) if isinstance(write, Put) else ""
    name = sha256(f"{before} {write.key.id} {content} {tenant.clock.now().isoformat()}".encode()).hexdigest()[:32]
    when = IfVersion(stored.version) if stored else IfAbsent()
    return [write, Put(MARK, {"name": name}, when)]


def applies(rule: "AlarmRule", device: str, path: str, metric: str) -> bool:
    """Tell whether a rule is for a metric of a device that stands at a place."""
    return is_here(rule, device, path) and matches(rule.metric, metric)


def is_here(rule: "AlarmRule", device: str, path: str) -> bool:
    """Tell whether a rule is for a device that stands at a place."""
    if rule.device is not None:
        return rule.device == device
    return rule.equipment is None or f"{path}/".startswith(f"{rule.equipment}/")


def matches(pattern: str, metric: str) -> bool:
    """Tell whether a metric's name fits a pattern in which `*` stands for any text."""
    if "*" not in pattern:
        return pattern == metric
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), metric, re.DOTALL) is not None


def units_of(device: str, tenant: TenantContext) -> dict[str, str]:
    """Read the units that a device's newest birth declares."""
    births = Query(keys.partition_of(device), prefix=keys.prefix_of("birth"), descending=True, limit=1)
    for document in tenant.documents.query(births).items:
        declared = from_text(str(document.data["message"]))["metrics"]
        return {each["m"]: each["unit"] for each in declared if each.get("unit")}
    return {}


def _measured(rule: "AlarmRule", unit: str | None) -> "AlarmRule | None":
    from makoto.domain.factory import UnitMismatch, UnknownUnit

    try:
        return rule.measured_in(unit)
    except UnknownUnit:  # a word that only the device knows: its readings are taken as the rule's own
        return rule
    except UnitMismatch:
        return None
