"""`makoto telemetry forecast`: where a metric is going, and how far to believe it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.telemetry import HISTORY_PAGE
from cli.context import AsJson, Tenant, given
from cli.factory import Domain, domain, speaks_japanese
from cli.output import guarded, note, show_json
from cli.pictures import FORMS, check_picture, save_picture
from cli.texts import text
from cli.times import instant, zone_of

app = typer.Typer()

ABOUT = ("device", "metric", "resolution", "known_until", "model", "season", "level", "is_better_than_naive", "missing")
STEPS = ("time", "mean", "low", "high")
SCORES = ("model", "mae", "rmse", "mase", "coverage")


@app.command("forecast", help=text("telemetry.forecast"))
@guarded
def forecast(
    device: Annotated[str, typer.Option("--device", "-d", help=text("opt.device_id"))],
    metric: Annotated[str, typer.Option("--metric", "-m", help=text("opt.one_metric"))],
    resolution: Annotated[str, typer.Option("--resolution", "-r", help=text("opt.forecast_step"))] = "1h",
    past: Annotated[int, typer.Option("--past", min=10, help=text("opt.past"))] = 336,
    horizon: Annotated[int, typer.Option("--horizon", min=1, help=text("opt.horizon"))] = 24,
    season: Annotated[str, typer.Option("--season", help=text("opt.season"))] = "auto",
    level: Annotated[float, typer.Option("--level", help=text("opt.level"))] = 0.9,
    end: Annotated[str, typer.Option("--to", help=text("opt.forecast_to"))] = "",
    chart: Annotated[Path | None, typer.Option("--chart", help=text("opt.chart"))] = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    check_picture(chart)
    telemetry = domain("telemetry", tenant, as_json)
    asked: dict[str, Any] = {"device": device, "metric": metric, "resolution": resolution, "past": past}
    asked |= {"horizon": horizon, "season": season, "level": level, **given(to=instant(end) if end else "")}
    found = telemetry.call("GET", "forecast", params=asked)
    if as_json:
        show_json(found)
    else:
        telemetry.show({name: found[name] for name in ABOUT})
        telemetry.show_rows(found["steps"], STEPS)
        telemetry.show_rows(found["scores"], SCORES)
        if not found["is_better_than_naive"]:
            note(text("say.naive"), style="yellow")
    if chart:
        _draw(telemetry, found, past, chart)


def _draw(telemetry: Domain, found: dict[str, Any], past: int, chart: Path) -> None:
    """The past as it was, and what is expected with its interval."""
    from makoto.analytics.drawing import Forecast, Format, Language, Paper, TimeSeries, time_series

    rows = _past(telemetry, found, past)
    steps = found["steps"]
    ahead = Forecast(
        t=[_ms(each["time"]) for each in steps],
        mean=[each["mean"] for each in steps],
        lower=[each["low"] for each in steps],
        upper=[each["high"] for each in steps],
        confidence=found["level"],
    )
    series = TimeSeries(
        title=f"{found['device']}  {found['metric']}",
        t=[_ms(each["time"]) for each in rows],
        values=[each["mean"] for each in rows],
        forecast=ahead,
        zone=str(zone_of(telemetry.api, telemetry.tenant)),
    )
    language = Language.JA if speaks_japanese() else Language.EN
    save_picture(time_series(series, Paper(format=Format(FORMS[chart.suffix.lower()]), language=language)), chart)


def _past(telemetry: Domain, found: dict[str, Any], past: int) -> list[dict[str, Any]]:
    known, first = datetime.fromisoformat(found["known_until"]), datetime.fromisoformat(found["steps"][0]["time"])
    step = datetime.fromisoformat(found["steps"][1]["time"]) - first if len(found["steps"]) > 1 else first - known
    span = {"from": (first - past * step).isoformat(), "to": first.isoformat(), "step": found["resolution"]}
    what = {"device": found["device"], "metric": found["metric"], "aggregation": "mean"}
    return telemetry.api.listing(telemetry.path("history"), past, {**what, **span}, page=HISTORY_PAGE).items


def _ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)
