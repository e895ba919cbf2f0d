"""`makoto lots recall …`: calling back what was shipped."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.traceability_files import check_file, pages_of
from cli.context import AsJson, Limit, Tenant
from cli.factory import Equipment, domain, said, speaks_japanese
from cli.output import guarded, note, show_json
from cli.texts import text
from cli.times import instant

app = typer.Typer(no_args_is_help=True, help=text("recall"))

RECALLS = ("recall_id", "state", "reason", "lots", "held", "worked", "opened_at", "opened_by", "done_at")
DELIVERIES = ("customer", "lot_id", "material", "quantity", "unit", "delivery_note", "shipped_at", "within")
RecallId = Annotated[str, typer.Argument(help=text("opt.recall"))]


@app.command("open", help=text("recall.open"))
@guarded
def open_recall(
    recall: RecallId,
    reason: Annotated[str, typer.Option("--reason", help=text("opt.why"))],
    lots: Annotated[list[str], typer.Option("--lot", help=text("opt.lots"))] = [],  # noqa: B006 - Typer copies it
    supplier_lot: Annotated[str, typer.Option("--supplier-lot", help=text("opt.supplier_lot"))] = "",
    equipment: Equipment = "",
    since: Annotated[str, typer.Option("--since", help=text("opt.since"))] = "",
    until: Annotated[str, typer.Option("--until", help=text("opt.until"))] = "",
    from_origin: Annotated[bool, typer.Option("--from-origin", help=text("opt.from_origin"))] = False,
    tenant: Tenant = "",
    as_json: AsJson = False,
) -> None:
    named = said(lots=lots, supplier_lot=supplier_lot, equipment=equipment, from_origin=from_origin)
    times = {name: instant(at) for name, at in {"since": since, "until": until}.items() if at}
    traceability = domain("traceability", tenant, as_json)
    body = {"recall_id": recall, "reason": reason, "scope": {**named, **times}}
    traceability.show(traceability.call("POST", "recalls", json=body))


@app.command("list", help=text("recall.list"))
@guarded
def list_recalls(tenant: Tenant = "", limit: Limit = 50, as_json: AsJson = False) -> None:
    domain("traceability", tenant, as_json).list("recalls", columns=RECALLS, limit=limit)


@app.command("show", help=text("recall.show"))
@guarded
def show_recall(recall: RecallId, tenant: Tenant = "", as_json: AsJson = False) -> None:
    traceability = domain("traceability", tenant, as_json)
    whole: dict[str, Any] = {"next_cursor": None}
    deliveries: list[dict[str, Any]] = []
    customers: dict[str, None] = {}
    while True:
        cursor = {"cursor": whole["next_cursor"]} if whole["next_cursor"] else {}
        whole = traceability.call("GET", "recalls", recall, params=cursor)
        deliveries += whole["deliveries"]
        customers.update(dict.fromkeys(whole["customers"]))
        if not whole["next_cursor"]:
            break
    whole |= {"deliveries": deliveries, "customers": list(customers)}
    if as_json:
        show_json(whole)
        return
    traceability.show({name: value for name, value in whole.items() if name not in {"deliveries", "next_cursor"}})
    if deliveries:
        traceability.show_rows(deliveries, DELIVERIES)


@app.command("csv", help=text("recall.csv"))
@guarded
def save_csv(
    recall: RecallId,
    out: Annotated[Path, typer.Option("--out", help=text("opt.csv_file"))],
    tenant: Tenant = "",
) -> None:
    check_file(out)
    traceability = domain("traceability", tenant)
    language = {"language": "ja" if speaks_japanese() else "en"}
    pages = [page.text for page in pages_of(traceability, language, "recalls", recall, "csv")]
    out.write_text(_joined(pages), encoding="utf-8", newline="")
    note(text("say.saved", path=out))


def _joined(pages: list[str]) -> str:
    """Pages as one table: the heading once."""
    first, *others = pages
    rest = [page.partition("\n")[2] if page.startswith(first.partition("\n")[0]) else page for page in others]
    return "".join((first, *rest))
