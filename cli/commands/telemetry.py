"""`makoto telemetry …`"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cli.commands.csv_import import import_file
from cli.context import AsJson, Limit, Tenant, signed_in, tenant_path
from cli.output import console, guarded, show
from cli.plots import Series, draw
from cli.texts import text
from cli.times import instant

app = typer.Typer(no_args_is_help=True, help=text("telemetry"))

From = Annotated[str, typer.Option("--from", help=text("opt.from"))]
To = Annotated[str, typer.Option("--to", help=text("opt.to"))]
Metrics = Annotated[list[str], typer.Option("--metric", "-m")]
LATEST = ("device", "metric", "value", "quality", "status", "time")


@app.command("latest", help=text("telemetry.latest"))
@guarded
def latest(
    device: str = "",
    site: str = "",
    area: str = "",
    line: str = "",
    tenant: Tenant = "",
    limit: Limit = 1000,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    named = (("device", device), ("site", site), ("area", area), ("line", line))
    asked = {name: value for name, value in named if value}
    show(api.items(tenant_path(api, tenant, "telemetry/latest"), limit, **asked), LATEST, as_json=as_json)


@app.command("history", help=text("telemetry.history"))
@guarded
def history(
    device: Annotated[str, typer.Option("--device")],
    metric: Metrics,
    start: From = "1h",
    end: To = "now",
    step: str = "1m",
    aggregation: Annotated[list[str], typer.Option("--aggregation", "-a")] = ["mean"],  # noqa: B006 - Typer copies it
    plot: Annotated[str, typer.Option("--plot", help=text("opt.plot"))] = "",
    tenant: Tenant = "",
    limit: Limit = 2000,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    asked: dict[str, Any] = {
        "device": device,
        "metric": metric,
        "from": instant(start),
        "to": instant(end),
        "step": step,
    }
    if step != "raw":
        asked["aggregation"] = aggregation
    rows = list(api.items(tenant_path(api, tenant, "telemetry/history"), limit, **asked))
    if plot:
        draw(series_of(rows, "value" if step == "raw" else aggregation[0]), plot, title=f"{device}  {step}")
        return
    columns = ("time", "metric", "value", "quality") if step == "raw" else ("time", "metric", *aggregation)
    show(rows, columns, as_json=as_json)


@app.command("import", help=text("telemetry.import"))
@guarded
def import_history(file: Path, device: Annotated[str, typer.Option("--device")], tenant: Tenant = "") -> None:
    api = signed_in()
    outcome = import_file(api, tenant_path(api, tenant, "telemetry/imports"), file, device)
    console.print(text("say.import_done", accepted=outcome.accepted, rejected=len(outcome.rejected)))
    raise typer.Exit(2 if outcome.rejected else 0)


@app.command("export", help=text("telemetry.export"))
@guarded
def export(
    device: Annotated[str, typer.Option("--device")],
    out: Annotated[Path, typer.Option("--out")],
    metric: Metrics = [],  # noqa: B006 - Typer copies it
    start: From = "1d",
    end: To = "now",
    tenant: Tenant = "",
) -> None:
    api = signed_in()
    asked: dict[str, Any] = {
        "device": device,
        "from": instant(start),
        "to": instant(end),
        "format": out.suffix.lstrip(".") or "csv",
    }
    if metric:
        asked["metric"] = metric
    answer = api.call("GET", tenant_path(api, tenant, "telemetry/export"), params=asked)
    with httpx.stream("GET", answer["url"], timeout=60) as response, out.open("wb") as file:
        response.raise_for_status()
        for chunk in response.iter_bytes():
            file.write(chunk)
    console.print(text("say.saved", path=f"{out} ({answer['rows']} rows)"))


@app.command("quarantine", help=text("telemetry.quarantine"))
@guarded
def quarantine(
    device: Annotated[str, typer.Option("--device")], tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False
) -> None:
    api = signed_in()
    rows = api.items(tenant_path(api, tenant, "telemetry/quarantine"), limit, device=device)
    show(rows, ("received_at", "reason", "pointer", "detail", "excerpt"), as_json=as_json)


def series_of(rows: list[dict[str, Any]], column: str) -> Series:
    """Group history rows by metric, in time order."""
    series: Series = {}
    for row in rows:
        series.setdefault(row["metric"], []).append((datetime.fromisoformat(row["time"]), row[column]))
    return series
