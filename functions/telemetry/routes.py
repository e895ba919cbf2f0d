"""HTTP routes of alarms, watches, anomalies and forecasts, to which those of readings are added."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from functions.telemetry import alarm_service as service
from functions.telemetry.alarm_commands import (
    AcknowledgeAlarm,
    AlarmId,
    AskAlarmRules,
    AskAlarms,
    AskAnomalies,
    RuleId,
    ShelveAlarm,
)
from functions.telemetry.alarm_views import (
    AlarmHistory,
    AlarmRuleItem,
    AlarmRuleVersion,
    AnomalyItem,
    StandingAlarm,
    StandingAlarms,
    WatchItem,
)
from functions.telemetry.forecasting import AskForecast, MetricForecast, Step, read_forecast
from functions.telemetry.model import Cursor, MetricName
from functions.telemetry.watches import Watch
from makoto.analytics.alarms import AlarmRule, AlarmState
from makoto.domain import DeviceId, Instant, Page, TenantId
from makoto.domain.factory import EquipmentId
from makoto.runtime.composition import platform
from makoto.runtime.http import HttpApi, permit

TELEMETRY = "/api/v1/tenants/<tenant_id>/telemetry"
RULES, ALARMS, WATCHES = f"{TELEMETRY}/alarm-rules", f"{TELEMETRY}/alarms", f"{TELEMETRY}/watches"
RULE, ALARM = f"{RULES}/<rule_id>", f"{ALARMS}/<alarm_id>"
READ_ALARMS, CONFIGURE, HANDLE = permit("alarms:read"), permit("alarms:configure"), permit("alarms:acknowledge")
Tenant = Annotated[TenantId, Path()]
Rule = Annotated[RuleId, Path()]
Alarm = Annotated[AlarmId, Path()]
Watched = Annotated[DeviceId, Path()]
After = Annotated[Cursor | None, Query()]
Limit = Annotated[int, Query(ge=1, le=1000)]
OneDevice = Annotated[DeviceId | None, Query()]

api = HttpApi("telemetry")


@api.get(RULES, middlewares=[READ_ALARMS])
def list_alarm_rules(
    tenant_id: Tenant, limit: Annotated[int, Query(ge=1, le=500)] = 100, cursor: After = None
) -> Page[AlarmRuleItem]:
    return service.list_alarm_rules(AskAlarmRules(limit=limit, cursor=cursor), api.tenant())


@api.get(RULE, middlewares=[READ_ALARMS])
def read_alarm_rule(tenant_id: Tenant, rule_id: Rule) -> AlarmRuleItem:
    return service.read_alarm_rule(rule_id, api.tenant())


@api.put(RULE, middlewares=[CONFIGURE])
def set_alarm_rule(tenant_id: Tenant, rule_id: Rule, body: Annotated[AlarmRule, Body()]) -> AlarmRuleItem:
    return service.set_alarm_rule(rule_id, body, api.tenant())


@api.delete(RULE, middlewares=[CONFIGURE])
def remove_alarm_rule(tenant_id: Tenant, rule_id: Rule) -> AlarmRuleVersion:
    return service.remove_alarm_rule(rule_id, api.tenant())


@api.get(f"{RULE}/versions", middlewares=[READ_ALARMS])
def read_alarm_rule_versions(tenant_id: Tenant, rule_id: Rule) -> Page[AlarmRuleVersion]:
    return service.read_alarm_rule_versions(rule_id, api.tenant())


@api.get(ALARMS, middlewares=[READ_ALARMS])
def list_alarms(
    tenant_id: Tenant,
    equipment: Annotated[EquipmentId | None, Query()] = None,
    device: OneDevice = None,
    severity: Annotated[int | None, Query(ge=1, le=4)] = None,
    state: Annotated[AlarmState | None, Query()] = None,
    limit: Limit = 100,
    cursor: After = None,
) -> StandingAlarms:
    wanted = {"equipment": equipment, "device": device, "severity": severity, "state": state}
    return service.list_alarms(AskAlarms.model_validate({**wanted, "limit": limit, "cursor": cursor}), api.tenant())


@api.get(f"{ALARM}/history", middlewares=[READ_ALARMS])
def read_alarm_history(tenant_id: Tenant, alarm_id: Alarm) -> AlarmHistory:
    return service.read_alarm_history(alarm_id, api.tenant())


@api.post(f"{ALARM}/acknowledge", middlewares=[HANDLE])
def acknowledge_alarm(
    tenant_id: Tenant, alarm_id: Alarm, body: Annotated[AcknowledgeAlarm | None, Body()] = None
) -> StandingAlarm:
    return service.acknowledge_alarm(alarm_id, body or AcknowledgeAlarm(), api.tenant())


@api.post(f"{ALARM}/shelve", middlewares=[HANDLE])
def shelve_alarm(tenant_id: Tenant, alarm_id: Alarm, body: Annotated[ShelveAlarm, Body()]) -> StandingAlarm:
    return service.shelve_alarm(alarm_id, body, api.tenant())


@api.post(f"{ALARM}/unshelve", middlewares=[HANDLE])
def unshelve_alarm(tenant_id: Tenant, alarm_id: Alarm) -> StandingAlarm:
    return service.unshelve_alarm(alarm_id, api.tenant())


@api.put(f"{WATCHES}/<device_id>", middlewares=[CONFIGURE])
def set_watch(tenant_id: Tenant, device_id: Watched, body: Annotated[Watch, Body()]) -> WatchItem:
    return service.set_watch(device_id, body, api.tenant())


@api.get(f"{WATCHES}/<device_id>", middlewares=[READ_ALARMS])
def read_watch(tenant_id: Tenant, device_id: Watched) -> WatchItem:
    return service.read_watch(device_id, api.tenant())


@api.get(f"{TELEMETRY}/anomalies", middlewares=[READ_ALARMS])
def list_anomalies(
    tenant_id: Tenant,
    device: OneDevice = None,
    start: Annotated[Instant | None, Query(alias="from")] = None,
    end: Annotated[Instant | None, Query(alias="to")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: After = None,
) -> Page[AnomalyItem]:
    asked = AskAnomalies(device=device, start=start, end=end, limit=limit, cursor=cursor)
    return service.list_anomalies(asked, api.tenant())


@api.get(f"{TELEMETRY}/forecast", middlewares=[permit("telemetry:read")])
def forecast_metric(  # noqa: PLR0913  each is a part of the question
    tenant_id: Tenant,
    device: Annotated[DeviceId, Query()],
    metric: Annotated[MetricName, Query()],
    resolution: Annotated[Step, Query()] = "1h",
    past: Annotated[int, Query(ge=10, le=2000)] = 336,
    horizon: Annotated[int, Query(ge=1, le=500)] = 24,
    season: Annotated[str, Query(pattern=r"^(auto|[0-9]{1,4})$")] = "auto",
    level: Annotated[float, Query(ge=0.5, lt=1)] = 0.9,
    end: Annotated[Instant | None, Query(alias="to")] = None,
) -> MetricForecast:
    how = {"resolution": resolution, "past": past, "horizon": horizon, "season": season, "level": level, "end": end}
    asked = AskForecast.model_validate({"device": device, "metric": metric, **how})
    return read_forecast(asked, api.tenant(), platform().history)
