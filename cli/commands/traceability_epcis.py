"""`makoto lots epcis …`: events for partners and from them (EPCIS 2.0)."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.traceability_files import check_file, pages_of
from cli.context import AsJson, Tenant, given
from cli.factory import JsonFile, domain, read_object
from cli.output import guarded, note, show_json
from cli.texts import text
from cli.times import instant

app = typer.Typer(no_args_is_help=True, help=text("epcis"))

PAGE = 200
CAPTURED = ("position", "activity_id", "is_duplicate", "event_id")


@app.command("export", help=text("epcis.export"))
@guarded
def export(
    out: Annotated[Path, typer.Option("--out", help=text("opt.json_out"))],
    lot: Annotated[str, typer.Option("--lot", help=text("opt.lot"))] = "",
    start: Annotated[str, typer.Option("--from", help=text("opt.from"))] = "",
    end: Annotated[str, typer.Option("--to", help=text("opt.to"))] = "",
    company_prefix: Annotated[str, typer.Option("--company-prefix", help=text("opt.company_prefix"))] = "",
    tenant: Tenant = "",
) -> None:
    check_file(out)
    window = {name: instant(at) for name, at in {"from": start, "to": end}.items() if at}
    traceability = domain("traceability", tenant)
    asked = {"limit": str(PAGE), **window, **given(lot=lot, company_prefix=company_prefix)}
    documents = [page.json() for page in pages_of(traceability, asked, "epcis", "events")]
    whole, *others = documents
    events: list[Any] = whole["epcisBody"]["eventList"]
    for each in others:
        events += each["epcisBody"]["eventList"]
    out.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    note(text("say.events_saved", count=len(events), path=out))


@app.command("capture", help=text("epcis.capture"))
@guarded
def capture(file: JsonFile, tenant: Tenant = "", as_json: AsJson = False) -> None:
    document = read_object(file)
    traceability = domain("traceability", tenant, as_json)
    report = traceability.call("POST", "epcis", "capture", json=document)
    if as_json:
        show_json(report)
    else:
        traceability.show_rows(report["captured"], CAPTURED)
        for each in report["refused"]:
            pointer = f"/eventList/{each['position']}"
            note(text("say.point_refused", pointer=pointer, reason=each["code"], detail=each["detail"]))
    raise typer.Exit(2 if report["refused"] else 0)
