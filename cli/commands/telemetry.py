"""`makoto telemetry …`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.csv_import import import_file
from cli.commands.downloads import download
from cli.commands.replay import FORMATS as RECORDED
from cli.commands.replay import replay_file
from cli.context import AsJson, Limit, Tenant, given, signed_in, tenant_path
from cli.output import guarded, note, show, show_json, tell
from cli.plots import check_target, draw, series_of
from cli.texts import text
from cli.times import instant, zone_of

app = typer.Typer(no_args_is_help=True, help=text("telemetry"))

Device = Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))]
From = Annotated[str, typer.Option("--from", help=text("opt.from"))]
To = Annotated[str, typer.Option("--to", help=text("opt.to"))]
Metrics = Annotated[list[str], typer.Option("--metric", "-m", help=text("opt.metric"))]
Aggregations = Annotated[list[str], typer.Option("--aggregation", "-a", help=text("opt.aggregation"))]
LATEST = ("device", "metric", "value", "quality", "status", "time")
RAW = ("time", "metric", "value", "quality")
QUARANTINE = ("received_at", "reason", "pointer", "rule", "detail", "excerpt")
HISTORY_PAGE = 2000
FORMATS = {".csv": "csv", ".parquet": "parquet"}


@app.command("latest", help=text("telemetry.latest"))
@guarded
def latest(
    device: Device = "",
    site: Annotated[str, typer.Option("--site", help=text("opt.site"))] = "",
    area: Annotated[str, typer.Option("--area", help=text("opt.area"))] = "",
    line: Annotated[str, typer.Option("--line", help=text("opt.line"))] = "",
    tenant: Tenant = "",
    limit: Limit = 1000,
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    asked = given(device=device, site=site, area=area, line=line)
    found = api.listing(tenant_path(api, tenant, "telemetry", "latest"), limit, asked)
    show(found, LATEST, as_json=as_json, zone=None if as_json else zone_of(api, tenant))


@app.command("history", help=text("telemetry.history"))
@guarded
def history(
    device: Device,
    metric: Metrics,
    start: From = "1h",
    end: To = "now",
    step: Annotated[str, typer.Option("--step", help=text("opt.step"))] = "1m",
    aggregation: Aggregations = ["mean"],  # noqa: B006 - Typer copies it
    plot: Annotated[str, typer.Option("--plot", help=text("opt.plot"))] = "",
    tenant: Tenant = "",
    limit: Limit = 2000,
    as_json: AsJson = False,
) -> None:
    check_target(plot)
    span: dict[str, Any] = {"from": instant(start), "to": instant(end), "step": step}
    api = signed_in()
    asked = span | {"device": device, "metric": metric} | ({} if step == "raw" else {"aggregation": aggregation})
    found = api.listing(tenant_path(api, tenant, "telemetry", "history"), limit, asked, page=HISTORY_PAGE)
    columns = RAW if step == "raw" else ("time", "metric", *aggregation)
    if plot and found.items:
        drawn = ("value",) if step == "raw" else tuple(aggregation)
        draw(series_of(found.items, drawn), plot, title=f"{device}  {step}", zone=zone_of(api, tenant))
    else:
        show(found, columns, as_json=as_json, zone=None if as_json else zone_of(api, tenant))


@app.command("import", help=text("telemetry.import"))
@guarded
def import_history(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help=text("opt.csv"))],
    device: Device,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    api = signed_in()
    outcome = import_file(api, tenant_path(api, tenant, "telemetry", "imports"), file, device)
    if as_json:
        show_json({"import_id": outcome.import_id, "accepted": outcome.accepted, "rejected": outcome.rejected})
    else:
        outcome.explain()
        tell(text("say.import_done", accepted=outcome.accepted, rejected=len(outcome.rejected)))
    raise typer.Exit(2 if outcome.rejected else 0)


@app.command("replay", help=text("telemetry.replay"))
@guarded
def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help=text("opt.recording"))],
    device: Device,
    form: Annotated[str, typer.Option("--format", help=text("opt.format", formats=", ".join(RECORDED)))],
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    if form not in RECORDED:
        raise typer.BadParameter(text("opt.format", formats=", ".join(RECORDED)), param_hint="--format")
    api = signed_in()
    done = replay_file(api, tenant_path(api, tenant, "telemetry", "ingress"), file, device, form)
    if as_json:
        show_json({"stream": done.stream, "accepted": done.accepted, "counts": done.counts, "refused": done.refused})
    else:
        done.explain()
        counts = ", ".join(f"{name} {count}" for name, count in sorted(done.counts.items())) or "-"
        tell(text("say.played", accepted=done.accepted, refused=done.counts["refused"], counts=counts))
    raise typer.Exit(2 if done.refused else 0)


@app.command("export", help=text("telemetry.export"))
@guarded
def export(
    device: Device,
    out: Annotated[Path, typer.Option("--out", help=text("opt.out_export"))],
    metric: Metrics = [],  # noqa: B006 - Typer copies it
    start: From = "1d",
    end: To = "now",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    if out.suffix not in FORMATS:
        raise typer.BadParameter(text("error.format"), param_hint="--out")
    if not out.parent.is_dir():
        raise typer.BadParameter(text("error.no_folder", path=out.parent), param_hint="--out")
    span: dict[str, Any] = {"from": instant(start), "to": instant(end), "format": FORMATS[out.suffix]}
    api = signed_in()
    asked = span | {"device": device} | ({"metric": metric} if metric else {})
    answer = api.call("GET", tenant_path(api, tenant, "telemetry", "export"), params=asked)
    size = download(answer["url"], out)
    if as_json:
        show_json({"path": str(out), "rows": answer["rows"], "bytes": size})
    else:
        note(text("say.exported", rows=answer["rows"], size=size, path=out))


@app.command("quarantine", help=text("telemetry.quarantine"))
@guarded
def quarantine(device: Device, tenant: Tenant = "", limit: Limit = 100, as_json: AsJson = False) -> None:
    api = signed_in()
    found = api.listing(tenant_path(api, tenant, "telemetry", "quarantine"), limit, {"device": device})
    show(found, QUARANTINE, as_json=as_json, zone=None if as_json else zone_of(api, tenant))
