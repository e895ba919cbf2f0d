"""`makoto quality …` of gauge studies: how much of a spread is the measuring."""

from typing import Annotated, Any

import typer

from cli.context import AsJson, Limit, Tenant
from cli.factory import JsonFile, domain, read_object
from cli.output import guarded
from cli.texts import text

app = typer.Typer()

GAUGES = ("study.study_id", "study.title", "study.gauge_id", "study.characteristic", "missing", "verdict")
StudyId = Annotated[str, typer.Argument(help=text("opt.study"))]


@app.command("gauges", help=text("quality.gauges"))
@guarded
def gauges(tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    found = quality.api.listing(quality.path("gauge-studies"), limit, {})
    if not as_json:
        found.items[:] = [{**each, "verdict": (each["result"] or {}).get("verdict")} for each in found.items]
    quality.show_rows(found, (*GAUGES, "percent_grr", "ndc"))


@app.command("gauge", help=text("quality.gauge"))
@guarded
def gauge(study: StudyId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    found = quality.call("GET", "gauge-studies", study)
    quality.show(found if as_json else _flat(found))


@app.command("put-gauge", help=text("quality.put_gauge"))
@guarded
def put_gauge(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    made = quality.call("POST", "gauge-studies", json=read_object(file))
    quality.show(made if as_json else _flat(made))


@app.command("measure", help=text("quality.measure"))
@guarded
def measure(
    study: StudyId,
    measurements: Annotated[list[str], typer.Argument(help=text("opt.measurement"))],
    unit: Annotated[str, typer.Option("--unit", help=text("opt.measured_unit"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    body = {"measurements": [_measurement(each) for each in measurements]} | ({"unit": unit} if unit else {})
    found = quality.call("POST", "gauge-studies", study, "measurements", json=body)
    quality.show(found if as_json else _flat(found))


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """A study without its cells, and its components as a table."""
    study = {name: value for name, value in found["study"].items() if name != "cells"}
    result = found["result"] or {}
    told = {name: found[name] for name in ("missing", "percent_grr", "percent_tolerance", "ndc")}
    return {**study, **told, "verdict": result.get("verdict"), "components": result.get("components", [])}


def _measurement(given_as: str) -> dict[str, Any]:
    """Read PART:OPERATOR:TRIAL=VALUE."""
    cell, _, value = given_as.rpartition("=")
    parts = cell.split(":")
    try:
        part, operator, trial = parts
        return {"part": part, "operator": operator, "trial": int(trial), "value": float(value)}
    except ValueError:
        raise typer.BadParameter(text("opt.measurement")) from None
