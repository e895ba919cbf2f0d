"""`makoto quality …` of cases: what did not conform, and what is decided about its lots."""

from typing import Annotated

import typer

from cli.context import AsJson, Limit, Tenant, given
from cli.factory import Equipment, domain, named_or, repeatable, said
from cli.output import guarded
from cli.texts import text
from cli.times import instant

app = typer.Typer()

CASES = (
    "nc_id",
    "title",
    "status",
    "characteristic",
    "product",
    "equipment",
    "lots",
    "undecided",
    "opened_at",
    "closed_at",
)
CaseId = Annotated[str, typer.Argument(help=text("opt.case"))]
Lots = Annotated[list[str], typer.Option("--lot", help=text("opt.lots"))]


@app.command("nonconformances", help=text("quality.nonconformances"))
@guarded
def nonconformances(
    status: Annotated[str, typer.Option("--status", help=text("opt.case_status"))] = "",
    tenant: Tenant = "",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    domain("quality", tenant, as_json).list("non-conformances", columns=CASES, limit=limit, status=status)


@app.command("nonconformance", help=text("quality.nonconformance"))
@guarded
def nonconformance(case: CaseId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("GET", "non-conformances", case))


@app.command("open", help=text("quality.open"))
@guarded
def open_case(
    title: Annotated[str, typer.Argument(help=text("opt.title"))],
    case: Annotated[str, typer.Option("--id", help=text("opt.case_new"))] = "",
    description: Annotated[str, typer.Option("--description", help=text("opt.note"))] = "",
    product: Annotated[str, typer.Option("--product", help=text("opt.product"))] = "",
    characteristic: Annotated[str, typer.Option("--characteristic", "-c", help=text("opt.characteristic"))] = "",
    lots: Lots = [],  # noqa: B006 - Typer copies it
    equipment: Equipment = "",
    since: Annotated[str, typer.Option("--since", help=text("opt.since"))] = "",
    no_hold: Annotated[bool, typer.Option("--no-hold", help=text("opt.no_hold"))] = False,
    needs_capa: Annotated[bool, typer.Option("--needs-capa", help=text("opt.needs_capa"))] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    name = named_or(case, "nc")
    named = given(nc_id=name, description=description, product=product, characteristic=characteristic)
    where = said(lots=lots, equipment=equipment) | ({"since": instant(since)} if since else {})
    body = {"title": title, "is_hold_wanted": not no_hold, "is_capa_required": needs_capa, **named, **where}
    quality = domain("quality", tenant, as_json)
    with repeatable("--id", name):
        quality.show(quality.call("POST", "non-conformances", json=body))


@app.command("disposition", help=text("quality.disposition"))
@guarded
def disposition(
    case: CaseId,
    what: Annotated[str, typer.Argument(help=text("opt.disposition"))],
    reason: Annotated[str, typer.Option("--reason", help=text("opt.why"))],
    lots: Lots = [],  # noqa: B006 - Typer copies it
    quantity: Annotated[str, typer.Option("--quantity", "-q", help=text("opt.part_quantity"))] = "",
    unit: Annotated[str, typer.Option("--unit", help=text("opt.unit"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    part = {"quantity": quantity, "is_partial": True} if quantity else {}
    body = {"disposition": what.replace("-", "_"), "reason": reason, **said(lots=lots, unit=unit), **part}
    quality = domain("quality", tenant, as_json)
    quality.show(quality.call("POST", "non-conformances", case, "dispositions", json=body))


@app.command("close", help=text("quality.close"))
@guarded
def close(
    case: CaseId,
    remark: Annotated[str, typer.Option("--note", help=text("opt.note"))] = "",
    waive_trace: Annotated[str, typer.Option("--waive-trace", help=text("opt.waive_trace"))] = "",
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    quality = domain("quality", tenant, as_json)
    body = given(note=remark, waive_trace=waive_trace)
    quality.show(quality.call("POST", "non-conformances", case, "close", json=body))
