"""`makoto quality …` of control charts: points, limits, restarts."""

from typing import Annotated, Any

import typer

from cli.commands.quality_answers import tell_answers
from cli.context import AsJson, Limit, Tenant, given
from cli.factory import At, Equipment, JsonFile, domain, named_or, read_object, repeatable, said
from cli.output import guarded, show_json
from cli.texts import text
from cli.times import instant

app = typer.Typer()

HEADING = ("chart_id", "title", "kind", "characteristics", "subgroup_size", "equipment")
CHARTS = (*(f"chart.{name}" for name in HEADING), "points", "limits_version", "last_rules")
POINTS = ("number", "at", "point_id", "plotted", "limits", "rules", "limits_version", "lots", "is_late", "rejudged")
LIMITS = ("version", "effective_from", "center", "sigma", "points", "excluded", "reason", "frozen_at", "frozen_by")
ChartId = Annotated[str, typer.Argument(help=text("opt.spc_chart"))]
Characteristic = Annotated[str, typer.Option("--characteristic", "-c", help=text("opt.characteristic"))]
Start = Annotated[str, typer.Option("--from", help=text("opt.from"))]
End = Annotated[str, typer.Option("--to", help=text("opt.to"))]


@app.command("charts", help=text("quality.charts"))
@guarded
def charts(
    characteristic: Characteristic = "",
    equipment: Equipment = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    asked = given(characteristic=characteristic, equipment=equipment)
    domain("quality", tenant, as_json).list("charts", columns=CHARTS, limit=limit, **asked)


@app.command("chart", help=text("quality.chart"))
@guarded
def chart(chart_id: ChartId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("GET", "charts", chart_id))


@app.command("put-chart", help=text("quality.put_chart"))
@guarded
def put_chart(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("POST", "charts", json=read_object(file)))


@app.command("points", help=text("quality.points"))
@guarded
def points(
    chart_id: ChartId,
    start: Start = "7d",
    end: End = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    found = quality.api.listing(quality.path("charts", chart_id, "points"), limit, window(start, end))
    if not as_json:
        found.items[:] = [_point(each) for each in found.items]
    quality.show_rows(found, POINTS)


@app.command("add-point", help=text("quality.add_point"))
@guarded
def add_point(
    chart_id: ChartId,
    values: Annotated[list[float] | None, typer.Argument(help=text("opt.values"))] = None,
    point_id: Annotated[str, typer.Option("--id", help=text("opt.point_id"))] = "",
    found: Annotated[int | None, typer.Option("--found", help=text("opt.nonconforming"))] = None,
    inspected: Annotated[int | None, typer.Option("--inspected", help=text("opt.inspected"))] = None,
    unit: Annotated[str, typer.Option("--unit", help=text("opt.measured_unit"))] = "",
    lots: Annotated[list[str], typer.Option("--lot", help=text("opt.lots"))] = [],  # noqa: B006 - Typer copies it
    order: Annotated[str, typer.Option("--order", help=text("opt.order"))] = "",
    operator: Annotated[str, typer.Option("--operator", help=text("opt.operator"))] = "",
    at: At = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    counts = {name: each for name, each in {"found": found, "inspected": inspected}.items() if each is not None}
    name, when = named_or(point_id, "point"), instant(at or "now")
    named = said(point_id=name, values=values, unit=unit, lots=lots, order_id=order, operator=operator)
    with repeatable("--id", f"{name} --at {when}"):
        _add(chart_id, [{"at": when, **counts, **named}], tenant, as_json)


@app.command("import-points", help=text("quality.import_points"))
@guarded
def import_points(chart_id: ChartId, file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    _add(chart_id, read_object(file).get("points"), tenant, as_json)


@app.command("limits", help=text("quality.limits"))
@guarded
def limits(chart_id: ChartId, tenant: Tenant = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    found = quality.api.listing(quality.path("charts", chart_id, "limits"), limit, {})
    if not as_json:
        found.items[:] = [{**each, **_limits(each)} for each in found.items]
    quality.show_rows(found, LIMITS)


@app.command("freeze", help=text("quality.freeze"))
@guarded
def freeze(
    chart_id: ChartId,
    start: Start = "",
    end: End = "",
    effective_from: Annotated[str, typer.Option("--effective-from", help=text("opt.effective_from"))] = "",
    exclude: Annotated[list[str], typer.Option("--exclude", help=text("opt.exclude"))] = [],  # noqa: B006
    reason: Annotated[str, typer.Option("--reason", help=text("opt.why"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    times = given(start=start, end=end, effective_from=effective_from)
    body = {name: instant(at) for name, at in times.items()} | said(
        excluded=[_excluded(each) for each in exclude], reason=reason
    )
    quality = domain("quality", tenant, as_json)
    made = quality.call("POST", "charts", chart_id, "limits", json=body)
    if as_json:
        show_json(made)
        return
    shown = {**made, **_limits(made)}
    quality.show({name: shown[name] for name in LIMITS})
    quality.show_rows(made["limits"]["statistics"], tuple(made["limits"]["statistics"][0]))


@app.command("restart", help=text("quality.restart"))
@guarded
def restart(
    chart_id: ChartId,
    reason: Annotated[str, typer.Option("--reason", help=text("opt.why"))],
    at: At = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    body = {"at": instant(at or "now"), "reason": reason}
    quality.show(quality.call("POST", "charts", chart_id, "restarts", json=body))


def window(start: str, end: str) -> dict[str, str]:
    """The ends of a window that were said."""
    return {name: instant(at) for name, at in {"from": start, "to": end}.items() if at}


def _add(chart_id: str, sent: Any, tenant: str, as_json: bool) -> None:
    quality = domain("quality", tenant, as_json)
    tell_answers(quality.call("POST", "charts", chart_id, "points", json={"points": sent}), as_json)


def _point(point: dict[str, Any]) -> dict[str, Any]:
    """What is plotted, and between which limits."""
    judged = point["judged"]
    plotted = [_number(each["value"]) for each in judged]
    between = [f"{_number(each['lcl'])} … {_number(each['ucl'])}" for each in judged]
    raw = ", ".join(map(_number, point["values"])) or f"{point['found']}/{point['inspected']}"
    return {**point, "plotted": "  ".join(plotted) or raw, "limits": "  ".join(between)}


def _limits(version: dict[str, Any]) -> dict[str, Any]:
    told = version["limits"]
    return {"center": told["center"], "sigma": told["sigma"], "excluded": len(version["excluded"])}


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def _excluded(given_as: str) -> dict[str, str]:
    point, equals, reason = given_as.partition("=")
    if not equals or not point or not reason:
        raise typer.BadParameter(text("opt.exclude"), param_hint="--exclude")
    return {"point_id": point, "reason": reason}
