"""`makoto alarms …`: what is alarming, who has seen it, and the rules."""

from typing import Annotated

import typer

from cli.context import AsJson, Limit, Tenant, given
from cli.factory import Equipment, JsonFile, domain, read_object, speaks_japanese
from cli.failures import Failed
from cli.output import guarded, note
from cli.texts import text
from cli.times import ahead

app = typer.Typer(no_args_is_help=True, help=text("alarms"))

ALARMS = (
    "severity",
    "state",
    "device",
    "metric",
    "text",
    "value",
    "raised_at",
    "cleared_at",
    "acknowledged_by",
    "alarm_id",
)
RULES = ("rule_id", "severity", "metric", "condition", "limits", "unit", "where", "enabled", "never_seen", "revision")
VERSIONS = ("revision", "changed_at", "changed_by", "is_removed", "rule.condition", "rule.high", "rule.low")
STEPS = ("at", "step", "value", "level", "by", "said")
AlarmId = Annotated[str, typer.Argument(help=text("opt.alarm"))]
RuleId = Annotated[str, typer.Argument(help=text("opt.rule"))]


@app.command("list", help=text("alarms.list"))
@guarded
def list_alarms(
    equipment: Equipment = "",
    device: Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))] = "",
    severity: Annotated[int | None, typer.Option("--severity", min=1, max=4, help=text("opt.severity"))] = None,
    state: Annotated[str, typer.Option("--state", help=text("opt.alarm_state"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    alarms = domain("telemetry", tenant, as_json)
    asked = given(equipment=equipment, device=device, state=state) | ({"severity": str(severity)} if severity else {})
    found = alarms.api.listing(alarms.path("alarms"), limit, asked)
    if as_json:
        alarms.show_rows(found, ALARMS)
        return
    language = "ja" if speaks_japanese() else "en"
    found.items[:] = [{**each, "text": each["text"][language]} for each in found.items]
    alarms.show_rows(found, ALARMS)
    summary = alarms.call("GET", "alarms", params={**asked, "limit": 1})["summary"]
    named = ("active", "unacknowledged", "shelved", "suppressed")
    note(text("say.alarms", **{name: summary[name] for name in named}))
    if summary["is_flood"]:
        note(text("say.flood", count=summary["raised_in_10_min"]), style="red")


@app.command("show", help=text("alarms.show"))
@guarded
def show_alarm(alarm: AlarmId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    alarms = domain("telemetry", tenant, as_json)
    found = alarms.call("GET", "alarms", alarm, "history")
    if as_json:
        alarms.show(found)
        return
    alarms.show({name: value for name, value in found.items() if name != "steps"})
    alarms.show_rows(found["steps"], STEPS)


@app.command("ack", help=text("alarms.ack"))
@guarded
def acknowledge(
    alarm: AlarmId,
    comment: Annotated[str, typer.Option("--comment", help=text("opt.comment"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    alarms = domain("telemetry", tenant, as_json)
    alarms.show(alarms.call("POST", "alarms", alarm, "acknowledge", json=given(comment=comment)))


@app.command("shelve", help=text("alarms.shelve"))
@guarded
def shelve(
    alarm: AlarmId,
    until: Annotated[str, typer.Option("--until", help=text("opt.shelve_until"))],
    reason: Annotated[str, typer.Option("--reason", help=text("opt.why"))],
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = {"until": ahead(until), "reason": reason}
    alarms = domain("telemetry", tenant, as_json)
    alarms.show(alarms.call("POST", "alarms", alarm, "shelve", json=body))


@app.command("unshelve", help=text("alarms.unshelve"))
@guarded
def unshelve(alarm: AlarmId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    alarms = domain("telemetry", tenant, as_json)
    alarms.show(alarms.call("POST", "alarms", alarm, "unshelve"))


@app.command("rules", help=text("alarms.rules"))
@guarded
def rules(tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    alarms = domain("telemetry", tenant, as_json)
    found = alarms.api.listing(alarms.path("alarm-rules"), limit, {})
    if not as_json:
        found.items[:] = [_rule(each) for each in found.items]
    alarms.show_rows(found, RULES)


@app.command("rule", help=text("alarms.rule"))
@guarded
def rule(rule_id: RuleId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    alarms = domain("telemetry", tenant, as_json)
    alarms.show(alarms.call("GET", "alarm-rules", rule_id))


@app.command("put-rule", help=text("alarms.put_rule"))
@guarded
def put_rule(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    body = read_object(file)
    if not isinstance(body.get("rule_id"), str):
        raise Failed(text("error.rule_file", file=file))
    alarms = domain("telemetry", tenant, as_json)
    alarms.show(alarms.call("PUT", "alarm-rules", body["rule_id"], json=body))


@app.command("remove-rule", help=text("alarms.remove_rule"))
@guarded
def remove_rule(rule_id: RuleId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    alarms = domain("telemetry", tenant, as_json)
    alarms.show(alarms.call("DELETE", "alarm-rules", rule_id))


@app.command("rule-versions", help=text("alarms.rule_versions"))
@guarded
def rule_versions(rule_id: RuleId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    domain("telemetry", tenant, as_json).list("alarm-rules", rule_id, "versions", columns=VERSIONS, limit=100)


def _rule(item: dict[str, object]) -> dict[str, object]:
    """A rule in one line."""
    said = item["rule"]
    assert isinstance(said, dict)
    limits = [f"{name} {said[name]:g}" for name in ("low", "high", "target", "stale_after_s") if said[name] is not None]
    return {**item, **said, "limits": limits, "where": said["device"] or said["equipment"]}
