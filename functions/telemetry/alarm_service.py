"""Use cases of alarms and anomalies: rules and watches, what stands, what people do, what time alone does."""

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
from functions.telemetry.watch_service import list_anomalies, read_watch, set_watch

__all__ = [
    "Tick",
    "TickPorts",
    "acknowledge_alarm",
    "list_alarm_rules",
    "list_alarms",
    "list_anomalies",
    "read_alarm_history",
    "read_alarm_rule",
    "read_alarm_rule_versions",
    "read_watch",
    "remove_alarm_rule",
    "serve_tick",
    "set_alarm_rule",
    "set_watch",
    "shelve_alarm",
    "unshelve_alarm",
]
