"""`makoto performance …`: what machines did, what of it was lost, and the figures of ISO 22400-2."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.performance_charts import draw_losses, draw_pareto
from cli.commands.performance_floor import app as floor
from cli.commands.performance_views import show_figure, show_losses, show_reliability, show_shifts
from cli.context import AsJson, Limit, Tenant, given
from cli.factory import Domain, From, To, domain, span
from cli.output import guarded
from cli.pictures import check_picture
from cli.texts import text

app = typer.Typer(no_args_is_help=True, help=text("performance"))
app.add_typer(floor)

INTERVALS = ("unit", "start", "end", "seconds", "term", "state", "mode", "reason", "reason_name", "order", "source")
COUNTS = ("at", "unit", "source", "role", "quantity", "status", "is_counted", "product", "term", "why")
REVISIONS = ("revision", "made_at", "cause", "name", "before", "after")
Place = Annotated[str, typer.Argument(help=text("opt.place_or_all"))]
Chart = Annotated[Path | None, typer.Option("--chart", help=text("opt.chart"))]


@app.command("oee", help=text("performance.oee"))
@guarded
def oee(
    place: Place = "",
    start: From = "8h",
    end: To = "now",
    chart: Chart = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    _figure("oee", place, start, end, chart, tenant, as_json)


@app.command("kpis", help=text("performance.kpis"))
@guarded
def kpis(
    place: Place = "",
    start: From = "8h",
    end: To = "now",
    chart: Chart = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    _figure("kpis", place, start, end, chart, tenant, as_json)


@app.command("losses", help=text("performance.losses"))
@guarded
def losses(
    place: Place = "",
    start: From = "8h",
    end: To = "now",
    tree: Annotated[bool, typer.Option("--tree", help=text("opt.tree"))] = False,
    chart: Chart = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    check_picture(chart)
    performance = domain("performance", tenant, as_json)
    found = _ask(performance, "losses", place, start, end)
    show_losses(performance, found, tree=tree)
    if chart:
        draw_pareto(found, chart)


@app.command("reliability", help=text("performance.reliability"))
@guarded
def reliability(
    place: Place = "", start: From = "30d", end: To = "now", tenant: Tenant = "", as_json: AsJson = False
) -> None:
    performance = domain("performance", tenant, as_json)
    show_reliability(performance, _ask(performance, "reliability", place, start, end))


@app.command("intervals", help=text("performance.intervals"))
@guarded
def intervals(
    place: Place = "",
    start: From = "8h",
    end: To = "now",
    tenant: Tenant = "",
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    asked = {**span(start, end), "equipment": place}
    domain("performance", tenant, as_json).list("intervals", columns=INTERVALS, limit=limit, **asked)


@app.command("counts", help=text("performance.counts"))
@guarded
def counts(
    place: Place = "",
    start: From = "8h",
    end: To = "now",
    tenant: Tenant = "",
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    asked = {**span(start, end), "equipment": place}
    domain("performance", tenant, as_json).list("counts", columns=COUNTS, limit=limit, **asked)


@app.command("shifts", help=text("performance.shifts"))
@guarded
def shifts(
    place: Place = "",
    on: Annotated[str, typer.Option("--on", help=text("opt.on"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    performance = domain("performance", tenant, as_json)
    asked = {"on": on or _today(performance)} | given(equipment=place)
    show_shifts(performance, performance.call("GET", "shifts", params=asked))


@app.command("revisions", help=text("performance.revisions"))
@guarded
def revisions(
    figure: Annotated[str, typer.Argument(help=text("opt.figure"))],
    tenant: Tenant = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    performance = domain("performance", tenant, as_json)
    path = performance.path("figures", figure, "revisions")
    found = performance.api.listing(path, limit, {})
    if as_json:
        performance.show_rows(found, REVISIONS)
        return
    nothing: list[dict[str, Any]] = [{}]
    rows = [{**each, **change} for each in found.items for change in each["differences"] or nothing]
    performance.show_rows(rows, REVISIONS)


def _figure(what: str, place: str, start: str, end: str, chart: Path | None, tenant: str, as_json: bool) -> None:
    check_picture(chart)
    performance = domain("performance", tenant, as_json)
    found = _ask(performance, what, place, start, end)
    show_figure(performance, found)
    if chart:
        window = {"from": found["start"], "to": found["end"], **given(equipment=place)}
        draw_losses(found, performance.call("GET", "losses", params=window), chart)


def _ask(performance: Domain, what: str, place: str, start: str, end: str) -> dict[str, Any]:
    answer: dict[str, Any] = performance.call("GET", what, params=span(start, end) | given(equipment=place))
    return answer


def _today(performance: Domain) -> str:
    from cli.times import now, zone_of

    return now().astimezone(zone_of(performance.api, performance.tenant)).date().isoformat()
