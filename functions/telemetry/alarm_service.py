"""Use cases of alarms: rules, what stands, what people do with it, and what time alone does."""

from functions.telemetry.alarm_handling import acknowledge_alarm, shelve_alarm, unshelve_alarm
from functions.telemetry.alarm_listing import list_alarms, read_alarm_history
from functions.telemetry.alarm_rules import (
    list_alarm_rules,
    read_alarm_rule,
    read_alarm_rule_versions,
    remove_alarm_rule,
    set_alarm_rule,
)
from functions.telemetry.alarm_ticks import Tick, TickPorts, serve_tick

__all__ = [
    "Tick",
    "TickPorts",
    "acknowledge_alarm",
    "list_alarm_rules",
    "list_alarms",
    "read_alarm_history",
    "read_alarm_rule",
    "read_alarm_rule_versions",
    "remove_alarm_rule",
    "serve_tick",
    "set_alarm_rule",
    "shelve_alarm",
    "unshelve_alarm",
]
