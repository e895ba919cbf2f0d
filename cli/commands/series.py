"""`makoto telemetry series …`: charts' data of several devices, and metrics that are computed of others."""

from typing import Annotated, Any

import typer

from cli.context import AsJson, Limit, Tenant, given
from cli.factory import Domain, From, JsonFile, To, domain, read_object, span
from cli.output import guarded, note, show_json
from cli.plots import Series, check_target, draw
from cli.texts import text
from cli.times import zone_of

app = typer.Typer()

DERIVED = ("name", "expression", "unit", "device", "place")
REPORTS = {
    "states": ("states", ("packml", "mode", "reason", "order")),
    "counters": ("counters", ("good", "scrap", "good_delta", "scrap_delta", "event")),
    "alarms": ("alarm-records", ("id", "severity", "active", "text.en", "text.ja")),
    "births": ("births", ("metrics",)),
}
Name = Annotated[str, typer.Argument(help=text("opt.derived"))]


@app.command("series", help=text("telemetry.series"))
@guarded
def series(
    device: Annotated[list[str], typer.Option("--device", "-d", help=text("opt.devices"))],
    metric: Annotated[list[str], typer.Option("--metric", "-m", help=text("opt.metric"))],
    start: From = "1d",
    end: To = "now",
    resolution: Annotated[str, typer.Option("--resolution", "-r", help=text("opt.resolution"))] = "auto",
    aggregate: Annotated[list[str], typer.Option("--aggregate", "-a", help=text("opt.figures"))] = ["mean"],  # noqa: B006
    max_points: Annotated[int, typer.Option("--max-points", min=2, help=text("opt.max_points"))] = 1000,
    fill: Annotated[str, typer.Option("--fill", help=text("opt.fill"))] = "null",
    zone: Annotated[str, typer.Option("--zone", help=text("opt.zone"))] = "",
    plot: Annotated[str, typer.Option("--plot", help=text("opt.plot"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    check_target(plot)
    telemetry = domain("telemetry", tenant, as_json)
    how = {"resolution": resolution, "max_points": max_points, "fill": fill, **given(tz=zone)}
    whole = _whole(telemetry, {"device": device, "metric": metric, "aggregate": aggregate, **span(start, end), **how})
    if plot and any(each["times"] for each in whole["series"]):
        title = f"{', '.join(device)}  {whole['resolution']}"
        draw(_lines(whole), plot, title=title, zone=zone_of(telemetry.api, tenant))
    elif as_json:
        show_json(whole)
    else:
        _show(telemetry, whole)


@app.command("derived", help=text("telemetry.derived"))
@guarded
def derived(tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    domain("telemetry", tenant, as_json).list("derived", columns=DERIVED, limit=limit)


@app.command("put-derived", help=text("telemetry.put_derived"))
@guarded
def put_derived(name: Name, file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    body = read_object(file)
    telemetry = domain("telemetry", tenant, as_json)
    telemetry.show(telemetry.call("PUT", "derived", name, json=body))


@app.command("remove-derived", help=text("telemetry.remove_derived"))
@guarded
def remove_derived(name: Name, tenant: Tenant = "", as_json: AsJson = False) -> None:
    telemetry = domain("telemetry", tenant, as_json)
    telemetry.show(telemetry.call("DELETE", "derived", name))


@app.command("try-derived", help=text("telemetry.try_derived"))
@guarded
def try_derived(
    file: JsonFile,
    device: Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))],
    start: From = "1d",
    end: To = "now",
    resolution: Annotated[str, typer.Option("--resolution", "-r", help=text("opt.resolution"))] = "auto",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    body = {"definition": read_object(file), "device": device, "resolution": resolution, **span(start, end)}
    telemetry = domain("telemetry", tenant, as_json)
    found = telemetry.call("POST", "derived", "preview", json=body)
    if as_json:
        show_json(found)
    else:
        _show(telemetry, found)


@app.command("reports", help=text("telemetry.reports"))
@guarded
def reports(
    what: Annotated[str, typer.Argument(help=text("opt.report"))],
    device: Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))],
    start: From = "1d",
    end: To = "now",
    tenant: Tenant = "",
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    if what not in REPORTS:
        raise typer.BadParameter(text("opt.report"))
    path, columns = REPORTS[what]
    asked = {"device": device, **span(start, end)}
    domain("telemetry", tenant, as_json).list(path, columns=("time", *columns), limit=limit, **asked)


def _whole(telemetry: Domain, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask part after part until the end of the window; the parts of a series are put together."""
    whole: dict[str, Any] = telemetry.call("GET", "series", params=asked)
    following = whole["next_from"]
    while following:
        more = {**asked, "from": following, "resolution": whole["resolution"]}
        part = telemetry.call("GET", "series", params=more)
        for known, each in zip(whole["series"], part["series"], strict=True):
            known["times"] += each["times"]
            for name, values in each["values"].items():
                known["values"][name] += values
        following = part["next_from"]
    whole["next_from"] = None
    return whole


def _show(telemetry: Domain, whole: dict[str, Any]) -> None:
    figures = list(dict.fromkeys(name for each in whole["series"] for name in each["values"]))
    rows = [
        {"time": at, "device": each["device"], "metric": each["metric"], "unit": each["unit"], **_at(each, place)}
        for each in whole["series"]
        for place, at in enumerate(each["times"])
    ]
    telemetry.show_rows(sorted(rows, key=lambda row: str(row["time"])), ("time", "device", "metric", *figures, "unit"))
    note(text("say.series", resolution=whole["resolution"], why=whole["why"]), style="dim")


def _at(each: dict[str, Any], place: int) -> dict[str, Any]:
    return {name: values[place] for name, values in each["values"].items()}


def _lines(whole: dict[str, Any]) -> list[Series]:
    """A line for each device, metric and figure; the quality of raw readings is none."""
    from datetime import datetime

    lines = []
    for each in whole["series"]:
        times = tuple(datetime.fromisoformat(at) for at in each["times"])
        for name, values in each["values"].items():
            if name != "quality":
                numbers = tuple(value if isinstance(value, int | float) else None for value in values)
                lines.append(Series(f"{each['device']} {each['metric']} ({name})", times, numbers))
    return lines
