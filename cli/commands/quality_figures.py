"""`makoto quality …` of figures and pictures: capability, Pareto, images of charts."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.quality_charts import window
from cli.context import AsJson, Tenant, given
from cli.factory import Domain, Equipment, domain, said, speaks_japanese
from cli.output import guarded, show_json
from cli.pictures import FORMS, check_picture, save_picture
from cli.texts import text
from cli.written import share

app = typer.Typer()

INDICES = ("cp", "cpu", "cpl", "cpk", "cpm", "pp", "ppu", "ppl", "ppk", "ppm", "cm", "cmk")
PARETO = ("key", "name", "count", "share", "cumulative")
ChartId = Annotated[str, typer.Argument(help=text("opt.spc_chart"))]
Start = Annotated[str, typer.Option("--from", help=text("opt.from"))]
End = Annotated[str, typer.Option("--to", help=text("opt.to"))]
Out = Annotated[Path | None, typer.Option("--out", help=text("opt.chart"))]


@app.command("capability", help=text("quality.capability"))
@guarded
def capability(
    chart_id: ChartId,
    start: Start = "",
    end: End = "",
    confidence: Annotated[float, typer.Option("--confidence", help=text("opt.confidence"))] = 0.95,
    estimator: Annotated[str, typer.Option("--estimator", help=text("opt.estimator"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    asked = {**window(start, end), "confidence": confidence, **given(estimator=estimator)}
    found = quality.call("GET", "charts", chart_id, "capability", params=asked)
    if as_json:
        show_json(found)
        return
    figures = found["capability"]
    simple = {name: value for name, value in figures.items() if name not in {*INDICES, "tolerance"}}
    about = {name: value for name, value in found.items() if name != "capability"}
    quality.show({**about, **simple, **{f"tolerance.{name}": each for name, each in figures["tolerance"].items()}})
    rows = [{"index": name, **figures[name]} for name in INDICES if figures[name] is not None]
    quality.show_rows(rows, ("index", "value", "lower", "upper"))


@app.command("image", help=text("quality.image"))
@guarded
def image(
    chart_id: ChartId,
    out: Annotated[Path, typer.Option("--out", help=text("opt.chart_file"))],
    start: Start = "",
    end: End = "",
    tenant: Tenant = "",
) -> None:
    check_picture(out, "--out")
    quality = domain("quality", tenant)
    _save(quality, out, window(start, end), "charts", chart_id, "image")


@app.command("pareto", help=text("quality.pareto"))
@guarded
def pareto(
    by: Annotated[str, typer.Option("--by", help=text("opt.pareto_by"))] = "reason",
    characteristic: Annotated[list[str], typer.Option("--characteristic", "-c", help=text("opt.characteristic"))] = [],  # noqa: B006
    product: Annotated[str, typer.Option("--product", help=text("opt.product"))] = "",
    equipment: Equipment = "",
    start: Start = "",
    end: End = "",
    out: Out = None,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    check_picture(out, "--out")
    quality = domain("quality", tenant, as_json)
    asked = {"by": by, **said(characteristic=characteristic), **given(product=product, equipment=equipment)}
    asked |= window(start, end)
    found = quality.call("GET", "pareto", params=asked)
    if as_json:
        show_json(found)
    else:
        shares = [{**each, **{name: share(each[name]) for name in ("share", "cumulative")}} for each in found["lines"]]
        quality.show_rows(shares, PARETO)
    if out:
        _save(quality, out, asked, "pareto", "image")


def _save(quality: Domain, out: Path, asked: dict[str, Any], *rest: str) -> None:
    """Fetch a picture; the first accepted type says whether API Gateway gives bytes."""
    form = FORMS[out.suffix.lower()]
    how = {"format": form, "lang": "ja" if speaks_japanese() else "en"}
    accept = {"Accept": "image/png" if form == "png" else "image/svg+xml"}
    answer = quality.api.fetch("GET", quality.path(*rest), params={**asked, **how}, headers=accept)
    save_picture(answer.content, out)
