"""`makoto anomalies …`: readings that were not as they used to be."""

from typing import Annotated

import typer

from cli.context import AsJson, Limit, Tenant, given
from cli.factory import domain, said
from cli.output import guarded
from cli.texts import text
from cli.times import instant

app = typer.Typer(no_args_is_help=True, help=text("anomalies"))

ANOMALIES = ("at", "device", "metric", "value", "expected", "score", "cause", "of_the_machine")
DeviceId = Annotated[str, typer.Argument(help=text("opt.device_id"))]


@app.command("list", help=text("anomalies.list"))
@guarded
def list_anomalies(
    device: Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))] = "",
    start: Annotated[str, typer.Option("--from", help=text("opt.from"))] = "",
    end: Annotated[str, typer.Option("--to", help=text("opt.to"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    window = {name: instant(at) for name, at in {"from": start, "to": end}.items() if at}
    asked = given(device=device) | window
    domain("telemetry", tenant, as_json).list("anomalies", columns=ANOMALIES, limit=limit, **asked)


@app.command("watch", help=text("anomalies.watch"))
@guarded
def watch(
    device: DeviceId,
    metric: Annotated[list[str], typer.Option("--metric", "-m", help=text("opt.metric"))] = [],  # noqa: B006
    threshold: Annotated[float | None, typer.Option("--threshold", help=text("opt.threshold"))] = None,
    min_interval: Annotated[float | None, typer.Option("--min-interval", help=text("opt.min_interval"))] = None,
    together: Annotated[bool, typer.Option("--together", help=text("opt.together"))] = False,
    off: Annotated[bool, typer.Option("--off", help=text("opt.off"))] = False,
    show: Annotated[bool, typer.Option("--show", help=text("opt.show_watch"))] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    telemetry = domain("telemetry", tenant, as_json)
    if show:
        telemetry.show(telemetry.call("GET", "watches", device))
        return
    how = said(metrics=metric, threshold=threshold, min_interval_s=min_interval, is_together=together)
    body = {"device": device, "enabled": not off, **how}
    telemetry.show(telemetry.call("PUT", "watches", device, json=body))
