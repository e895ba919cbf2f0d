"""`makoto quality …`: inspection plans, results, and whether a lot is accepted."""

from typing import Annotated, Any

import typer

from cli.commands.quality_answers import tell_answers
from cli.commands.quality_capas import app as capas
from cli.commands.quality_cases import app as cases
from cli.commands.quality_charts import app as charts
from cli.commands.quality_figures import app as figures
from cli.commands.quality_gauges import app as gauges
from cli.context import AsJson, Limit, Tenant, given
from cli.factory import At, Domain, Equipment, JsonFile, domain, named_or, read_object, repeatable, said
from cli.output import guarded, show_json
from cli.texts import text
from cli.times import instant

app = typer.Typer(no_args_is_help=True, help=text("quality"))
for part in (charts, figures, cases, capas, gauges):
    app.add_typer(part)

PLANS = ("plan_id", "version", "title", "product", "operation", "is_capa_required", "is_retired", "written_at")
FOUND = ("values", "inspected", "nonconforming", "defects", "is_conforming", "out_of_tolerance")
RESULTS = ("at", "characteristic", *FOUND, "lot_id", "order_id", "equipment", "operator", "result_id")
DECISIONS = ("characteristic", "is_accepted", "inspected", "nonconforming", "sample", "accept", "next_severity", "at")
PlanId = Annotated[str, typer.Argument(help=text("opt.plan"))]
LotId = Annotated[str, typer.Argument(help=text("opt.lot"))]
OfPlan = Annotated[str, typer.Option("--plan", help=text("opt.plan"))]
Characteristic = Annotated[str, typer.Option("--characteristic", "-c", help=text("opt.characteristic"))]
Lot = Annotated[str, typer.Option("--lot", help=text("opt.lot"))]
Order = Annotated[str, typer.Option("--order", help=text("opt.order"))]
Start = Annotated[str, typer.Option("--from", help=text("opt.from"))]
End = Annotated[str, typer.Option("--to", help=text("opt.to"))]


@app.command("plans", help=text("quality.plans"))
@guarded
def plans(
    product: Annotated[str, typer.Option("--product", help=text("opt.product"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    domain("quality", tenant, as_json).list("inspection-plans", columns=PLANS, limit=limit, product=product)


@app.command("plan", help=text("quality.plan"))
@guarded
def plan(
    plan_id: PlanId,
    version: Annotated[int | None, typer.Option("--version", min=1, help=text("opt.plan_version"))] = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("GET", "inspection-plans", plan_id, params=said(version=version)))


@app.command("plan-versions", help=text("quality.plan_versions"))
@guarded
def plan_versions(plan_id: PlanId, tenant: Tenant = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    domain("quality", tenant, as_json).list("inspection-plans", plan_id, "versions", columns=PLANS, limit=limit)


@app.command("put-plan", help=text("quality.put_plan"))
@guarded
def put_plan(
    file: JsonFile,
    version: Annotated[int | None, typer.Option("--version", min=2, help=text("opt.new_version"))] = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = read_object(file)
    quality = domain("quality", tenant, as_json)
    if version is None:
        quality.show(quality.call("POST", "inspection-plans", json=body))
        return
    content = {name: value for name, value in body.items() if name != "plan_id"}
    path = ("inspection-plans", str(body.get("plan_id", "")), "versions", str(version))
    quality.show(quality.call("PUT", *path, json=content))


@app.command("retire-plan", help=text("quality.retire_plan"))
@guarded
def retire_plan(plan_id: PlanId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("DELETE", "inspection-plans", plan_id))


@app.command("record", help=text("quality.record"))
@guarded
def record(
    characteristic: Annotated[str, typer.Argument(help=text("opt.characteristic"))],
    values: Annotated[list[float] | None, typer.Argument(help=text("opt.values"))] = None,
    result_id: Annotated[str, typer.Option("--id", help=text("opt.result_id"))] = "",
    of_plan: OfPlan = "",
    unit: Annotated[str, typer.Option("--unit", help=text("opt.measured_unit"))] = "",
    inspected: Annotated[int | None, typer.Option("--inspected", help=text("opt.inspected"))] = None,
    nonconforming: Annotated[int | None, typer.Option("--nonconforming", help=text("opt.nonconforming"))] = None,
    defects: Annotated[int | None, typer.Option("--defects", help=text("opt.defects"))] = None,
    lot: Lot = "",
    order: Order = "",
    equipment: Equipment = "",
    operator: Annotated[str, typer.Option("--operator", help=text("opt.operator"))] = "",
    at: At = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    counts = {"inspected": inspected, "nonconforming": nonconforming, "defects": defects}
    found = {name: count for name, count in counts.items() if count is not None} | said(values=values, unit=unit)
    where = given(plan_id=of_plan, lot_id=lot, order_id=order, equipment=equipment, operator=operator)
    name, when = named_or(result_id, "result"), instant(at or "now")
    body = {"result_id": name, "characteristic": characteristic, "at": when, **found, **where}
    with repeatable("--id", f"{name} --at {when}"):
        _record([body], tenant, as_json)


@app.command("import-results", help=text("quality.import_results"))
@guarded
def import_results(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    _record(read_object(file).get("results"), tenant, as_json)


@app.command("results", help=text("quality.results"))
@guarded
def results(
    characteristic: Characteristic = "",
    lot: Lot = "",
    order: Order = "",
    equipment: Equipment = "",
    failed: Annotated[bool, typer.Option("--failed", help=text("opt.failed"))] = False,
    start: Start = "",
    end: End = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    asked = given(characteristic=characteristic, lot=lot, order=order, equipment=equipment)
    window = {name: instant(at) for name, at in {"from": start, "to": end}.items() if at}
    only = {"conforming": "false"} if failed else {}
    domain("quality", tenant, as_json).list("results", columns=RESULTS, limit=limit, **asked, **window, **only)


@app.command("judge", help=text("quality.judge"))
@guarded
def judge(
    lot_id: LotId,
    of_plan: OfPlan,
    size: Annotated[int, typer.Option("--size", min=1, help=text("opt.lot_size"))],
    characteristic: Characteristic = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    body = {"plan_id": of_plan, "lot_size": size} | given(characteristic=characteristic)
    _decisions(quality, quality.call("POST", "lots", lot_id, "acceptance", json=body))


@app.command("acceptance", help=text("quality.acceptance"))
@guarded
def acceptance(lot_id: LotId, of_plan: OfPlan, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    _decisions(quality, quality.call("GET", "lots", lot_id, "acceptance", params={"plan": of_plan}))


@app.command("resume", help=text("quality.resume"))
@guarded
def resume(
    plan_id: PlanId,
    characteristic: Characteristic,
    reason: Annotated[str, typer.Option("--reason", help=text("opt.why"))],
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    body = {"characteristic": characteristic, "reason": reason}
    quality.show(quality.call("POST", "inspection-plans", plan_id, "resume", json=body))


def _record(results: Any, tenant: str, as_json: bool) -> None:
    """Send results; each that is refused is told, and the exit code says so."""
    quality = domain("quality", tenant, as_json)
    answer = quality.call("POST", "results", json={"results": results})
    tell_answers(answer, as_json)


def _decisions(quality: Domain, answer: dict[str, Any]) -> None:
    if quality.as_json:
        show_json(answer)
        return
    rows = [
        {**each, "sample": each["sampling"]["n"], "accept": each["sampling"]["accept"]} for each in answer["decisions"]
    ]
    quality.show({name: answer[name] for name in ("lot_id", "plan_id", "is_accepted")})
    quality.show_rows(rows, DECISIONS)
